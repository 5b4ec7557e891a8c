/** Implements `ScrollView` on the DOM: the items are the children of the list that have a `data-key`. */

import type { Item, ScrollView } from "./scrollAnchor"

export class ListView implements ScrollView {
  readonly #box: HTMLElement
  readonly #list: HTMLElement

  /** `box` must be positioned, because `offsetTop` of the items in `list` is measured from it. */
  constructor(box: HTMLElement, list: HTMLElement) {
    this.#box = box
    this.#list = list
  }

  get top(): number {
    return this.#box.scrollTop
  }

  set top(value: number) {
    this.#box.scrollTop = value
  }

  get height(): number {
    return this.#box.clientHeight
  }

  get extent(): number {
    return this.#box.scrollHeight
  }

  itemAt(line: number): Item | null {
    const items = this.#list.children
    let index = this.#firstBelow(line)
    // Dividers cannot be anchors: the “new” line appears and disappears while the user reads.
    while (index < items.length && !isMessage(items[index])) index += 1
    return asItem(items[index])
  }

  item(key: string): Item | null {
    return asItem(this.#list.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? undefined)
  }

  /** The number of the last message that is completely visible; null if there is none. */
  lastSeen(): number | null {
    const items = this.#list.children
    let index = this.#firstBelow(this.top + this.height + 1) - 1
    while (index >= 0 && numberOf(items[index]) === null) index -= 1
    return numberOf(items[index])
  }

  /** The index of the first item that reaches below a line. */
  #firstBelow(line: number): number {
    const items = this.#list.children
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (bottom(items[middle]) > line) high = middle
      else low = middle + 1
    }
    return low
  }
}

function bottom(element: Element | undefined): number {
  return element instanceof HTMLElement ? element.offsetTop + element.offsetHeight : 0
}

function numberOf(element: Element | undefined): number | null {
  return element instanceof HTMLElement && element.dataset.number ? Number(element.dataset.number) : null
}

function isMessage(element: Element | undefined): boolean {
  return element instanceof HTMLElement && element.dataset.number !== undefined
}

function asItem(element: Element | undefined): Item | null {
  if (!(element instanceof HTMLElement) || element.dataset.key === undefined) return null
  return { key: element.dataset.key, top: element.offsetTop, height: element.offsetHeight }
}
