/** How far one has read: moved on this screen at once, told to the server a moment later. */

import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Membership } from "../protocol/types"
import type { Rooms } from "./rooms.svelte"
import type { Timelines } from "./timelines"

/** Scrolling through a room moves the position with every message; the server hears the last one. */
const PAUSE_MS = 500

interface Dependencies {
  /** sends now */
  readonly request: SendCommand
  /** waits for the connection, and applies the reply */
  readonly command: SendCommand
  readonly rooms: Rooms
  readonly timelines: Timelines
}

export class Reading {
  readonly #dependencies: Dependencies
  /** by room: the position that the server has not confirmed */
  readonly #untold = new Map<number, number>()
  /** rooms that were marked unread by hand: looking at them does not undo it until they are entered again */
  readonly #keptUnread = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  /** A room is opened: from now on what is seen is read. */
  enter(room: number): void {
    this.#keptUnread.delete(room)
  }

  /** Read up to this number. Never moves back. */
  markRead(room: number, number: number): void {
    const state = this.#dependencies.rooms.get(room)
    const membership = state?.membership
    if (!state || !membership || number <= membership.read_number || this.#keptUnread.has(room)) return
    const posts = number >= state.room.last_number ? state.room.posts : this.#postsUpTo(room, number)
    state.membership = {
      ...membership,
      read_number: number,
      read_posts: Math.max(membership.read_posts, posts ?? 0),
    }
    this.#untold.set(room, number)
    this.#timer ??= setTimeout(() => this.flush(), PAUSE_MS)
  }

  /** Unread from this number on. Rejects with CommandError. */
  async markUnread(room: number, number: number): Promise<void> {
    this.#keptUnread.add(room)
    this.#untold.delete(room)
    await this.#dependencies.command("room.unread", { room, number })
  }

  /** Tell the server now what it has not heard: before the page goes, and when the connection is back. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [room, number] of this.#untold) void this.#tell(room, number)
  }

  /** The server's word on one's place, unless this tab has read further and not yet told it. */
  merge(told: Membership): Membership {
    const number = this.#untold.get(told.room)
    const own = this.#dependencies.rooms.get(told.room)?.membership
    if (number === undefined || !own || told.read_number >= number) return told
    return { ...told, read_number: own.read_number, read_posts: own.read_posts }
  }

  async #tell(room: number, number: number): Promise<void> {
    try {
      await this.#dependencies.request("room.read", { room, number })
      if (this.#untold.get(room) === number) this.#untold.delete(room)
    } catch (error) {
      if (error instanceof CommandError && error.final) this.#untold.delete(room)
    }
  }

  #postsUpTo(room: number, number: number): number | undefined {
    return this.#dependencies.timelines.get(room).at(number)?.post
  }
}
