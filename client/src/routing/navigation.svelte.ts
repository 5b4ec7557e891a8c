/** Where in the client one is, kept in the browser's history. */

import { isRoomPath, pathOf, type Route, routeAt } from "./paths"

interface Addressable {
  id: number
  kind: string
  name: string
}

export class Navigation {
  route: Route = $state.raw({ room: null, number: null })
  /** Counts up with every step, so that following the same link twice is seen twice. */
  steps = $state(0)
  readonly #base: string

  constructor(base: string) {
    this.#base = base
    this.#read()
  }

  /** Follows the browser's back and forward. Returns how to stop. */
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

  /** The address to give to others, with the site's name. */
  link(room: Addressable, number?: number): string {
    return new URL(this.path(room, number), location.href).href
  }

  /** The path of an address that leads to a room or message here; null for every other one. */
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

  /** Corrects the address without a step in the history: after a rename, or once a message was shown. */
  replace(path: string): void {
    if (path === location.pathname) return
    history.replaceState(null, "", path)
    this.#read()
  }

  /** Takes a click on a link marked `data-internal`, unless a new tab is meant. */
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
