/** The rooms one knows: those one is a member of, and those one looks at. */

import { SvelteMap } from "svelte/reactivity"
import type { Membership, Room } from "../protocol/types"

/** A room and one's own place in it; `membership` is null in a room that one only looks at. */
export class RoomState {
  room: Room = $state.raw() as Room
  membership: Membership | null = $state.raw(null)
  /** milliseconds since 1970 of the last message heard; 0 if none was */
  activity = $state(0)

  constructor(room: Room, membership: Membership | null) {
    this.room = room
    this.membership = membership
  }

  get id(): number {
    return this.room.id
  }

  unread: number = $derived(this.membership ? Math.max(0, this.room.posts - this.membership.read_posts) : 0)

  /** The name that people see: of a direct room, the others' names. */
  title(session: { me: { id: number }; members: { get(id: number): { name: string } } }): string {
    if (this.room.kind !== "direct") return this.room.name
    const others = (this.room.participants ?? []).filter(id => id !== session.me.id)
    return others.length ? others.map(id => session.members.get(id).name).join(", ") : "You"
  }
}

export class Rooms {
  readonly #known = new SvelteMap<number, RoomState>()

  /** Those one is a member of. */
  all: RoomState[] = $derived([...this.#known.values()].filter(room => room.membership !== null))
  /** Rooms with a name, by name. */
  channels: RoomState[] = $derived(this.all.filter(({ room }) => room.kind !== "direct"))
  /** Direct rooms, the last active first. */
  directs: RoomState[] = $derived(this.all.filter(({ room }) => room.kind === "direct"))
  /** Unread posts in all rooms. */
  unread: number = $derived(this.all.reduce((sum, room) => sum + room.unread, 0))

  get(id: number): RoomState | undefined {
    return this.#known.get(id)
  }

  byName(name: string): RoomState | undefined {
    return [...this.#known.values()].find(({ room }) => room.name === name)
  }
}
