/**
 * Applies the server's events and replies to the state. Data without a seq carries a version, and is applied only if it
 * is newer than the state.
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

/** The part of the session that events and replies change. */
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
  /** The member is in this room: its changes are applied from `room.seq` on. */
  joined(room: Room): void
  /** Fetch everything that has no seq. A guest sees, and gets changes of, only the members they share a room with. */
  refresh(): void
  /** The member is no longer in this room. */
  forgetRoom(room: number): void
}

/** Apply an event. `catchUp.ts` calls this in the order of seqs. */
export function apply(state: State, event: Event): void {
  switch (event.type) {
    case "message":
      return applyMessage(state, event.message)
    case "room":
      return applyRoom(state, event.room)
    case "membership":
      return applyMembership(state, event.membership, event.room)
    case "left":
      if (state.versions.accept(event.room, event.version)) state.forgetRoom(event.room)
      return
    case "member":
      return applyMember(state, event.member)
    case "workspace":
      return applyWorkspace(state, event)
    case "permissions":
      if (state.versions.accept(NO_ROOM, event.version)) {
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

export function applyMessage(state: State, message: Message): void {
  const isJoin = message.system?.kind === "joined" || message.system?.kind === "added"
  if (isJoin && state.me.role === "guest") state.refresh()
  const isNew = state.rooms.get(message.room)?.count(message, state.me.id)
  state.timelines.get(message.room).put(message)
  if (isNew) state.typing.stop(message.room, message.author)
  if (message.author === state.me.id) state.outbox.confirm(message)
}

/** Replace everything except messages. */
export function applySnapshot(state: State, snapshot: Snapshot): void {
  if (snapshot.epoch !== state.epoch) state.members.clear()
  state.epoch = snapshot.epoch
  state.versions.reset(snapshot.version)
  state.workspace = snapshot.workspace
  state.reach = snapshot.reach
  state.directory = snapshot.directory
  state.members.retryUnknown()
  state.members.put(...snapshot.members, snapshot.me)
  state.me = state.members.get(snapshot.me.id)
  state.presence.replace(snapshot.presence)
  const joined = new Set(snapshot.rooms.map(room => room.id))
  for (const { id } of state.rooms.all) if (!joined.has(id)) state.forgetRoom(id)
  const memberships = new Map(snapshot.memberships.map(membership => [membership.room, membership]))
  for (const room of snapshot.rooms) {
    const membership = memberships.get(room.id)
    state.rooms.put(room, membership ? state.reading.merge(membership) : null)
    state.timelines.get(room.id).raiseFloor(room.floor)
  }
}

/** Apply the reply to a command. The event with the same change may come later, and changes nothing then. */
export function applyReply<T extends CommandType>(state: State, type: T, reply: Replies[T]): void {
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
      return applyRoomState(state, reply as RoomState)
    case "room.read":
    case "room.unread":
    case "room.notify":
      return applyMembership(state, reply as Membership)
    case "room.roster":
    case "member.list":
    case "member.directory":
      return state.members.put(...(reply as Replies["member.list"]).members)
    case "profile.update":
      return applyMember(state, reply as Replies["profile.update"])
  }
}

function applyRoomState(state: State, { room, membership, version }: RoomState): void {
  if (membership) applyMembership(state, membership, room)
  else if (version >= state.versions.of(room.id)) state.rooms.put(room, null)
  else applyRoom(state, room)
}

function applyRoom(state: State, room: Room): void {
  if (!state.rooms.get(room.id)) return
  state.rooms.put(room)
  state.timelines.get(room.id).raiseFloor(room.floor)
}

function applyMembership(state: State, received: Membership, room?: Room): void {
  // An unknown room needs more than a membership: the event of joining brings both.
  if (!room && !state.rooms.get(received.room)) return
  if (!state.versions.accept(received.room, received.version)) {
    if (!room || !state.rooms.get(room.id)) return
    applyRoom(state, room)
    return state.joined(room)
  }
  const membership = state.reading.merge(received)
  if (!room) return state.rooms.get(received.room)?.setMembership(membership)
  state.rooms.put(room, membership)
  state.joined(room)
  if (state.me.role === "guest") state.refresh()
}

function applyWorkspace(state: State, { name, version }: WorkspaceChanged): void {
  const known = state.workspace
  if (version > known.version) state.workspace = { ...known, name, version }
}

function applyMember(state: State, member: Snapshot["me"]): void {
  state.members.put(member)
  if (member.id === state.me.id) state.me = state.members.get(member.id)
}
