/**
 * What the server tells, taken once for each frame that is drawn.
 *
 * Taking an event costs next to nothing, drawing what it changed costs milliseconds: a hundred messages that come within
 * a frame are drawn once, not a hundred times. What comes after an event must not overtake it, so whoever takes a reply
 * or the end of the connection calls `release` before.
 */

import type { Event } from "../protocol/types"

/** Runs something before the next frame is drawn. */
export type NextFrame = (run: () => void) => void

export class Inbox {
  readonly #take: (event: Event) => void
  readonly #nextFrame: NextFrame
  #waiting: Event[] = []

  constructor(take: (event: Event) => void, nextFrame: NextFrame) {
    this.#take = take
    this.#nextFrame = nextFrame
  }

  put(event: Event): void {
    if (this.#waiting.push(event) === 1) this.#nextFrame(() => this.release())
  }

  /** Take now what waits. */
  release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of waiting) this.#take(event)
  }
}
