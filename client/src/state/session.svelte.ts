/** One tab's whole state, and its line to the server. */

import type { CommandType, Fields } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import { type Listener, Socket } from "../protocol/socket"
import {
  Close,
  type Hello,
  type Member,
  type Reach,
  type Replies,
  type Room,
  TYPING_SECONDS,
  type Workspace,
} from "../protocol/types"
import { takeReply } from "./apply"
import type { Boot } from "./boot"
import { CatchUp } from "./catchUp"
import { Drafts } from "./drafts.svelte"
import { forgetOnDisk } from "./forgetting"
import { type AfterFrame, Inbox } from "./inbox"
import { Members, nobody } from "./members.svelte"
import { Outbox } from "./outbox.svelte"
import { OutboxStore } from "./outboxStore"
import { Presence } from "./presence.svelte"
import { Reading } from "./reading"
import { type RoomState, Rooms } from "./rooms.svelte"
import { Timeline } from "./timeline.svelte"
import { Timelines } from "./timelines"
import { Typing } from "./typing.svelte"
import { Versions } from "./versions"

/**
 * `connecting` until the first snapshot, then `live` or `reconnecting`. The last three are final:
 * `signed_out` (4001: sign in), `revoked` (4003: this login was ended), `refused` (the server and this page do not
 * understand each other, or somebody else has signed in: reload).
 */
export type Status = "connecting" | "live" | "reconnecting" | "signed_out" | "revoked" | "refused"

const ENDED: ReadonlySet<Status> = new Set(["signed_out", "revoked", "refused"])

/** A command given while the connection is away waits for so long: most absences are shorter. */
const PATIENCE_MS = 10_000
/**
 * A login that was ended may have another in its place, in the same browser: a new password, chosen in another tab,
 * gives that tab a new login and ends the old one everywhere. So the tab looks again, these times after its end.
 */
const LOOKS_MS = [500, 2_000]
/** “… is typing” is said again this often: well before it fades for the others. */
const TYPING_PAUSE_MS = (TYPING_SECONDS * 1000) / 2

export interface Surroundings {
  WebSocket?: typeof WebSocket
  /** origin of the page, for the socket's address */
  origin?: string
  drafts?: Drafts
  /** when to take what the server tells; at once, where nothing is drawn */
  afterFrame?: AfterFrame
}

export class Session {
  readonly boot: Boot
  status: Status = $state("connecting")
  /** milliseconds since 1970 of the next try to connect; null if none is planned */
  retryAt: number | null = $state(null)
  /** whether people at other processes of the server are heard late: what connects those is down */
  degraded = $state(false)
  /** whether the first snapshot has come: before it `me` is nobody and there are no rooms */
  ready = $state(false)
  me: Member = $state.raw(nobody(0))
  workspace: Workspace = $state.raw({ name: "", open_rooms: false, version: 0 })
  /** who may bring one into rooms, and open direct rooms with one */
  reach: Reach = $state("everybody")
  epoch = $state("")
  /** which changes of memberships and permissions were taken */
  readonly versions = new Versions()
  /** how far we know what changed about members; null before the first snapshot */
  directory: number | null = null
  readonly rooms = new Rooms()
  readonly members: Members
  readonly presence = new Presence(() => this.status === "live")
  readonly typing = new Typing()
  readonly timelines: Timelines
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly reading: Reading
  readonly #socket: Socket
  readonly #catchUp: CatchUp
  readonly #inbox: Inbox
  /** who waits for the connection */
  #waiting: { resolve(): void; reject(error: CommandError): void }[] = []
  /** the next try to catch up, when the server was too busy, or to find another login */
  #again: ReturnType<typeof setTimeout> | undefined
  /** how often it was looked for another login since the last one ended */
  #looks = 0
  readonly #typedAt = new Map<number, number>()
  #attention: "active" | "away" = "active"

  constructor(
    boot: Boot,
    {
      WebSocket,
      origin = globalThis.location?.origin,
      drafts = new Drafts(),
      afterFrame = run => run(),
    }: Surroundings = {},
  ) {
    this.boot = boot
    this.workspace = { name: boot.workspace, open_rooms: false, version: 0 }
    this.drafts = drafts
    this.members = new Members(async members => (await this.command("member.list", { members })).members)
    this.outbox = new Outbox(this)
    this.reading = new Reading(this)
    this.timelines = new Timelines(room => this.#makeTimeline(room))
    this.#catchUp = new CatchUp(this)
    this.#inbox = new Inbox(event => this.#catchUp.receive(event), afterFrame)
    this.#socket = new Socket(new URL(boot.socket, origin).href.replace(/^http/, "ws"), this.#listener(), WebSocket)
  }

  start(): void {
    this.#socket.open()
  }

  stop(): void {
    this.#socket.close()
    this.#catchUp.stop()
    clearTimeout(this.#again)
    this.outbox.stop()
    this.#giveUpWaiting("The session has ended.")
  }

  /** Try to connect now instead of waiting. */
  retryNow(): void {
    this.#socket.retryNow()
  }

  /** The network or the person came or went: find out at once whether the connection still carries. */
  check(): void {
    this.#socket.check()
  }

  /**
   * Ask the server. While the connection is away it waits a few seconds for it. Rejects with CommandError; when it
   * resolves, what the reply tells is in the state.
   */
  async command<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    if (this.status !== "live") await this.#untilLive()
    const reply = await this.ask(type, fields)
    takeReply(this, type, reply)
    return reply
  }

  /** Ask the server now; the reply is nobody's but the caller's. For the parts of the state themselves. */
  async ask<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    const reply = await this.#socket.ask(type, fields)
    this.#inbox.release()
    return reply
  }

