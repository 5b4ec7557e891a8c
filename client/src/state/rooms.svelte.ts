/** The known rooms: those the member is in, and those they only look at. */

import { SvelteMap } from "svelte/reactivity"
import type { Level, Member, Membership, Message, Room } from "../protocol/types"
import { displayName } from "./displayName"

/** A room and the member's own membership, which is null in a room that they only look at. */
export class RoomState {
  // A message changes counters of its room, never its name or kind. Each is a derived value of its own, so that a
  // message does not sort the lists below again: Svelte stops where a derived value has not changed.
  room: Room = $state.raw() as Room
  membership: Membership | null = $state.raw(null)
  name: string = $derived(this.room.name)
  isDirect: boolean = $derived(this.room.kind === "direct")
  joined: boolean = $derived(this.membership !== null)
  unread: number = $derived(this.membership ? Math.max(0, this.room.posts - this.membership.read_posts) : 0)
  level: Level = $derived(this.membership?.level ?? "all")
  /** unread posts in a room with the level `all`, otherwise 0 */
  counted: number = $derived(this.level === "all" ? this.unread : 0)
  /** Something is unread, and the level is not `nothing`: the sidebar highlights the room. */
  highlighted: boolean = $derived(this.unread > 0 && this.level !== "nothing")
  /** time of the last message, in milliseconds since 1970 */
  activity: number = $derived(Date.parse(this.room.last_at))
  readonly id: number
  /** seq of the newest Room that was applied */
  #updateSeq: number
  /** the room's last number that the membership includes; own posts after it move the read position */
  #asOf: number
  /** `number` and `post` of the newest own post */
  #ownPost = { number: 0, post: 0 }

  constructor(room: Room, membership: Membership | null = null) {
    this.id = room.id
    this.room = room
    this.#updateSeq = room.seq
    this.#asOf = room.last_number
    this.membership = membership
  }

  /** The name that people see. For a direct room: the other members' names, or "You" if there are none. */
  title(session: { me: Member; members: { get(id: number): Member } }): string {
    if (!this.isDirect) return this.name
    const others = (this.room.participants ?? []).filter(id => id !== session.me.id)
    return others.length ? others.map(id => displayName(session.members.get(id))).join(", ") : "You"
  }

  /** Apply a Room. Counters never decrease: messages may have arrived before it. */
  update(room: Room): void {
    const known = this.room
    const isNewer = room.seq >= this.#updateSeq
    this.#updateSeq = Math.max(this.#updateSeq, room.seq)
    this.room = {
      ...(isNewer ? room : known),
      seq: Math.max(known.seq, room.seq),
      last_number: Math.max(known.last_number, room.last_number),
      last_at: room.last_number >= known.last_number ? room.last_at : known.last_at,
      posts: Math.max(known.posts, room.posts),
      floor: Math.max(known.floor, room.floor),
    }
  }

  /** Apply the member's own membership. `room`: sent together with it. */
  setMembership(received: Membership | null, room?: Room): void {
    this.#asOf = received?.as_of ?? (room ?? this.room).last_number
    const { as_of: _, ...membership } = received ?? {}
    this.membership = received && (membership as Membership)
    this.#markOwnPostRead()
  }

  /**
   * Update the counters for a new or changed message; true if it is new. A new own post counts as read, as on the
   * server.
   */
  count(message: Message, me: number): boolean {
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
      this.#markOwnPostRead()
    }
    return isNew
  }

  /** Posting marks everything up to the post as read, unless the membership already includes the post. */
  #markOwnPostRead(): void {
    const { number, post } = this.#ownPost
    if (!this.membership || number <= this.#asOf || number <= this.membership.read_number) return
    this.membership = { ...this.membership, read_number: number, read_posts: post }
  }
}

export class Rooms {
  readonly #known = new SvelteMap<number, RoomState>()

  /** Rooms that the member is in. */
  all: RoomState[] = $derived([...this.#known.values()].filter(room => room.joined))
  /** Rooms with a name, sorted by name. */
  channels: RoomState[] = $derived(this.all.filter(room => !room.isDirect).sort(byName))
  /** Direct rooms, the most recently active first. */
  directs: RoomState[] = $derived(this.all.filter(room => room.isDirect).sort(byActivity))
  /** The sum of `counted`. */
  unread: number = $derived(this.all.reduce((sum, room) => sum + room.counted, 0))

  get(id: number): RoomState | undefined {
    return this.#known.get(id)
  }

  byName(name: string): RoomState | undefined {
    return [...this.#known.values()].find(room => !room.isDirect && room.name === name)
  }

  /** Apply a room, and the member's own membership if given (null: not a member). */
  put(room: Room, membership?: Membership | null): RoomState {
    let state = this.#known.get(room.id)
    if (state) state.update(room)
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
