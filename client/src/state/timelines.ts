/** The timelines of all rooms; the messages of those not looked at for long are let go. */

import type { Timeline } from "./timeline.svelte"

/** Rooms whose messages are kept: going back and forth between them shows them at once. */
const KEPT = 20

export class Timelines {
  readonly #make: (room: number) => Timeline
  readonly #all = new Map<number, Timeline>()
  /** rooms in the order they were last looked at */
  readonly #looked = new Set<number>()

  constructor(make: (room: number) => Timeline) {
    this.#make = make
  }

  get(room: number): Timeline {
    let timeline = this.#all.get(room)
    if (!timeline) {
      timeline = this.#make(room)
      this.#all.set(room, timeline)
    }
    return timeline
  }

  get all(): Timeline[] {
    return [...this.#all.values()]
  }

  /** Those that hold messages or are about to, last looked at first. */
  get live(): Timeline[] {
    return [...this.#looked]
      .reverse()
      .map(room => this.get(room))
      .filter(timeline => timeline.loaded || timeline.loading)
  }

  opened(room: number): void {
    this.#looked.delete(room)
    this.#looked.add(room)
    for (const forgotten of [...this.#looked].slice(0, -KEPT)) {
      this.get(forgotten).clear()
      this.#looked.delete(forgotten)
    }
  }
}
