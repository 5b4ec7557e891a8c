/** Positions a popup next to its anchor: on the other side if there is no space, and always inside the viewport. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Placement {
  /** The preferred side of the anchor. */
  readonly side: "above" | "below"
  /** Which edges are aligned; `start` and `end` follow the text direction. */
  readonly align: "start" | "center" | "end"
}

const GAP = 6
const MARGIN = 8

/** Left and top of a popup of `size` at `anchor`, in CSS pixels; `view` is the size of the viewport. */
export function popupPosition(
  anchor: Box,
  size: { width: number; height: number },
  view: { width: number; height: number },
  { side, align }: Placement,
  rightToLeft = false,
): { left: number; top: number } {
  const above = anchor.top - GAP - size.height
  const below = anchor.top + anchor.height + GAP
  const fitsAbove = above >= MARGIN
  const fitsBelow = below + size.height <= view.height - MARGIN
  const top = side === "above" ? (fitsAbove || !fitsBelow ? above : below) : fitsBelow || !fitsAbove ? below : above
  return {
    left: within(along(anchor, size.width, align, rightToLeft), MARGIN, view.width - MARGIN - size.width),
    top: within(top, MARGIN, view.height - MARGIN - size.height),
  }
}

/** Positions an element with `position: fixed` at an anchor. */
export function positionPopup(box: HTMLElement, anchor: Element | Box, placement: Placement): void {
  const around = anchor instanceof Element ? anchor.getBoundingClientRect() : anchor
  const view = { width: document.documentElement.clientWidth, height: window.innerHeight }
  const size = { width: box.offsetWidth, height: box.offsetHeight }
  const { left, top } = popupPosition(around, size, view, placement, getComputedStyle(box).direction === "rtl")
  box.style.setProperty("left", `${left}px`)
  box.style.setProperty("top", `${top}px`)
}

function along(anchor: Box, width: number, align: Placement["align"], rightToLeft: boolean): number {
  if (align === "center") return anchor.left + (anchor.width - width) / 2
  const atLeft = (align === "start") !== rightToLeft
  return atLeft ? anchor.left : anchor.left + anchor.width - width
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
