/** Alice (owner), Bob (member), a room that they share, its messages, and Alice's tab: for tests of the state. */

import type { Member, Membership, Message, Room, Snapshot } from "../protocol/types"
import type { Boot } from "../state/boot"
import { Drafts } from "../state/drafts.svelte"
import { Session } from "../state/session.svelte"
import { FakeSocket } from "./fakeSocket"

export const alice: Member = {
  id: 1,
  handle: "alice",
  name: "Alice",
  role: "owner",
  about: "",
  hue: 10,
  active: true,
  version: 1,
}
export const bob: Member = { ...alice, id: 2, handle: "bob", name: "Bob", role: "member" }

export const boot: Boot = {
  socket: "/ws/",
  api: "/chat/api/",
  base: "/chat/",
  csrf: "token",
  workspace: "The place",
  language: "en",
  links: { sign_in: null, sign_out: null, account: null, invite: null, admin: null },
}

const NOON = Date.parse("2026-11-20T12:00:00Z")

/** Message `number` of room 1, by Bob. Its seq equals its number. */
export function message(number: number, more: Partial<Message> = {}): Message {
  return {
    id: `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    room: 1,
    number,
    post: number,
    seq: number,
    author: bob.id,
    text: `message ${number}`,
    created_at: new Date(NOON + number * 1000).toISOString(),
    ...more,
  }
}

export function messages(first: number, last: number): Message[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index))
}

/** A room with `count` messages. */
export function room(id: number, count: number, more: Partial<Room> = {}): Room {
  return {
    id,
    kind: "public",
    name: `room${id}`,
    description: "",
    archived: false,
    seq: count,
    last_number: count,
    last_at: new Date(NOON + count * 1000).toISOString(),
    posts: count,
    floor: 0,
    members: 2,
    ...more,
  }
}

/** Alice's membership of a room. The snapshot has version 1, so a later change needs a greater one. */
export function membership(of: number, read: number, version = 1): Membership {
  return { room: of, role: "member", level: "all", read_number: read, read_posts: read, version }
}

/** Alice's snapshot: room 1 with `count` messages, all of them read. */
export function snapshot(count: number, more: Partial<Snapshot> = {}): Snapshot {
  return {
    epoch: "e1",
    me: alice,
    workspace: { name: "The place", open_rooms: true, version: 1 },
    version: 1,
    reach: "everybody",
    rooms: [room(1, count)],
    memberships: [membership(1, count)],
    directory: 1,
    members: [alice, bob],
    presence: [],
    ...more,
  }
}

/** Run all pending microtasks. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** Alice's tab, before the server's hello. */
export function tab(): Session {
  FakeSocket.opened = []
  const session = new Session(boot, {
    WebSocket: FakeSocket.implementation,
    origin: "http://chat",
    drafts: new Drafts(null),
  })
  session.start()
  return session
}

/** Alice's live tab with this snapshot. */
export async function liveTab(start: Snapshot = snapshot(10)): Promise<Session> {
  const session = tab()
  FakeSocket.last.hello(start.epoch, start.me.id)
  FakeSocket.last.answers("snapshot", start)
  await turns()
  return session
}

/** Alice's live tab with room 1 open at its end. */
export async function tabInRoom(count = 10): Promise<Session> {
  const session = await liveTab(snapshot(count))
  void session.timeline(1).open()
  await turns()
  FakeSocket.last.answers("timeline", page(Math.max(1, count - 49), count))
  await turns()
  return session
}

export function page(first: number, last: number, { before = first > 1, after = false, seq = last } = {}) {
  return { room: 1, seq, messages: messages(first, last), before, after }
}

/** A `message` event with the state of a message. */
export function posted(number: number, more: Partial<Message> = {}) {
  const state = message(number, more)
  return { type: "message" as const, room: state.room, seq: state.seq, message: state }
}
