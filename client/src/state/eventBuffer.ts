/**
 * Holds the server's events until the next frame of the screen, then handles them together.
 *
 * Applying an event costs next to nothing, drawing what it changed costs milliseconds: a hundred messages that arrive
 * within one frame are drawn once, not a hundred times. Events must keep their order with replies and with the end of
 * the connection, so the connection calls `flush` before it handles either.
 */

import type { Event } from "../protocol/types"

/** Runs a function after the next frame is drawn. */
export type AfterFrame = (run: () => void) => void

export class EventBuffer {
  readonly #handle: (event: Event) => void
  readonly #afterFrame: AfterFrame
  readonly #events: Event[] = []

  constructor(handle: (event: Event) => void, afterFrame: AfterFrame) {
    this.#handle = handle
    this.#afterFrame = afterFrame
  }

  push(event: Event): void {
    if (this.#events.push(event) === 1) this.#afterFrame(() => this.flush())
  }

  /** Handle the buffered events now. */
  flush(): void {
    for (const event of this.#events.splice(0)) this.#handle(event)
  }
}
