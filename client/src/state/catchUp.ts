/**
 * Applies each room's changes in the order of their seqs, and fetches the changes that were missed.
 *
 * The client holds one number per room: the seq of the last change it applied. It applies the next change, and drops an
 * older one. A jump means a loss: the client sends `resume` for that room, and holds the room's events until the reply
 * is applied. Rooms without loaded messages need no messages; each reply to `resume` includes the counters of all rooms.
 */

import { CommandError } from "../protocol/errors"
import { type Changes, type Event, type MessageChanged, RESUME_ROOMS, type Resumed } from "../protocol/types"
import { apply, applyMessage, applySnapshot, type State } from "./apply"
import type { Connection } from "./connection.svelte"

type Seqs = Record<string, number>

/** Pause between two resumes: a server that replies with less than it announced must not cause a busy loop. */
const PAUSE_MS = 250

export class CatchUp {
  readonly #connection: Pick<Connection, "request">
  readonly #state: State
  /** by room: seq of the last change that was applied */
  readonly #last = new Map<number, number>()
  /** by room: the head that the next resume is sent for, unless events reach it before */
  readonly #missing = new Map<number, number>()
  /** rooms of the resume under way; `all` until the first reply of a connection is applied: all events are held */
  #resuming: "all" | ReadonlySet<number> | null = "all"
  #held: Event[] = []
  /** Something without a seq may have changed: the next resume is sent even if no room misses anything. */
  #stale = false
  #resumedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(connection: Pick<Connection, "request">, state: State) {
    this.#connection = connection
    this.#state = state
  }

  receive(event: Event): void {
    if (this.#mustHold(event)) this.#held.push(event)
    else this.#handle(event)
  }

  /** Bring the state up to date over a new connection. Rejects with CommandError. */
  async synchronise(): Promise<void> {
    this.stop()
    this.#resuming = "all"
    this.#held = []
    this.#stale = false
    this.#missing.clear()
    if (this.#state.ready) await this.#resumeAll()
    else this.#start(await this.#connection.request("snapshot", {}))
    this.#releaseHeld()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The member is in this room, whose head is `seq`. If the room is new here, changes are applied from there on. */
  follow(room: number, seq: number): void {
    if (this.#last.has(room)) return
    this.#last.set(room, seq)
    // Pages that were loaded before the member joined were not kept up to date.
    void this.#state.timelines.get(room).reload()
  }

  /**
   * The server sends this room's changes from `seq` on. If the room is known, the member may have left and rejoined
   * without an event: then the changes in between are fetched.
   */
  joined(room: number, seq: number): void {
    if (this.#last.has(room)) this.#noteHead(room, seq)
    else this.follow(room, seq)
  }

  /** Fetch everything that has no seq. */
  refresh(): void {
    this.#stale = true
    this.#resumeSoon()
  }

  forget(room: number): void {
    this.#last.delete(room)
    this.#missing.delete(room)
  }

  #mustHold(event: Event): boolean {
    if (this.#resuming === null || event.type === "typing" || event.type === "heartbeat") return false
    if (this.#resuming === "all") return true
    // The reply has everything but messages in full: newer events must be applied after it.
    return event.type !== "message" || this.#resuming.has(event.room)
  }

  #handle(event: Event): void {
    switch (event.type) {
      case "message":
        return this.#applyInOrder(event)
      case "lag":
        return this.#noteHead(event.room, event.head)
      case "heartbeat":
        for (const [room, head] of Object.entries(event.heads ?? {})) this.#noteHead(Number(room), head)
        break
      case "refresh":
        return this.refresh()
    }
    apply(this.#state, event)
  }

  #applyInOrder(event: MessageChanged): void {
    const last = this.#last.get(event.room)
    // A room that is not followed yet: the event with its membership brings its head.
    if (last === undefined || event.seq <= last) return
    const follows = event.seq === last + 1 || (event.after !== undefined && event.after <= last)
    if (follows) {
      this.#last.set(event.room, event.seq)
      apply(this.#state, event)
    } else {
      this.#held.push(event)
      this.#noteHead(event.room, event.seq)
    }
  }

  /** The room's head is at least this seq: if changes up to it are missing, fetch them. */
  #noteHead(room: number, head: number): void {
    if (!this.#isBehind(room, head)) return
    this.#missing.set(room, Math.max(head, this.#missing.get(room) ?? 0))
    this.#resumeSoon()
  }

  #isBehind(room: number, head: number): boolean {
    const last = this.#last.get(room)
    return last !== undefined && last < head
  }

  /** One resume covers all rooms found at the same time. While one is under way the next waits for its reply. */
  #resumeSoon(): void {
    if (this.#resuming !== null || this.#timer !== undefined) return
    const pause = Math.max(0, this.#resumedAt + PAUSE_MS - Date.now())
    this.#timer = setTimeout(() => void this.#resumeMissing(), pause)
  }

  async #resumeMissing(): Promise<void> {
    this.#timer = undefined
    for (const [room, head] of this.#missing) if (!this.#isBehind(room, head)) this.#missing.delete(room)
    if (!this.#stale && this.#missing.size === 0) return
    this.#resumedAt = Date.now()
    const wanted = [...this.#missing].slice(0, RESUME_ROOMS)
    const rooms = new Set(wanted.map(([room]) => room))
    for (const room of rooms) this.#missing.delete(room)
    const stale = this.#stale
    this.#stale = false
    this.#resuming = rooms
    try {
      const resumed = await this.#resume([...rooms])
      if (resumed.reset) this.#replaceHistory(resumed)
      else {
        applySnapshot(this.#state, resumed)
        for (const { id, seq } of resumed.rooms) this.follow(id, seq)
        for (const changes of resumed.changes) this.#applyChanges(changes)
        // The server sends each room's changes from these heads on. A room that it had stopped sending, because the
        // member was out of it for a moment, may have changes in between.
        for (const { id, seq } of resumed.rooms) this.#noteHead(id, seq)
      }
      this.#releaseHeld()
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      for (const [room, head] of wanted) this.#missing.set(room, Math.max(head, this.#missing.get(room) ?? 0))
      this.#stale ||= stale
      // After a lost connection `synchronise` fetches everything. A busy server gets a retry.
      if (error.code !== "offline")
        this.#timer = setTimeout(() => void this.#resumeMissing(), (error.retryAfter ?? 1) * 1000)
    }
  }

  async #resumeAll(): Promise<void> {
    const { timelines } = this.#state
    const loaded = timelines.loaded.map(({ room }) => room)
    const named = new Set(loaded.filter(room => this.#last.has(room)))
    const resumed = await this.#resume([...named])
    if (resumed.reset) return this.#replaceHistory(resumed)
    applySnapshot(this.#state, resumed)
    for (const room of [...this.#last.keys()]) if (!named.has(room)) this.#last.delete(room)
    for (const { id, seq } of resumed.rooms) this.follow(id, seq)
    for (const changes of resumed.changes) this.#applyChanges(changes)
    for (const room of loaded) if (!this.#last.has(room)) void timelines.get(room).reload()
  }

  #resume(rooms: number[]): Promise<Resumed> {
    const seqs: Seqs = Object.fromEntries(rooms.map(room => [room, this.#last.get(room) ?? 0]))
    const { epoch, directory } = this.#state
    return this.#connection.request("resume", { epoch, rooms: seqs, ...(directory === null ? {} : { directory }) })
  }

  #applyChanges({ room, seq, messages, reset }: Changes): void {
    this.#last.set(room, seq)
    if (reset) void this.#state.timelines.get(room).reload()
    // The snapshot has counted these messages, so none counts as new: one may be what a member was typing.
    if (messages.length > 0) this.#state.typing.forget(room)
    for (const message of messages) applyMessage(this.#state, message)
  }

  /** The epoch is another one: loaded messages belong to a history that the server no longer has. */
  #replaceHistory(resumed: Resumed): void {
    this.#state.rooms.clear()
    this.#start(resumed)
    for (const timeline of this.#state.timelines.loaded) void timeline.reload()
    this.#state.outbox.resendConfirmed()
  }

  #start(snapshot: Omit<Resumed, "changes">): void {
    applySnapshot(this.#state, snapshot)
    this.#last.clear()
    for (const { id, seq } of snapshot.rooms) this.#last.set(id, seq)
  }

  /** The reply is applied: handle the held events, in their order. */
  #releaseHeld(): void {
    this.#resuming = null
    for (const event of this.#held.splice(0)) this.receive(event)
    if (this.#stale || this.#missing.size > 0) this.#resumeSoon()
  }
}
