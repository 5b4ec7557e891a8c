/** The rooms one knows: those one is a member of, and those one only looks at. */

import { SvelteMap } from "svelte/reactivity"
import type { Level, Member, Membership, Message, Room } from "../protocol/types"
import { displayName } from "./displayName"

/** A room and one's own place in it; `membership` is null in a room that one only looks at. */
export class RoomState {
  // A message changes counters of its room, never its name or kind. As deriveds of their own these let the sorted
  // lists below sleep while messages arrive: Svelte stops where a derived value comes out the same.
  room: Room = $state.raw() as Room
  membership: Membership | null = $state.raw(null)
  name: string = $derived(this.room.name)
  isDirect: boolean = $derived(this.room.kind === "direct")
  joined: boolean = $derived(this.membership !== null)
  unread: number = $derived(this.membership ? Math.max(0, this.room.posts - this.membership.read_posts) : 0)
  level: Level = $derived(this.membership?.level ?? "all")
  /** unread posts, where one wants them counted */
  counted: number = $derived(this.level === "all" ? this.unread : 0)
  /** whether something is unread that one wants to know of */
  calling: boolean = $derived(this.unread > 0 && this.level !== "nothing")
  /** when its last message came, in milliseconds since 1970 */
  activity: number = $derived(Date.parse(this.room.last_at))
  readonly id: number
  /** seq of the last whole Room: what came by messages since is newer than an older Room */
  #describedAt: number
  /** the room's last number when the membership was told: one's own later posts move the read position further */
  #asOf: number
  /** the last of one's own posts that came as a message, and the posts up to it */
  #ownPost = { number: 0, post: 0 }

  constructor(room: Room, membership: Membership | null = null) {
    this.id = room.id
    this.room = room
    this.#describedAt = room.seq
    this.#asOf = room.last_number
    this.membership = membership
  }

  /** The name that people see: of a direct room, the others' names; "You" in a room alone. */
  title(session: { me: Member; members: { get(id: number): Member } }): string {
    if (!this.isDirect) return this.name
    const others = (this.room.participants ?? []).filter(id => id !== session.me.id)
    return others.length ? others.map(id => displayName(session.members.get(id))).join(", ") : "You"
  }

  /** Take a Room as the server described it. Counters never move back: messages may have been faster. */
  describe(room: Room): void {
    const known = this.room
    const newer = room.seq >= this.#describedAt
    this.#describedAt = Math.max(this.#describedAt, room.seq)
    this.room = {
      ...(newer ? room : known),
      seq: Math.max(known.seq, room.seq),
      last_number: Math.max(known.last_number, room.last_number),
      last_at: room.last_number >= known.last_number ? room.last_at : known.last_at,
      posts: Math.max(known.posts, room.posts),
      floor: Math.max(known.floor, room.floor),
    }
  }

  /** Take one's own place as the server told it. `room`: as it came along. */
  setMembership(told: Membership | null, room?: Room): void {
    this.#asOf = told?.as_of ?? (room ?? this.room).last_number
    const { as_of: _, ...place } = told ?? {}
    this.membership = told && (place as Membership)
    this.#readOwnPost()
  }

  /** Count a message, or a change of one. A new post of one's own is read at once: the server does the same. */
  count(message: Message, me: number): void {
    const { room } = this
    const isNew = message.number > room.last_number
    this.room = {
      ...room,
      seq: Math.max(room.seq, message.seq),
      last_number: Math.max(room.last_number, message.number),
      last_at: isNew ? message.created_at : room.last_at,
      posts: Math.max(room.posts, message.post),
    }
    if (message.author === me && !message.system && message.number > this.#ownPost.number) {
      this.#ownPost = { number: message.number, post: message.post }
      this.#readOwnPost()
    }
  }

  /** Posting marks everything up to the post as read, unless one's place was told later than that. */
  #readOwnPost(): void {
    const { number, post } = this.#ownPost
    if (!this.membership || number <= this.#asOf || number <= this.membership.read_number) return
    this.membership = { ...this.membership, read_number: number, read_posts: post }
  }
}

export class Rooms {
  readonly #known = new SvelteMap<number, RoomState>()

  /** Those one is a member of. */
  all: RoomState[] = $derived([...this.#known.values()].filter(room => room.joined))
  /** Rooms with a name, by name. */
  channels: RoomState[] = $derived(this.all.filter(room => !room.isDirect).sort(byName))
  /** Direct rooms, the last active first. */
  directs: RoomState[] = $derived(this.all.filter(room => room.isDirect).sort(byActivity))
  /** Unread posts in all rooms where one wants them counted. */
  unread: number = $derived(this.all.reduce((sum, room) => sum + room.counted, 0))

  get(id: number): RoomState | undefined {
    return this.#known.get(id)
  }

  byName(name: string): RoomState | undefined {
    return [...this.#known.values()].find(room => !room.isDirect && room.name === name)
  }

  /** Take a room, and one's place in it if it is told (null: none). */
  put(room: Room, membership?: Membership | null): RoomState {
    let state = this.#known.get(room.id)
    if (state) state.describe(room)
    else {
      state = new RoomState(room)
      this.#known.set(room.id, state)
    }
    if (membership !== undefined) state.setMembership(membership, room)
    return state
  }

  forget(id: number): void {
    this.#known.delete(id)
  }

  clear(): void {
    this.#known.clear()
  }
}

const collator = new Intl.Collator(undefined, { numeric: true })

function byName(a: RoomState, b: RoomState): number {
  return collator.compare(a.name, b.name)
}

function byActivity(a: RoomState, b: RoomState): number {
  return b.activity - a.activity || b.id - a.id
}
