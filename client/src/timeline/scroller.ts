/** Ties the anchor to the page: hears scrolling and changes of size, loads at the edges, tells what was seen. */

import { afterFrame } from "../dom/animationFrame"
import { ListView } from "./listView"
import { keyOf } from "./rows"
import { ScrollAnchor } from "./scrollAnchor"
import type { TimelineViewModel } from "./viewModel.svelte"

export class Scroller {
  readonly #model: TimelineViewModel
  readonly #anchor: ScrollAnchor
  readonly #view: ListView
  readonly #list: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #listening = new AbortController()
  #filling = false

  /** `box` scrolls; it holds one element, and that the list. */
  constructor(box: HTMLElement, model: TimelineViewModel) {
    const content = box.firstElementChild as HTMLElement
    this.#list = content.querySelector("ol") as HTMLElement
    this.#model = model
    this.#view = new ListView(box, this.#list)
    this.#anchor = new ScrollAnchor(this.#view)
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
    this.#anchor.endIsLatest = this.#model.endsAtLatest
    if (!this.#goToTarget()) this.#anchor.restore()
    this.#after()
  }

  #scrolled(): void {
    this.#anchor.scrolled()
    this.#after()
  }

  #settle(): void {
    this.#anchor.restore()
    this.#after()
  }

  #looked(): void {
    if (document.hidden) return
    this.#model.returned()
    this.#tellSeen()
  }

  #goToTarget(): boolean {
    const { target, rows } = this.#model
    if (target === null || rows.length === 0) return false
    this.#model.target = null
    if (target.to === "end") this.#anchor.toEnd()
    else if (target.to === "new") return this.#anchor.toItem("new", "start") || this.#fallBackToEnd()
    else this.#showMessage(target.number)
    return true
  }

  #fallBackToEnd(): true {
    this.#anchor.toEnd()
    return true
  }

  #showMessage(number: number): void {
    const key = keyOf(this.#model.rows, number)
    if (key === undefined) return
    this.#anchor.toItem(key, "center")
    this.#list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true })
  }

  #after(): void {
    this.#model.follow(this.#anchor.atEnd)
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
      if (!this.#listening.signal.aborted) this.#model.fill(this.#anchor.margins())
    })
  }

  #tellSeen(): void {
    if (document.hidden || !document.hasFocus()) return
    const number = this.#view.lastSeen()
    if (number !== null) this.#model.seen(number)
  }
}
