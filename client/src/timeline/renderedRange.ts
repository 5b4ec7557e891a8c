/**
 * Which of the loaded messages are rendered: a few viewports of real elements in normal flow. So search in the page,
 * selection over several messages and screen readers work as on any page, and no height is estimated.
 */

/** Message numbers, both inclusive. */
export interface MessageRange {
  readonly first: number
  readonly last: number
}

/** Messages added per animation frame: few enough that scrolling does not stutter. */
export const STEP = 8
/** Messages rendered when a room opens: about a viewport. */
const FIRST_RENDERED = 20

/** The maximum number of rendered messages. */
export const MOST_RENDERED = 200

/** The range with `number` in the middle. */
export function rangeAround(number: number, loaded: MessageRange): MessageRange {
  return loadedPart({ first: number - FIRST_RENDERED / 2, last: number + FIRST_RENDERED / 2 }, loaded)
}

export function rangeAtEnd(loaded: MessageRange): MessageRange {
  return loadedPart({ first: loaded.last - FIRST_RENDERED + 1, last: loaded.last }, loaded)
}

/**
 * The range extended to the last loaded message, cut at its start if it becomes too long. After a burst of more than 20
 * new messages only the last 20 are rendered; `extended` then adds the others step by step, as when a room opens.
 */
export function extendedToEnd(range: MessageRange, loaded: MessageRange): MessageRange {
  if (loaded.last - range.last > FIRST_RENDERED) return rangeAtEnd(loaded)
  return loadedPart({ first: Math.max(range.first, loaded.last - MOST_RENDERED + 1), last: loaded.last }, loaded)
}

/** How much content is before and after the visible part, in viewport heights. */
export interface Margins {
  readonly before: number
  readonly after: number
}

/** A side grows when its margin is smaller than this, in viewport heights. */
const AHEAD = 1.5
/** A full range loses on one side what it gains on the other, so it grows only below this margin, or if the other side has plenty. */
const EDGE = 0.25

/** Which side to extend, if any. `full`: the range has its maximum size. The rules never extend both sides in turn without end. */
export function sideToExtend({ before, after }: Margins, full: boolean): "older" | "newer" | null {
  const wants = (side: number, other: number) => side < (full ? EDGE : AHEAD) || (side < AHEAD && other > 2 * AHEAD)
  if (before <= after && wants(before, after)) return "older"
  if (wants(after, before)) return "newer"
  return wants(before, after) ? "older" : null
}

/** The range extended by a step on one side, and cut on the other if it becomes too long. */
export function extended(range: MessageRange, side: "older" | "newer", loaded: MessageRange): MessageRange {
  if (side === "older") {
    const first = Math.max(range.first - STEP, loaded.first)
    return loadedPart({ first, last: Math.min(range.last, first + MOST_RENDERED - 1) }, loaded)
  }
  const last = Math.min(range.last + STEP, loaded.last)
  return loadedPart({ first: Math.max(range.first, last - MOST_RENDERED + 1), last }, loaded)
}

/** The part of a range that is still loaded, or the end if none of it is. */
export function loadedPart(range: MessageRange, loaded: MessageRange): MessageRange {
  const first = Math.max(range.first, loaded.first)
  const last = Math.min(range.last, loaded.last)
  return first <= last ? { first, last } : lastOf(loaded)
}

function lastOf({ first, last }: MessageRange): MessageRange {
  return { first: Math.max(first, last - FIRST_RENDERED + 1), last }
}
