/**
 * Which of the loaded messages are in the page. The list is real elements in normal flow, a few screens of them: search
 * in page, selection over several messages and screen readers work as on any page, and nothing is estimated.
 */

/** From the first to the last message number, both in it. */
export interface Slice {
  readonly first: number
  readonly last: number
}

/** How many messages are added at once: well under the time of a frame, more than one screen of short ones. */
export const STEP = 40

/** How many messages are in the page at most. */
export const MOST = 200

/** The slice with `number` in its middle. */
export function around(number: number, loaded: Slice): Slice {
  return within({ first: number - STEP, last: number + STEP }, loaded)
}

export function atEnd(loaded: Slice): Slice {
  return within({ first: loaded.last - STEP + 1, last: loaded.last }, loaded)
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
  return { first: Math.max(first, last - STEP + 1), last }
}
