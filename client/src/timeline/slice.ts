/**
 * Which of the loaded messages are in the page. The list is real elements in normal flow, a few screens of them: search
 * in page, selection over several messages and screen readers work as on any page, and nothing is estimated.
 */

/** From the first to the last message number, both in it. */
export interface Slice {
  readonly first: number
  readonly last: number
}

/** How many messages are added at once: a small part of a frame's work, so that scrolling never stutters. */
export const STEP = 8
/** How many are shown at first: a screenful, drawn without a stutter. */
const FIRST = 20

/** How many messages are in the page at most. */
export const MOST = 200

/** The slice with `number` in its middle. */
export function around(number: number, loaded: Slice): Slice {
  return within({ first: number - FIRST / 2, last: number + FIRST / 2 }, loaded)
}

export function atEnd(loaded: Slice): Slice {
  return within({ first: loaded.last - FIRST + 1, last: loaded.last }, loaded)
}

/**
 * The slice that goes on to the end with what has come, and lets go of its beginning where it becomes too long. Of very
 * many at once it shows the last: what is before them is brought in step by step, as when a room is opened.
 */
export function followed(slice: Slice, loaded: Slice): Slice {
  if (loaded.last - slice.last > FIRST) return atEnd(loaded)
  return within({ first: Math.max(slice.first, loaded.last - MOST + 1), last: loaded.last }, loaded)
}

/** How much lies before and after what is seen, in windows. */
export interface Margins {
  readonly before: number
  readonly after: number
}

/** More is brought in when less than this lies ahead. */
const AHEAD = 1.5
/** A full slice gives away on one side what it takes on the other: only here, or where there is plenty to give. */
const EDGE = 0.25

/** Which side to grow, if any. `full`: the slice holds as much as it may. Never two sides in turn without end. */
export function sideToGrow({ before, after }: Margins, full: boolean): "older" | "newer" | null {
  const wants = (side: number, other: number) => side < (full ? EDGE : AHEAD) || (side < AHEAD && other > 2 * AHEAD)
  if (before <= after && wants(before, after)) return "older"
  if (wants(after, before)) return "newer"
  return wants(before, after) ? "older" : null
}

/** Grown by a step on one side, and cut on the other where it becomes too long. */
export function grown(slice: Slice, side: "older" | "newer", loaded: Slice): Slice {
  if (side === "older") {
    const first = Math.max(slice.first - STEP, loaded.first)
    return within({ first, last: Math.min(slice.last, first + MOST - 1) }, loaded)
  }
  const last = Math.min(slice.last + STEP, loaded.last)
  return within({ first: Math.max(slice.first, last - MOST + 1), last }, loaded)
}

/** The part of a slice that is still loaded; the end if nothing of it is. */
export function within(slice: Slice, loaded: Slice): Slice {
  const first = Math.max(slice.first, loaded.first)
  const last = Math.min(slice.last, loaded.last)
  return first <= last ? { first, last } : atEndOf(loaded)
}

function atEndOf({ first, last }: Slice): Slice {
  return { first: Math.max(first, last - FIRST + 1), last }
}
