/**
 * Keeps the reader's eye where it is while the page changes around it.
 *
 * The anchor holds either the end of the list or one item at its distance from the top of the window. The reader's
 * scrolling moves the hold; everything else (messages above, pictures that load, another font size, a composer that
 * grows) moves the content, and `restore` moves the window after it. Browsers' own scroll anchoring does part of this, but
 * not all browsers have it, and it lets go at the very top, which is where history is loaded. So it is switched off in
 * the style sheet, and this is the only hand on the wheel.
 */

/** What the anchor needs to know of a scrolling box; lengths in CSS pixels, `top` of an item from the content's top. */
export interface ScrollView {
  /** how far it is scrolled */
  top: number
  /** the window's height */
  readonly height: number
  /** the content's height */
  readonly extent: number
  /** the first item that reaches below this line */
  itemAt(line: number): Item | null
  item(key: string): Item | null
}

export interface Item {
  readonly key: string
  readonly top: number
  readonly height: number
}

export type Held = { readonly at: "end" } | { readonly at: "item"; readonly key: string; readonly distance: number }

/** So near to the end that the reader means the end: less than a line of text. */
const END_SLACK = 16

/** Where an item stands that was asked for by its start: below the edge, with a line of what was before. */
const START_INSET = 48

export class ScrollAnchor {
  held: Held = { at: "end" }
  /** whether the content's end is the room's end; otherwise the end is only where loading goes on */
  endIsLatest = true
  readonly #view: ScrollView
  #extent = 0
  #top = 0

  constructor(view: ScrollView) {
    this.#view = view
  }

  get atEnd(): boolean {
    return this.held.at === "end"
  }

  /** The reader has scrolled. */
  scrolled(): void {
    const view = this.#view
    if (view.extent !== this.#extent && this.held.at === "item") {
      // The content changed in the same frame. The old hold is still true, only further by what the reader scrolled.
      const { key, distance } = this.held
      this.held = { at: "item", key, distance: distance - (view.top - this.#top) }
      this.restore()
      return
    }
    this.#pickAnchor()
  }

  /** The content or the window has changed its size: put the window back to what was held. */
  restore(): void {
    const view = this.#view
    if (this.held.at === "end") {
      view.top = view.extent - view.height
      this.#remember()
      return
    }
    const item = view.item(this.held.key)
    if (item === null) {
      this.#pickAnchor()
      return
    }
    const top = item.top - this.held.distance
    if (Math.abs(top - view.top) >= 0.5) view.top = top
    this.#remember()
  }

  toEnd(): void {
    this.held = { at: "end" }
    this.restore()
  }

  /** Brings an item to the middle, or to the start of the window. False if it is not in the list. */
  toItem(key: string, align: "center" | "start"): boolean {
    const view = this.#view
    const item = view.item(key)
    if (item === null) return false
    const middle = Math.max(START_INSET, (view.height - item.height) / 2)
    view.top = item.top - (align === "center" ? middle : START_INSET)
    this.#pickAnchor()
    return true
  }

  /** How many windows of content lie before and after what is seen. */
  margins(): { before: number; after: number } {
    const { top, height, extent } = this.#view
    const window = Math.max(height, 1)
    return { before: top / window, after: (extent - height - top) / window }
  }

  #pickAnchor(): void {
    const view = this.#view
    this.#remember()
    if (this.endIsLatest && view.extent - view.height - view.top <= END_SLACK) {
      this.held = { at: "end" }
      return
    }
    const item = view.itemAt(view.top)
    this.held = item ? { at: "item", key: item.key, distance: item.top - view.top } : { at: "end" }
  }

  #remember(): void {
    this.#extent = this.#view.extent
    this.#top = this.#view.top
  }
}
