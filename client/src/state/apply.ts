/**
 * The one place where the server's events and replies become state. What comes without a seq carries a version, and is
 * taken only if it is newer than what is known.
 */

import type { CommandType } from "../protocol/commands"
import type {
  Event,
  Member,
  Membership,
  Message,
  Reach,
  Replies,
  Room,
  RoomState,
  Snapshot,
  Workspace,
  WorkspaceChanged,
} from "../protocol/types"
import type { Members } from "./members.svelte"
import type { Outbox } from "./outbox.svelte"
import type { Presence } from "./presence.svelte"
import type { Reading } from "./reading"
import type { Rooms } from "./rooms.svelte"
import type { Timelines } from "./timelines"
import type { Typing } from "./typing.svelte"
import { NO_ROOM, type Versions } from "./versions"

/** What the server's events and replies change. */
export interface State {
  /** The first snapshot was applied. */
  readonly ready: boolean
  me: Member
  workspace: Workspace
  reach: Reach
  /** names the server's history; another epoch is another history */
  epoch: string
  /** version up to which changes of members are known; null before the first snapshot */
  directory: number | null
  /** The server's processes do not reach each other. */
  degraded: boolean
  /** newest applied changes of memberships and permissions */
  readonly versions: Versions
  readonly rooms: Rooms
  readonly members: Members
  readonly presence: Presence
  readonly typing: Typing
  readonly timelines: Timelines
  readonly outbox: Outbox
  readonly reading: Reading
  /** The member is in this room: its messages are followed from `room.seq` on. */
  joined(room: Room): void
  /** Fetch what has no seq: a guest who shares a room with somebody new may now see them, or see changes that it missed. */
  askAgain(): void
  /** The member is no longer in this room. */
  forgetRoom(room: number): void
}

/** Take an event whose turn it is (`catchUp.ts` sees to that). */
export function apply(state: State, event: Event): void {
  switch (event.type) {
    case "message":
      return takeMessage(state, event.message)
    case "room":
      return takeRoom(state, event.room)
    case "membership":
      return takeMembership(state, event.membership, event.room)
    case "left":
      if (state.versions.take(event.room, event.version)) state.forgetRoom(event.room)
      return
    case "member":
      return takeMember(state, event.member)
    case "workspace":
      return takeWorkspace(state, event)
    case "permissions":
      if (state.versions.take(NO_ROOM, event.version)) {
        state.workspace = { ...state.workspace, open_rooms: event.open_rooms }
        state.reach = event.reach
      }
      return
    case "heartbeat":
      state.degraded = event.degraded ?? false
      return
    case "presence":
      return state.presence.put(event.presence)
    case "typing":
      return state.typing.put(
        event.room,
        event.members.filter(id => id !== state.me.id),
      )
  }
}

export function takeMessage(state: State, message: Message): void {
  const comes = message.system?.kind === "joined" || message.system?.kind === "added"
  if (comes && state.me.role === "guest") state.askAgain()
  state.rooms.get(message.room)?.count(message, state.me.id)
  state.timelines.get(message.room).put(message)
  state.typing.stop(message.room, message.author)
  if (message.author === state.me.id) state.outbox.arrived(message)
}

/** Take the whole state, except the messages. */
export function takeSnapshot(state: State, snapshot: Snapshot): void {
  if (snapshot.epoch !== state.epoch) state.members.clear()
  state.epoch = snapshot.epoch
  state.versions.begin(snapshot.version)
  state.workspace = snapshot.workspace
  state.reach = snapshot.reach
  state.directory = snapshot.directory
  state.members.askAgain()
  state.members.put(...snapshot.members, snapshot.me)
  state.me = state.members.get(snapshot.me.id)
  state.presence.replace(snapshot.presence)
  const mine = new Set(snapshot.rooms.map(room => room.id))
  for (const { id } of state.rooms.all) if (!mine.has(id)) state.forgetRoom(id)
  const places = new Map(snapshot.memberships.map(membership => [membership.room, membership]))
  for (const room of snapshot.rooms) {
    const place = places.get(room.id)
    state.rooms.put(room, place ? state.reading.merge(place) : null)
    state.timelines.get(room.id).raiseFloor(room.floor)
  }
}

/** Take what the reply to a command tells: the state need not wait for the event that says the same. */
export function takeReply<T extends CommandType>(state: State, type: T, reply: Replies[T]): void {
  switch (type) {
    case "message.edit":
    case "message.delete":
      return state.timelines.get((reply as Message).room).put(reply as Message)
    case "room.create":
    case "room.direct":
    case "room.get":
    case "room.rename":
    case "room.describe":
    case "room.archive":
    case "room.join":
    case "room.invite":
    case "room.remove":
      return takeRoomState(state, reply as RoomState)
    case "room.read":
    case "room.unread":
    case "room.notify":
      return takeMembership(state, reply as Membership)
    case "room.roster":
    case "member.list":
    case "member.directory":
      return state.members.put(...(reply as Replies["member.list"]).members)
    case "profile.update":
      return takeMember(state, reply as Replies["profile.update"])
  }
}

function takeRoomState(state: State, { room, membership, version }: RoomState): void {
  if (membership) takeMembership(state, membership, room)
  else if (version >= state.versions.of(room.id)) state.rooms.put(room, null)
  else takeRoom(state, room)
}

function takeRoom(state: State, room: Room): void {
  if (!state.rooms.get(room.id)) return
  state.rooms.put(room)
  state.timelines.get(room.id).raiseFloor(room.floor)
}

function takeMembership(state: State, told: Membership, room?: Room): void {
  // Of a room that we do not know yet it says too little: the room comes with the event that lets us in.
  if (!room && !state.rooms.get(told.room)) return
  if (!state.versions.take(told.room, told.version)) {
    if (!room || !state.rooms.get(room.id)) return
    takeRoom(state, room)
    return state.joined(room)
  }
  const membership = state.reading.merge(told)
  if (!room) return state.rooms.get(told.room)?.takePlace(membership)
  state.rooms.put(room, membership)
  state.joined(room)
  if (state.me.role === "guest") state.askAgain()
}

function takeWorkspace(state: State, { name, version }: WorkspaceChanged): void {
  const known = state.workspace
  if (version > known.version) state.workspace = { ...known, name, version }
}

function takeMember(state: State, member: Snapshot["me"]): void {
  state.members.put(member)
  if (member.id === state.me.id) state.me = state.members.get(member.id)
}