  timeline(room: number): Timeline {
    return this.timelines.get(room)
  }

  /** A room by name or id, asked for if it is not known. Rejects with CommandError (`not_found`). */
  async findRoom(by: { name: string } | { id: number }): Promise<RoomState> {
    const known = "id" in by ? this.rooms.get(by.id) : this.rooms.byName(by.name)
    if (known) return known
    const { room, membership } = await this.command("room.get", "id" in by ? { room: by.id } : by)
    return this.rooms.get(room.id) ?? this.rooms.put(room, membership ?? null)
  }

  /** Say that one is typing in a room; call it as often as keys are pressed. */
  startTyping(room: number): void {
    const now = Date.now()
    if (now - (this.#typedAt.get(room) ?? 0) < TYPING_PAUSE_MS) return
    this.#typedAt.set(room, now)
    this.#socket.tell("typing", { room })
  }

  /** What was typed is sent: the next key begins another message, and is told at once. */
  endTyping(room: number): void {
    this.#typedAt.delete(room)
  }

  /** Say whether somebody looks at this tab. */
  setPresence(state: "active" | "away"): void {
    if (state === this.#attention) return
    this.#attention = state
    if (this.status === "live") this.#socket.tell("presence.set", { state })
  }

  /** One is a member of this room from now on. */
  joined(room: Room): void {
    this.#catchUp.joined(room.id, room.seq)
  }

  /** There may be members whom one sees now, or sees otherwise than when one saw them last: guests are told of no others. */
  askAgain(): void {
    this.#catchUp.refresh()
  }

  forgetRoom(room: number): void {
    this.#catchUp.forget(room)
    this.rooms.forget(room)
    this.timeline(room).clear()
    this.typing.forget(room)
  }

  #listener(): Listener {
    return {
      opened: hello => void this.#opened(hello),
      event: event => this.#inbox.put(event),
      lost: retryAt => this.#lost(retryAt),
      ended: code => this.#ended(code),
    }
  }

  async #opened(hello: Hello): Promise<void> {
    if (this.ready && hello.member !== this.me.id) return this.#ended(Close.PROTOCOL_ERROR)
    this.degraded = hello.degraded ?? false
    try {
      await this.#catchUp.everything()
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (error.final) this.#ended(Close.PROTOCOL_ERROR)
      else if (error.code !== "offline") {
        this.#again = setTimeout(() => void this.#opened(hello), (error.retryAfter ?? 1) * 1000)
      }
      return
    }
    this.retryAt = null
    this.#looks = 0
    this.status = "live"
    if (!this.ready) this.#welcome()
    this.#catchUpOthers()
  }

  /** The first snapshot is here. */
  #welcome(): void {
    const owner = `${this.boot.base}${this.me.id}`
    this.drafts.open(owner)
    this.ready = true
    void this.outbox.use(new OutboxStore(owner))
  }

  /** The connection is there, and the state is what the server has: now what waited for it. */
  #catchUpOthers(): void {
    if (this.#attention === "away") this.#socket.tell("presence.set", { state: "away" })
    this.outbox.flush()
    this.reading.flush()
    const waiting = this.#waiting
    this.#waiting = []
    for (const { resolve } of waiting) resolve()
    for (const timeline of this.timelines.all) if (timeline.error?.code === "offline") void timeline.retry()
  }

  #lost(retryAt: number | null): void {
    this.#inbox.release()
    if (this.ready) this.status = "reconnecting"
    this.retryAt = retryAt
    this.typing.clear()
    this.#catchUp.stop()
    clearTimeout(this.#again)
  }

  #ended(code: number): void {
    this.#socket.close()
    this.#lost(null)
    const revoked = code === Close.REVOKED || (code === Close.SIGN_IN && this.#looks > 0)
    const look = revoked ? LOOKS_MS[this.#looks] : undefined
    if (look !== undefined) {
      this.#looks += 1
      this.#again = setTimeout(() => this.#socket.open(), look)
      return
    }
    if (revoked) forgetOnDisk(this)
    this.status = revoked ? "revoked" : code === Close.SIGN_IN ? "signed_out" : "refused"
    this.#giveUpWaiting("There is no connection to the server.")
  }

  #untilLive(): Promise<void> {
    return new Promise((resolve, reject) => {
      const offline = () => reject(new CommandError("offline", "There is no connection to the server."))
      if (ENDED.has(this.status)) return offline()
      const timer = setTimeout(offline, PATIENCE_MS)
      this.#waiting.push({
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
        reject: error => {
          clearTimeout(timer)
          reject(error)
        },
      })
    })
  }

  #giveUpWaiting(why: string): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting) reject(new CommandError("offline", why))
  }

  #makeTimeline(room: number): Timeline {
    return new Timeline(room, {
      page: at => this.command("timeline", { room, ...at }),
      pending: () => this.outbox.in(room),
      opened: () => this.timelines.opened(room),
    })
  }
}
