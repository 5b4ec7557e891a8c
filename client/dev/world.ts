/** A workspace with everything that is hard to show: long names, several scripts, code, deleted and edited messages. */

import type {
  Event,
  Member,
  Membership,
  Message,
  PresenceState,
  Reach,
  Room,
  RoomKind,
  System,
} from "../src/protocol/types"
import { conversations, people } from "./sample"

export interface Held {
  room: Room
  membership: Membership | null
  members: number[]
  messages: Message[]
}

const MINUTE = 60_000

export class World {
  readonly epoch = crypto.randomUUID()
  reach: Reach = "everybody"
  readonly workspace: { name: string; open_rooms: boolean; version: number }
  readonly members = new Map<number, Member>()
  readonly rooms = new Map<number, Held>()
  readonly presence = new Map<number, PresenceState>()
  readonly listeners = new Set<(event: Event) => void>()
  visits = 0
  #version = 0

  constructor(scene: string) {
    this.workspace = { name: "Tea House", open_rooms: true, version: 1 }
    for (const [index, person] of people.entries()) {
      const [name, handle, role, about, state] = person
      const id = index + 1
      this.members.set(id, { id, name, handle, role, about, hue: (id * 67) % 360, active: true, version: 1 })
      if (state !== "offline") this.presence.set(id, state)
      if (scene === "fresh") break
    }
    if (scene === "fresh") this.fresh()
    else if (scene !== "empty") this.full(scene)
  }

  get me(): Member {
    return this.members.get(1) as Member
  }

  get version(): number {
    return this.#version
  }

  /** The version of a change that only this member gets. */
  nextVersion(): number {
    this.#version += 1
    return this.#version
  }

  /** Send an event to every connected socket. */
  broadcast(event: Event): void {
    for (const listen of this.listeners) listen(event)
  }

  add(kind: RoomKind, name: string, description: string, members: number[], joined = true): Held {
    const id = this.rooms.size + 1
    const room: Room = {
      id,
      kind,
      name,
      description,
      archived: false,
      seq: 0,
      last_number: 0,
      posts: 0,
      floor: 0,
      members: members.length,
      last_at: new Date(0).toISOString(),
      ...(kind === "direct" ? { participants: members } : {}),
    }
    const membership: Membership | null = joined
      ? {
          room: id,
          role: id === 1 ? "admin" : "member",
          level: "all",
          read_number: 0,
          read_posts: 0,
          version: this.nextVersion(),
        }
      : null
    const held: Held = { room, membership, members, messages: [] }
    this.rooms.set(id, held)
    return held
  }

  post(held: Held, author: number, text: string, at: number, system?: System): Message {
    const { room } = held
    room.seq += 1
    room.last_number += 1
    if (!system) room.posts += 1
    room.last_at = new Date(at).toISOString()
    const message: Message = {
      id: crypto.randomUUID(),
      room: room.id,
      number: room.last_number,
      post: room.posts,
      seq: room.seq,
      author,
      text,
      created_at: room.last_at,
      ...(system ? { system } : {}),
    }
    held.messages.push(message)
    return message
  }

  /** Post a message now. */
  say(author: number, text: string, roomId = 1): void {
    const held = this.rooms.get(roomId)
    if (held) this.changed(this.post(held, author, text, Date.now()))
  }

  changed(message: Message): void {
    this.broadcast({ type: "message", room: message.room, seq: message.seq, message: { ...message } })
  }

  private fresh(): void {
    const general = this.add("public", "general", "", [1])
    this.post(general, 1, "", Date.now() - MINUTE, { kind: "created" })
    this.read(general)
  }

  private full(scene: string): void {
    const everybody = [...this.members.keys()]
    const start = Date.now() - 26 * 60 * MINUTE
    const general = this.add("public", "general", "Everything that concerns all of us", everybody)
    this.post(general, 1, "", start - 60 * 24 * 30 * MINUTE, { kind: "created" })
    if (scene === "long") {
      for (let number = 1; number <= 5000; number++) {
        const words = "steep the leaves for four minutes then pour slowly and wait".split(" ")
        const text = Array.from(
          { length: 3 + ((number * 7) % 40) },
          (_, index) => words[(number + index) % words.length],
        ).join(" ")
        this.post(
          general,
          1 + ((number >> 1) % everybody.length),
          `${number}: ${text}`,
          start - (5000 - number) * 3 * MINUTE,
        )
      }
    }
    const talk = conversations.get("general") ?? []
    for (const [minutes, author, text, extra] of talk) {
      const message = this.post(general, author, text, start + minutes * MINUTE, extra?.system)
      if (extra?.edited) message.edited_at = new Date(start + (minutes + 3) * MINUTE).toISOString()
      if (extra?.deleted) Object.assign(message, { deleted: true, text: "" })
    }
    this.read(general, 3)
    const design = this.add("public", "design", "Type, colour, spacing. Bring screenshots.", [1, 2, 3, 5])
    for (const [minutes, author, text] of conversations.get("design") ?? [])
      this.post(design, author, text, start + minutes * MINUTE)
    this.read(design, 12)
    const founders = this.add("private", "founders", "", [1, 2])
    this.post(founders, 2, "Only the two of us here.", start)
    this.read(founders)
    this.read(this.add("public", "غرفة المعيشة", "للحديث عن كل شيء", [1, 4]))
    this.read(this.add("public", "设计与排版", "", [1, 5]))
    this.read(
      this.add("public", "a-channel-with-a-name-that-is-much-longer-than-any-sidebar-would-ever-be", "", [1, 2]),
    )
    const old = this.add("public", "summer-2024", "The trip. It was good.", [1, 2, 3])
    this.post(old, 2, "Same place next year?", start)
    old.room.archived = true
    this.read(old)
    this.directs(start)
    this.add("public", "random", "Cats, mostly", [2, 3, 4], false)
    const visited = this.add("public", "engineering", "How it is built", [2, 3, 4, 5, 6], false)
    for (const [minutes, author, text] of conversations.get("design") ?? [])
      this.post(visited, author, text, start + minutes * MINUTE)
  }

  private directs(start: number): void {
    const bob = this.add("direct", "", "", [1, 2])
    for (const [minutes, author, text] of conversations.get("bob") ?? [])
      this.post(bob, author, text, start + minutes * MINUTE)
    this.read(bob, 1)
    for (const [id, others] of [
      [4, [4]],
      [5, [5]],
      [6, [6]],
      [7, [2, 3, 5]],
    ] as const) {
      const held = this.add("direct", "", "", [1, ...others])
      this.post(held, id === 7 ? 2 : id, "Hello!", start - id * 90 * MINUTE)
      this.read(held)
    }
    this.read(this.add("direct", "", "", [1]))
  }

  private read({ room, membership, messages }: Held, unread = 0): void {
    if (!membership) return
    const at = Math.max(0, messages.length - unread)
    membership.read_number = at
    membership.read_posts = messages[at - 1]?.post ?? 0
    if (unread === 0) membership.read_posts = room.posts
  }
}
