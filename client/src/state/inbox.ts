/**
 * What the server tells, taken once for each frame that is drawn.
 *
 * Taking an event costs next to nothing, drawing what it changed costs milliseconds: a hundred messages that come within
 * a frame are drawn once, not a hundred times. What comes after an event must not overtake it, so whoever takes a reply
 * or the end of the connection calls `release` before.
 */

import type { Event } from "../protocol/types"

/** Runs something once the next frame is drawn. */
export type AfterFrame = (run: () => void) => void

export class Inbox {
  readonly #take: (event: Event) => void
  readonly #afterFrame: AfterFrame
  #waiting: Event[] = []

  constructor(take: (event: Event) => void, afterFrame: AfterFrame) {
    this.#take = take
    this.#afterFrame = afterFrame
  }

  put(event: Event): void {
    if (this.#waiting.push(event) === 1) this.#afterFrame(() => this.release())
  }

  /** Take now what waits. */
  release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of waiting) this.#take(event)
  }
}
