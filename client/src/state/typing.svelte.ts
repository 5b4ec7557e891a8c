/** Who is typing. */

import { SvelteMap } from "svelte/reactivity"
import { TYPING_SECONDS } from "../protocol/types"

const NOBODY: readonly number[] = []

export class Typing {
  readonly #rooms = new SvelteMap<number, readonly number[]>()
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** ids of those who are typing in a room now, without oneself */
  in(room: number): readonly number[] {
    return this.#rooms.get(room) ?? NOBODY
  }

  /** These and nobody else type in this room, until it is said again or a few seconds have passed. */
  put(room: number, members: readonly number[]): void {
    clearTimeout(this.#timers.get(room))
    this.#timers.delete(room)
    if (members.length === 0) {
      this.#rooms.delete(room)
      return
    }
    this.#rooms.set(room, members)
    this.#timers.set(
      room,
      setTimeout(() => this.put(room, NOBODY), TYPING_SECONDS * 1000),
    )
  }

  /** Their message is here: they have typed it. */
  stop(room: number, member: number): void {
    const members = this.in(room)
    if (members.includes(member)) {
      this.put(
        room,
        members.filter(id => id !== member),
      )
    }
  }

  clear(): void {
    for (const room of [...this.#rooms.keys()]) this.put(room, NOBODY)
  }
}
