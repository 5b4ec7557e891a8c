/**
 * The one place where the server's events and replies become state. What comes without a seq carries a version, and is
 * taken only if it is newer than what is known.
 */

import type { CommandType } from "../protocol/commands"
import type {
  Event,
  Membership,
  Message,
  Replies,
  Room,
  RoomState,
  Snapshot,
  WorkspaceChanged,
} from "../protocol/types"
import type { Session } from "./session.svelte"
import { NO_ROOM } from "./versions"

/** Take an event whose turn it is (`catchUp.ts` sees to that). */
export function apply(session: Session, event: Event): void {
  switch (event.type) {
    case "message":
      return takeMessage(session, event.message)
    case "room":
      return takeRoom(session, event.room)
    case "membership":
      return takeMembership(session, event.membership, event.room)
    case "left":
      if (session.versions.take(event.room, event.version)) session.forgetRoom(event.room)
      return
    case "member":
      return takeMember(session, event.member)
    case "workspace":
      return takeWorkspace(session, event)
    case "permissions":
      if (session.versions.take(NO_ROOM, event.version)) {
        session.workspace = { ...session.workspace, open_rooms: event.open_rooms }
        session.reach = event.reach
      }
      return
    case "heartbeat":
      session.degraded = event.degraded ?? false
      return
    case "presence":
      return session.presence.put(event.presence)
    case "typing":
      return session.typing.put(
        event.room,
        event.members.filter(id => id !== session.me.id),
      )
  }
}

export function takeMessage(session: Session, message: Message): void {
  const comes = message.system?.kind === "joined" || message.system?.kind === "added"
  if (comes && session.me.role === "guest") session.askAgain()
  session.rooms.get(message.room)?.count(message, session.me.id)
  session.timeline(message.room).put(message)
  session.typing.stop(message.room, message.author)
  if (message.author === session.me.id) session.outbox.arrived(message)
}

/** Take the whole state, except the messages. */
export function takeSnapshot(session: Session, snapshot: Snapshot): void {
  if (snapshot.epoch !== session.epoch) session.members.clear()
  session.epoch = snapshot.epoch
  session.versions.begin(snapshot.version)
  session.workspace = snapshot.workspace
  session.reach = snapshot.reach
  session.directory = snapshot.directory
  session.members.askAgain()
  session.members.put(...snapshot.members, snapshot.me)
  session.me = session.members.get(snapshot.me.id)
  session.presence.replace(snapshot.presence)
  const mine = new Set(snapshot.rooms.map(room => room.id))
  for (const { id } of session.rooms.all) if (!mine.has(id)) session.forgetRoom(id)
  const places = new Map(snapshot.memberships.map(membership => [membership.room, membership]))
  for (const room of snapshot.rooms) {
    const place = places.get(room.id)
    session.rooms.put(room, place ? session.reading.merge(place) : null)
    session.timeline(room.id).raiseFloor(room.floor)
  }
}

/** Take what the reply to a command tells: the state need not wait for the event that says the same. */
export function takeReply<T extends CommandType>(session: Session, type: T, reply: Replies[T]): void {
  switch (type) {
    case "message.edit":
    case "message.delete":
      return session.timeline((reply as Message).room).put(reply as Message)
    case "room.create":
    case "room.direct":
    case "room.get":
    case "room.rename":
    case "room.describe":
    case "room.archive":
    case "room.join":
    case "room.invite":
    case "room.remove":
      return takeRoomState(session, reply as RoomState)
    case "room.read":
    case "room.unread":
    case "room.notify":
      return takeMembership(session, reply as Membership)
    case "room.roster":
    case "member.list":
    case "member.directory":
      return session.members.put(...(reply as Replies["member.list"]).members)
    case "profile.update":
      return takeMember(session, reply as Replies["profile.update"])
  }
}

function takeRoomState(session: Session, { room, membership, version }: RoomState): void {
  if (membership) takeMembership(session, membership, room)
  else if (version >= session.versions.of(room.id)) session.rooms.put(room, null)
  else takeRoom(session, room)
}

function takeRoom(session: Session, room: Room): void {
  if (!session.rooms.get(room.id)) return
  session.rooms.put(room)
  session.timeline(room.id).raiseFloor(room.floor)
}

function takeMembership(session: Session, told: Membership, room?: Room): void {
  // Of a room that we do not know yet it says too little: the room comes with the event that lets us in.
  if (!room && !session.rooms.get(told.room)) return
  if (!session.versions.take(told.room, told.version)) {
    if (!room || !session.rooms.get(room.id)) return
    takeRoom(session, room)
    return session.joined(room)
  }
  const membership = session.reading.merge(told)
  if (!room) return session.rooms.get(told.room)?.takePlace(membership)
  session.rooms.put(room, membership)
  session.joined(room)
  if (session.me.role === "guest") session.askAgain()
}

function takeWorkspace(session: Session, { name, version }: WorkspaceChanged): void {
  const known = session.workspace
  if (version > known.version) session.workspace = { ...known, name, version }
}

function takeMember(session: Session, member: Snapshot["me"]): void {
  session.members.put(member)
  if (member.id === session.me.id) session.me = session.members.get(member.id)
}
