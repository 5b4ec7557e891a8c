/** Connects the scroll anchor to the DOM: handles scroll and resize, loads at the edges, reports the messages that were seen. */

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

  /** `box` is the scrolling element. It has one child, which contains the list. */
  constructor(box: HTMLElement, model: TimelineViewModel) {
    const content = box.firstElementChild as HTMLElement
    this.#list = content.querySelector("ol") as HTMLElement
    this.#model = model
    this.#view = new ListView(box, this.#list)
    this.#anchor = new ScrollAnchor(this.#view)
    // ResizeObserver runs after layout and before paint, so a wrong position is corrected before it is painted.
    this.#sizes = new ResizeObserver(() => this.#resized())
    this.#sizes.observe(box)
    this.#sizes.observe(content)
    const options = { passive: true, signal: this.#listening.signal }
    box.addEventListener("scroll", () => this.#scrolled(), options)
    document.addEventListener("visibilitychange", () => this.#tabShown(), options)
    window.addEventListener("focus", () => this.#tabShown(), options)
    this.changed()
  }

  stop(): void {
    this.#sizes.disconnect()
    this.#listening.abort()
  }

  /** The rows or the scroll target have changed. */
  changed(): void {
    this.#anchor.endIsLatest = this.#model.endsAtLatest
    if (!this.#goToTarget()) this.#anchor.restore()
    this.#after()
  }

  #scrolled(): void {
    this.#anchor.scrolled()
    this.#after()
  }

  #resized(): void {
    this.#anchor.restore()
    this.#after()
  }

  #tabShown(): void {
    if (document.hidden) return
    this.#model.updateNewLine()
    this.#reportSeen()
  }

  #goToTarget(): boolean {
    const { scrollTarget: target, rows } = this.#model
    if (target === null || rows.length === 0) return false
    this.#model.scrollTarget = null
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
    this.#reportSeen()
  }

  /**
   * Fills by one step per animation frame. A step changes the rows, which calls this again until the margins are filled.
   * `afterFrame` computes the rows after one frame and paints them with the next, so both tasks stay short.
   */
  #fillSoon(): void {
    if (this.#filling) return
    this.#filling = true
    afterFrame(() => {
      this.#filling = false
      if (!this.#listening.signal.aborted) this.#model.fill(this.#anchor.margins())
    })
  }

  #reportSeen(): void {
    if (document.hidden || !document.hasFocus()) return
    const number = this.#view.lastSeen()
    if (number !== null) this.#model.seen(number)
  }
}
