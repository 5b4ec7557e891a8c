/** Who is typing. */

import { SvelteMap } from "svelte/reactivity"
import { TYPING_SECONDS } from "../protocol/types"

const NOBODY: readonly number[] = []
/** The server gathers notices for a moment: one that comes so soon after a message belongs to that message. */
const LATE_MS = 600
/** Authors remembered for that; more only in a flood, where nobody reads who types. */
const REMEMBERED = 500

export class Typing {
  readonly #rooms = new SvelteMap<number, readonly number[]>()
  /** by room and member: when it fades */
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** by room and member: when their last message came */
  readonly #posted = new Map<string, number>();

  /** ids of those who are typing in a room now, without oneself */
  in(room: number): readonly number[] {
    return this.#rooms.get(room) ?? NOBODY
  }

  /** These have typed just now: each stands until a few seconds have passed, whatever others do. */
  put(room: number, members: readonly number[]): void {
    const now = Date.now()
    for (const member of members) {
      const key = keyOf(room, member)
      if (now - (this.#posted.get(key) ?? 0) < LATE_MS) continue
      clearTimeout(this.#timers.get(key))
      this.#timers.set(
        key,
        setTimeout(() => this.#fade(room, member), TYPING_SECONDS * 1000),
      )
      const typing = this.in(room)
      if (!typing.includes(member)) this.#rooms.set(room, [...typing, member])
    }
  }

  /** Their message is here: they have typed it. */
  stop(room: number, member: number): void {
    if (this.#posted.size >= REMEMBERED) this.#posted.clear()
    this.#posted.set(keyOf(room, member), Date.now())
    this.#fade(room, member)
  }

  /** Nobody is typing there, as far as one knows. */
  forget(room: number): void {
    for (const member of this.in(room)) this.#fade(room, member)
  }

  clear(): void {
    for (const room of [...this.#rooms.keys()]) this.forget(room)
  }

  #fade(room: number, member: number): void {
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
