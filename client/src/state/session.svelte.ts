/** One tab's whole state, and its connection to the server. */

import type { CommandType, Fields, SendCommand } from "../protocol/commands"
import type { Event, Hello, Member, Reach, Replies, Room, Workspace } from "../protocol/types"
import { applyReply, type State } from "./apply"
import type { Boot } from "./boot"
import { CatchUp } from "./catchUp"
import { Connection, type ConnectionOptions, type Status } from "./connection.svelte"
import { Drafts } from "./drafts.svelte"
import { keepOnlyUnsent } from "./localData"
import { Members, placeholderFor } from "./members.svelte"
import { Outbox } from "./outbox.svelte"
import { OutboxStore } from "./outboxStore"
import { OwnActivity } from "./ownActivity"
import { Presence } from "./presence.svelte"
import { Reading } from "./reading"
import { type RoomState, Rooms } from "./rooms.svelte"
import { Timeline } from "./timeline.svelte"
import { Timelines } from "./timelines"
import { Typing } from "./typing.svelte"
import { Versions } from "./versions"

interface SessionOptions extends ConnectionOptions {
  /** origin of the page, for the socket's address */
  origin?: string
  drafts?: Drafts
}

export class Session implements State {
  readonly boot: Boot
  /** The server's processes do not reach each other: messages from other processes come late. */
  degraded = $state(false)
  /** The first snapshot has come. Before it `me` is a placeholder and there are no rooms. */
  ready = $state(false)
  me: Member = $state.raw(placeholderFor(0))
  workspace: Workspace = $state.raw() as Workspace
  /** who may bring this member into rooms and open direct rooms with them */
  reach: Reach = $state("everybody")
  epoch = $state("")
  directory: number | null = null
  readonly versions = new Versions()
  readonly rooms = new Rooms()
  readonly members: Members
  readonly presence = new Presence(() => this.status === "live")
  readonly typing = new Typing()
  readonly timelines: Timelines
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly reading: Reading
  readonly #connection: Connection
  readonly #catchUp: CatchUp
  readonly #activity: OwnActivity

  constructor(
    boot: Boot,
    { origin = globalThis.location?.origin, drafts = new Drafts(), ...options }: SessionOptions = {},
  ) {
    this.boot = boot
    this.workspace = { name: boot.workspace, open_rooms: false, version: 0 }
    this.drafts = drafts
    const url = new URL(boot.socket, origin).href.replace(/^http/, "ws")
    this.#connection = this.#connect(url, options)
    const connection = this.#connection
    const command: SendCommand = (type, fields) => this.command(type, fields)
    this.timelines = new Timelines(room => this.#makeTimeline(room))
    this.members = new Members(async members => (await command("member.list", { members })).members)
    this.outbox = new Outbox(connection, command, this.timelines)
    this.reading = new Reading(connection, command, this.rooms, this.timelines)
    this.#catchUp = new CatchUp(connection, this)
    this.#activity = new OwnActivity(connection)
  }

  get status(): Status {
    return this.#connection.status
  }

  /** milliseconds since 1970 of the next try to connect; null if none is planned */
  get retryAt(): number | null {
    return this.#connection.retryAt
  }

  start(): void {
    this.#connection.open()
  }

  stop(): void {
    this.#connection.close()
    this.#catchUp.stop()
    this.outbox.stop()
  }

  /** Connect now instead of waiting. */
  retryNow(): void {
    this.#connection.retryNow()
  }

  /** Find out at once whether the connection still works: the network or the person came back. */
  check(): void {
    this.#connection.check()
  }

  /**
   * Send a command, and apply its reply to the state before resolving. Without a connection it waits for one, up to ten
   * seconds. Rejects with CommandError.
   */
  async command<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    if (this.status !== "live") await this.#connection.untilLive()
    const reply = await this.#connection.request(type, fields)
    applyReply(this, type, reply)
    return reply
  }

  timeline(room: number): Timeline {
    return this.timelines.get(room)
  }

  /** A room by name or id, fetched if it is not known. Rejects with CommandError (`not_found`). */
  async findRoom(by: { name: string } | { id: number }): Promise<RoomState> {
    const known = "id" in by ? this.rooms.get(by.id) : this.rooms.byName(by.name)
    if (known) return known
    const { room, membership } = await this.command("room.get", "id" in by ? { room: by.id } : by)
    return this.rooms.get(room.id) ?? this.rooms.put(room, membership ?? null)
  }

  /** The member types in a room. Call it for every key. */
  startTyping(room: number): void {
    this.#activity.startTyping(room)
  }

  endTyping(room: number): void {
    this.#activity.endTyping(room)
  }

  /** `active` while the person looks at this tab. */
  setPresence(state: "active" | "away"): void {
    this.#activity.setPresence(state)
  }

  joined(room: Room): void {
    this.#catchUp.joined(room.id, room.seq)
  }

  refresh(): void {
    this.#catchUp.refresh()
  }

  forgetRoom(room: number): void {
    this.#catchUp.forget(room)
    this.rooms.forget(room)
    this.timeline(room).clear()
    this.typing.forget(room)
  }

  #connect(url: string, options: ConnectionOptions): Connection {
    const listener = {
      opened: (hello: Hello) => {
        this.degraded = hello.degraded ?? false
        return this.#catchUp.synchronise()
      },
      live: () => this.#live(),
      event: (event: Event) => this.#catchUp.receive(event),
      lost: () => {
        this.typing.clear()
        this.#catchUp.stop()
      },
      revoked: () => keepOnlyUnsent(this),
    }
    return new Connection(url, listener, options)
  }

  /** The state is up to date: send everything that waited for the connection. */
  #live(): void {
    if (!this.ready) this.#start()
    this.#activity.repeatAway()
    this.outbox.flush()
    this.reading.flush()
    for (const timeline of this.timelines.all) if (timeline.error?.code === "offline") void timeline.retry()
  }

  /** The first snapshot is here: load what this browser stores for its member. */
  #start(): void {
    const owner = `${this.boot.base}${this.me.id}`
    this.drafts.open(owner)
    this.ready = true
    void this.outbox.use(new OutboxStore(owner))
  }

  #makeTimeline(room: number): Timeline {
    return new Timeline(room, {
      page: at => this.command("timeline", { room, ...at }),
      pending: () => this.outbox.in(room),
      opened: () => this.timelines.opened(room),
    })
  }
}
