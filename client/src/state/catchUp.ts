/**
 * Each room's messages in their order, whatever the network does.
 *
 * The client holds one number per room: the seq of the last change it has taken. The next one is taken, an older one
 * dropped, and a jump means that something was missed: the room is asked for with `resume`, and what comes in the
 * meantime waits until the answer is taken. Rooms without loaded messages have nothing to catch up with; their
 * counters come whole with every resume.
 */

import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import { type Changes, type Event, type MessageChanged, RESUME_ROOMS, type Resumed } from "../protocol/types"
import { apply, type State, takeMessage, takeSnapshot } from "./apply"

type Seqs = Record<string, number>

/** Between two questions: a server that keeps answering with less than it announced must not be asked in a circle. */
const PAUSE_MS = 250

export class CatchUp {
  readonly #state: State
  readonly #request: SendCommand
  /** by room: seq of the last change that was taken */
  readonly #last = new Map<number, number>()
  /** rooms to ask for with the next resume, unless they reach this seq before */
  readonly #missing = new Map<number, number>()
  /** `all` until the first snapshot or resume of a connection is taken: everything waits for it */
  #asking: "all" | ReadonlySet<number> | null = "all"
  #held: Event[] = []
  /** whether the server could not tell us of something that has no seq */
  #stale = false
  #askedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(state: State, request: SendCommand) {
    this.#state = state
    this.#request = request
  }

  receive(event: Event): void {
    if (this.#mustWait(event)) this.#held.push(event)
    else this.#take(event)
  }

  /** A new connection: learn what was missed. Rejects with CommandError. */
  async everything(): Promise<void> {
    this.stop()
    this.#asking = "all"
    this.#held = []
    this.#stale = false
    this.#missing.clear()
    if (this.#state.ready) await this.#resumeAll()
    else this.#start(await this.#request("snapshot", {}))
    this.#release()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One is a member of this room, whose head is `seq`: if that is news, its changes come from here on. */
  follow(room: number, seq: number): void {
    if (this.#last.has(room)) return
    this.#last.set(room, seq)
    // Pages that were read as a visitor were not kept up to date.
    void this.#state.timelines.get(room).reload()
  }

  /** The server lets us hear this room from `seq` on. We may have left it untold: then we ask for what is between. */
  joined(room: number, seq: number): void {
    if (this.#last.has(room)) this.#notice(room, seq)
    else this.follow(room, seq)
  }

  /** Something without a seq has changed that nobody told us: ask for it. */
  refresh(): void {
    this.#stale = true
    this.#askSoon()
  }

  forget(room: number): void {
    this.#last.delete(room)
    this.#missing.delete(room)
  }

  #mustWait(event: Event): boolean {
    if (this.#asking === null || event.type === "typing" || event.type === "heartbeat") return false
    if (this.#asking === "all") return true
    // The answer tells all but messages whole; what is newer must not be taken before it.
    return event.type !== "message" || this.#asking.has(event.room)
  }

  #take(event: Event): void {
    switch (event.type) {
      case "message":
        return this.#takeInOrder(event)
      case "lag":
        return this.#notice(event.room, event.head)
      case "heartbeat":
        for (const [room, head] of Object.entries(event.heads ?? {})) this.#notice(Number(room), head)
        break
      case "refresh":
        return this.refresh()
    }
    apply(this.#state, event)
  }

  #takeInOrder(event: MessageChanged): void {
    const last = this.#last.get(event.room)
    // Of a room that one does not know to be in: its membership comes with a head of its own.
    if (last === undefined || event.seq <= last) return
    const follows = event.seq === last + 1 || (event.after !== undefined && event.after <= last)
    if (follows) {
      this.#last.set(event.room, event.seq)
      apply(this.#state, event)
    } else {
      this.#held.push(event)
      this.#notice(event.room, event.seq)
    }
  }

  /** A room has moved to this head: if we have not seen it, it may be on its way, or missing. */
  #notice(room: number, head: number): void {
    if (!this.#isBehind(room, head)) return
    this.#missing.set(room, Math.max(head, this.#missing.get(room) ?? 0))
    this.#askSoon()
  }

  #isBehind(room: number, head: number): boolean {
    const last = this.#last.get(room)
    return last !== undefined && last < head
  }

  /** One question for all that is noticed at the same time; while one is under way the next waits for its answer. */
  #askSoon(): void {
    if (this.#asking !== null || this.#timer !== undefined) return
    const pause = Math.max(0, this.#askedAt + PAUSE_MS - Date.now())
    this.#timer = setTimeout(() => void this.#ask(), pause)
  }

  async #ask(): Promise<void> {
    this.#timer = undefined
    for (const [room, head] of this.#missing) if (!this.#isBehind(room, head)) this.#missing.delete(room)
    if (!this.#stale && this.#missing.size === 0) return
    this.#askedAt = Date.now()
    const wanted = [...this.#missing].slice(0, RESUME_ROOMS)
    const rooms = new Set(wanted.map(([room]) => room))
    for (const room of rooms) this.#missing.delete(room)
    const stale = this.#stale
    this.#stale = false
    this.#asking = rooms
    try {
      const resumed = await this.#resume([...rooms])
      if (resumed.reset) this.#forgetHistory(resumed)
      else {
        takeSnapshot(this.#state, resumed)
        for (const { id, seq } of resumed.rooms) this.follow(id, seq)
        for (const changes of resumed.changes) this.#takeChanges(changes)
        // The server lets us hear each room from here on. One that it had taken from us, untold, may have moved meanwhile.
        for (const { id, seq } of resumed.rooms) this.#notice(id, seq)
      }
      this.#release()
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      for (const [room, head] of wanted) this.#missing.set(room, Math.max(head, this.#missing.get(room) ?? 0))
      this.#stale ||= stale
      // A lost connection asks for everything when it is back; a busy server is asked again.
      if (error.code !== "offline") this.#timer = setTimeout(() => void this.#ask(), (error.retryAfter ?? 1) * 1000)
    }
  }

  async #resumeAll(): Promise<void> {
    const { timelines } = this.#state
    const loaded = timelines.live.map(({ room }) => room)
    const named = new Set(loaded.filter(room => this.#last.has(room)))
    const resumed = await this.#resume([...named])
    if (resumed.reset) return this.#forgetHistory(resumed)
    takeSnapshot(this.#state, resumed)
    for (const room of [...this.#last.keys()]) if (!named.has(room)) this.#last.delete(room)
    for (const { id, seq } of resumed.rooms) this.follow(id, seq)
    for (const changes of resumed.changes) this.#takeChanges(changes)
    for (const room of loaded) if (!this.#last.has(room)) void timelines.get(room).reload()
  }

  #resume(rooms: number[]): Promise<Resumed> {
    const seqs: Seqs = Object.fromEntries(rooms.map(room => [room, this.#last.get(room) ?? 0]))
    const { epoch, directory } = this.#state
    return this.#request("resume", { epoch, rooms: seqs, ...(directory === null ? {} : { directory }) })
  }

  #takeChanges({ room, seq, messages, reset }: Changes): void {
    this.#last.set(room, seq)
    if (reset) void this.#state.timelines.get(room).reload()
    for (const message of messages) takeMessage(this.#state, message)
  }

  /** Another epoch: what was loaded belongs to a history that is no more. */
  #forgetHistory(resumed: Resumed): void {
    this.#state.rooms.clear()
    this.#start(resumed)
    for (const timeline of this.#state.timelines.live) void timeline.reload()
    this.#state.outbox.sendAgain()
  }

  #start(snapshot: Omit<Resumed, "changes">): void {
    takeSnapshot(this.#state, snapshot)
    this.#last.clear()
    for (const { id, seq } of snapshot.rooms) this.#last.set(id, seq)
  }

  /** The answer is taken: now what came in the meantime, in its order. */
  #release(): void {
    this.#asking = null
    const held = this.#held
    this.#held = []
    for (const event of held) this.receive(event)
    if (this.#stale || this.#missing.size > 0) this.#askSoon()
  }
}
