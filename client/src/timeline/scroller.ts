/** Ties the keeper to the page: hears scrolling and changes of size, loads at the edges, tells what was seen. */

import { afterFrame } from "../dom/frame"
import { keyOf } from "./rows"
import type { TimelineScreen } from "./screen.svelte"
import { Keeper } from "./scroll"
import { ListView } from "./view"

export class Scroller {
  readonly #screen: TimelineScreen
  readonly #keeper: Keeper
  readonly #view: ListView
  readonly #list: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #listening = new AbortController()
  #filling = false

  /** `box` scrolls; it holds one element, and that the list. */
  constructor(box: HTMLElement, screen: TimelineScreen) {
    const content = box.firstElementChild as HTMLElement
    this.#list = content.querySelector("ol") as HTMLElement
    this.#screen = screen
    this.#view = new ListView(box, this.#list)
    this.#keeper = new Keeper(this.#view)
    // Sizes are observed after layout and before paint: what is put right here was never seen wrong.
    this.#sizes = new ResizeObserver(() => this.#settle())
    this.#sizes.observe(box)
    this.#sizes.observe(content)
    const options = { passive: true, signal: this.#listening.signal }
    box.addEventListener("scroll", () => this.#scrolled(), options)
    document.addEventListener("visibilitychange", () => this.#looked(), options)
    window.addEventListener("focus", () => this.#looked(), options)
    this.changed()
  }

  stop(): void {
    this.#sizes.disconnect()
    this.#listening.abort()
  }

  /** The rows have changed, or there is somewhere to go. */
  changed(): void {
    this.#keeper.endIsLatest = this.#screen.endsAtLatest
    if (!this.#goToTarget()) this.#keeper.keep()
    this.#after()
  }

  #scrolled(): void {
    this.#keeper.scrolled()
    this.#after()
  }

  #settle(): void {
    this.#keeper.keep()
    this.#after()
  }

  #looked(): void {
    if (document.hidden) return
    this.#screen.returned()
    this.#tellSeen()
  }

  #goToTarget(): boolean {
    const { target, rows } = this.#screen
    if (target === null || rows.length === 0) return false
    this.#screen.target = null
    if (target.to === "end") this.#keeper.toEnd()
    else if (target.to === "new") return this.#keeper.toItem("new", "start") || this.#fallBackToEnd()
    else this.#showMessage(target.number)
    return true
  }

  #fallBackToEnd(): true {
    this.#keeper.toEnd()
    return true
  }

  #showMessage(number: number): void {
    const key = keyOf(this.#screen.rows, number)
    if (key === undefined) return
    this.#keeper.toItem(key, "center")
    this.#list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true })
  }

  #after(): void {
    this.#screen.follow(this.#keeper.atEnd)
    this.#fillSoon()
    this.#tellSeen()
  }

  /**
   * One step a frame: each changes the rows, and that leads here again until there is enough. Rows are made after a frame
   * and drawn with the next one, so that neither waits for the other longer than it takes.
   */
  #fillSoon(): void {
    if (this.#filling) return
    this.#filling = true
    afterFrame(() => {
      this.#filling = false
      if (!this.#listening.signal.aborted) this.#screen.fill(this.#keeper.margins())
    })
  }

  #tellSeen(): void {
    if (document.hidden || !document.hasFocus()) return
    const number = this.#view.lastSeen()
    if (number !== null) this.#screen.seen(number)
  }
}
