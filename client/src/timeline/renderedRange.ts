/**
 * Which of the loaded messages are in the page. The list is real elements in normal flow, a few screens of them: search
 * in page, selection over several messages and screen readers work as on any page, and nothing is estimated.
 */

/** From the first to the last message number, both in it. */
export interface MessageRange {
  readonly first: number
  readonly last: number
}

/** How many messages are added at once: a small part of a frame's work, so that scrolling never stutters. */
export const STEP = 8
/** How many are shown at first: a screenful, drawn without a stutter. */
const FIRST_RENDERED = 20

/** How many messages are in the page at most. */
export const MOST_RENDERED = 200

/** The range with `number` in its middle. */
export function rangeAround(number: number, loaded: MessageRange): MessageRange {
  return loadedPart({ first: number - FIRST_RENDERED / 2, last: number + FIRST_RENDERED / 2 }, loaded)
}

export function rangeAtEnd(loaded: MessageRange): MessageRange {
  return loadedPart({ first: loaded.last - FIRST_RENDERED + 1, last: loaded.last }, loaded)
}

/**
 * The range that goes on to the end with what has come, and lets go of its beginning where it becomes too long. Of very
 * many at once it shows the last: what is before them is brought in step by step, as when a room is opened.
 */
export function extendedToEnd(range: MessageRange, loaded: MessageRange): MessageRange {
  if (loaded.last - range.last > FIRST_RENDERED) return rangeAtEnd(loaded)
  return loadedPart({ first: Math.max(range.first, loaded.last - MOST_RENDERED + 1), last: loaded.last }, loaded)
}

/** How much lies before and after what is seen, in windows. */
export interface Margins {
  readonly before: number
  readonly after: number
}

/** More is brought in when less than this lies ahead. */
const AHEAD = 1.5
/** A full range gives away on one side what it takes on the other: only here, or where there is plenty to give. */
const EDGE = 0.25

/** Which side to grow, if any. `full`: the range holds as much as it may. Never two sides in turn without end. */
export function sideToExtend({ before, after }: Margins, full: boolean): "older" | "newer" | null {
  const wants = (side: number, other: number) => side < (full ? EDGE : AHEAD) || (side < AHEAD && other > 2 * AHEAD)
  if (before <= after && wants(before, after)) return "older"
  if (wants(after, before)) return "newer"
  return wants(before, after) ? "older" : null
}

/** Grown by a step on one side, and cut on the other where it becomes too long. */
export function extended(range: MessageRange, side: "older" | "newer", loaded: MessageRange): MessageRange {
  if (side === "older") {
    const first = Math.max(range.first - STEP, loaded.first)
    return loadedPart({ first, last: Math.min(range.last, first + MOST_RENDERED - 1) }, loaded)
  }
  const last = Math.min(range.last + STEP, loaded.last)
  return loadedPart({ first: Math.max(range.first, last - MOST_RENDERED + 1), last }, loaded)
}

/** The part of a range that is still loaded; the end if nothing of it is. */
export function loadedPart(range: MessageRange, loaded: MessageRange): MessageRange {
  const first = Math.max(range.first, loaded.first)
  const last = Math.min(range.last, loaded.last)
  return first <= last ? { first, last } : lastOf(loaded)
}

function lastOf({ first, last }: MessageRange): MessageRange {
  return { first: Math.max(first, last - FIRST_RENDERED + 1), last }
}
