/**
 * Scroll anchoring: keeps the visible messages in place while the content around them changes.
 *
 * The anchor is either the end of the list or one item with its distance from the top of the viewport. Scrolling by the
 * user picks a new anchor. All other changes (messages above, loaded pictures, another font size, a growing composer) move
 * the content, and `restore` scrolls so that the anchor is where it was. The browser's own scroll anchoring does part of
 * this, but not all browsers have it, and it stops working at the very top, where history is loaded. So the style sheet
 * switches it off, and only this class corrects the scroll position.
 */

/** The scrolling box as the anchor sees it; lengths in CSS pixels, `top` of an item from the top of the content. */
export interface ScrollView {
  /** the scroll position */
  top: number
  /** the height of the viewport */
  readonly height: number
  /** the height of the content */
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

/** This close to the end counts as at the end: less than a line of text. */
const END_SLACK = 16

/** Distance from the top of the viewport for an item aligned to its start: leaves a line of the message before. */
const START_INSET = 48

export class ScrollAnchor {
  held: Held = { at: "end" }
  /** whether the content ends where the room ends; otherwise newer messages are loaded there, and the end is no anchor */
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

  /** The user has scrolled. */
  scrolled(): void {
    const view = this.#view
    if (view.extent !== this.#extent && this.held.at === "item") {
      // The content changed in the same frame. The old anchor is still valid, moved by the distance that the user scrolled.
      const { key, distance } = this.held
      this.held = { at: "item", key, distance: distance - (view.top - this.#top) }
      this.restore()
      return
    }
    this.#pickAnchor()
  }

  /** The content or the viewport has changed its size: scrolls back to the anchor. */
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

  /** Scrolls an item to the middle or to the start of the viewport. Returns false if it is not in the list. */
  toItem(key: string, align: "center" | "start"): boolean {
    const view = this.#view
    const item = view.item(key)
    if (item === null) return false
    const middle = Math.max(START_INSET, (view.height - item.height) / 2)
    view.top = item.top - (align === "center" ? middle : START_INSET)
    this.#pickAnchor()
    return true
  }

  /** How much content is before and after the visible part, in viewport heights. */
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
