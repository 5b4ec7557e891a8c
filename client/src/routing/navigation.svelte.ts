/** The current route, kept in step with the browser's history. */

import { isRoomPath, pathOf, type Route, routeAt } from "./paths"

interface Addressable {
  id: number
  kind: string
  name: string
}

export class Navigation {
  route: Route = $state.raw({ room: null, number: null })
  /** Counts navigations, so that following the same link twice triggers effects twice. */
  steps = $state(0)
  readonly #base: string

  constructor(base: string) {
    this.#base = base
    this.#read()
  }

  /** Follows the browser's back and forward buttons. Returns a function that stops listening. */
  listen(): () => void {
    const read = () => this.#read()
    window.addEventListener("popstate", read)
    return () => window.removeEventListener("popstate", read)
  }

  get home(): string {
    return this.#base
  }

  path(room: Addressable, number?: number): string {
    return pathOf(this.#base, room, number)
  }

  /** The absolute URL of a room or message, for sharing. */
  link(room: Addressable, number?: number): string {
    return new URL(this.path(room, number), location.href).href
  }

  /** The path of a URL that leads to a room or message of this site; null for every other URL. */
  internalPath(address: string): string | null {
    const url = URL.parse(address)
    return url && url.origin === location.origin && isRoomPath(this.#base, url.pathname) ? url.pathname : null
  }

  go(path: string): void {
    if (path === location.pathname) history.replaceState(null, "", path)
    else history.pushState(null, "", path)
    this.#read()
  }

  toRoom(room: Addressable, number?: number): void {
    this.go(this.path(room, number))
  }

  /** Changes the address without a new history entry, for example after a rename. */
  replace(path: string): void {
    if (path === location.pathname) return
    history.replaceState(null, "", path)
    this.#read()
  }

  /** Handles a click on a link marked `data-internal`, unless a modifier or the middle button asks for a new tab. */
  follow(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const link = event.target instanceof Element ? event.target.closest("a") : null
    if (link?.dataset.internal === undefined || link.origin !== location.origin) return
    event.preventDefault()
    this.go(link.pathname)
  }

  #read(): void {
    this.route = routeAt(this.#base, location.pathname)
    this.steps += 1
  }
}
