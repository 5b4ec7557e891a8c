/** Where a floating box goes: beside its anchor, turned over where there is no room, never outside the window. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Placement {
  /** Which side of the anchor the box would like to be on. */
  readonly side: "above" | "below"
  /** Which edges are in line; `start` and `end` follow the direction of the text. */
  readonly align: "start" | "center" | "end"
}

const GAP = 6
const MARGIN = 8

/** Left and top of a box of `size` at `anchor`, in CSS pixels of a window `view` wide and high. */
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

/** Puts a fixed element at another one. */
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
