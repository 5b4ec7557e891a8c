/** Read positions: moved on this screen at once, sent to the server a moment later. */

import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Membership } from "../protocol/types"
import type { Connection } from "./connection.svelte"
import type { Rooms } from "./rooms.svelte"
import type { Timelines } from "./timelines"

/** Scrolling moves the position with every message; only the last position of this time is sent. */
const PAUSE_MS = 500

export class Reading {
  readonly #connection: Pick<Connection, "request">
  readonly #command: SendCommand
  readonly #rooms: Rooms
  readonly #timelines: Timelines
  /** by room: the position that the server has not confirmed */
  readonly #unconfirmed = new Map<number, number>()
  /** rooms that the member marked as unread: `markRead` ignores them until the member enters them again */
  readonly #keptUnread = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `command` waits for the connection, and applies the reply to the state. */
  constructor(connection: Pick<Connection, "request">, command: SendCommand, rooms: Rooms, timelines: Timelines) {
    this.#connection = connection
    this.#command = command
    this.#rooms = rooms
    this.#timelines = timelines
  }

  /** The member opens a room: from now on, visible messages count as read. */
  enter(room: number): void {
    this.#keptUnread.delete(room)
  }

  /** Mark everything up to this number as read. The position never moves back. */
  markRead(room: number, number: number): void {
    const state = this.#rooms.get(room)
    const membership = state?.membership
    if (!state || !membership || number <= membership.read_number || this.#keptUnread.has(room)) return
    // The reply to an own post comes before its event, so the timeline may know a message that the room has not counted.
    const posts = this.#postsUpTo(room, number) ?? (number >= state.room.last_number ? state.room.posts : undefined)
    state.membership = {
      ...membership,
      read_number: number,
      read_posts: Math.max(membership.read_posts, posts ?? 0),
    }
    this.#unconfirmed.set(room, number)
    this.#timer ??= setTimeout(() => this.flush(), PAUSE_MS)
  }

  /** Mark this number and everything after it as unread. Rejects with CommandError. */
  async markUnread(room: number, number: number): Promise<void> {
    this.#keptUnread.add(room)
    this.#unconfirmed.delete(room)
    await this.#command("room.unread", { room, number })
  }

  /** Send all unconfirmed positions now: the page is about to close, or the connection is live again. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [room, number] of this.#unconfirmed) void this.#send(room, number)
  }

  /** The server's membership, with the read position of this tab if that is further and unconfirmed. */
  merge(received: Membership): Membership {
    const number = this.#unconfirmed.get(received.room)
    const own = this.#rooms.get(received.room)?.membership
    if (number === undefined || !own || received.read_number >= number) return received
    return { ...received, read_number: own.read_number, read_posts: own.read_posts }
  }

  async #send(room: number, number: number): Promise<void> {
    try {
      await this.#connection.request("room.read", { room, number })
      if (this.#unconfirmed.get(room) === number) this.#unconfirmed.delete(room)
    } catch (error) {
      if (error instanceof CommandError && error.final) this.#unconfirmed.delete(room)
    }
  }

  #postsUpTo(room: number, number: number): number | undefined {
    return this.#timelines.get(room).at(number)?.post
  }
}
