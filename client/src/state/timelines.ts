/** The timelines of all rooms. It is a least-recently-used cache: old timelines drop their messages. */

import type { Timeline } from "./timeline.svelte"

/** Rooms whose messages are kept, so that switching between them shows them at once. */
const MAX_LOADED = 20

export class Timelines {
  readonly #make: (room: number) => Timeline
  readonly #all = new Map<number, Timeline>()
  /** rooms, least recently opened first */
  readonly #recent = new Set<number>()

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

  /** Timelines with messages or with a page on its way, most recently opened first. */
  get loaded(): Timeline[] {
    return [...this.#recent]
      .reverse()
      .map(room => this.get(room))
      .filter(timeline => timeline.loaded || timeline.loading)
  }

  opened(room: number): void {
    this.#recent.delete(room)
    this.#recent.add(room)
    for (const evicted of [...this.#recent].slice(0, -MAX_LOADED)) {
      this.get(evicted).clear()
      this.#recent.delete(evicted)
    }
  }
}
