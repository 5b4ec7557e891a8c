/** The members who are typing, by room. */

import { SvelteMap } from "svelte/reactivity"
import { TYPING_SECONDS } from "../protocol/types"

const NOBODY: readonly number[] = []
/** The server coalesces typing events for a moment: an event so soon after a message is about that message. */
const STALE_MS = 600
/** Bound on the remembered authors. A flood of messages drops them all. */
const MAX_AUTHORS = 500

export class Typing {
  readonly #rooms = new SvelteMap<number, readonly number[]>()
  /** by room and member: ends the display */
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** by room and member: when their last message arrived, in milliseconds since 1970 */
  readonly #posted = new Map<string, number>();

  /** ids of the other members who are typing in a room */
  in(room: number): readonly number[] {
    return this.#rooms.get(room) ?? NOBODY
  }

  /** These members are typing now. Each is shown for TYPING_SECONDS, independently of the others. */
  put(room: number, members: readonly number[]): void {
    const now = Date.now()
    for (const member of members) {
      const key = keyOf(room, member)
      if (now - (this.#posted.get(key) ?? 0) < STALE_MS) continue
      clearTimeout(this.#timers.get(key))
      this.#timers.set(
        key,
        setTimeout(() => this.#remove(room, member), TYPING_SECONDS * 1000),
      )
      const typing = this.in(room)
      if (!typing.includes(member)) this.#rooms.set(room, [...typing, member])
    }
  }

  /** The member's message has arrived. */
  stop(room: number, member: number): void {
    if (this.#posted.size >= MAX_AUTHORS) this.#posted.clear()
    this.#posted.set(keyOf(room, member), Date.now())
    this.#remove(room, member)
  }

  forget(room: number): void {
    for (const member of this.in(room)) this.#remove(room, member)
  }

  clear(): void {
    for (const room of [...this.#rooms.keys()]) this.forget(room)
  }

  #remove(room: number, member: number): void {
    const key = keyOf(room, member)
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    const typing = this.in(room)
    if (!typing.includes(member)) return
    const others = typing.filter(id => id !== member)
    if (others.length > 0) this.#rooms.set(room, others)
    else this.#rooms.delete(room)
  }
}

function keyOf(room: number, member: number): string {
  return `${room} ${member}`
}
