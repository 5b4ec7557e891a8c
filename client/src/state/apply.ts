/** The one place where what the server tells becomes state: its events, and what replies tell besides. */

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
      return session.forgetRoom(event.room)
    case "member":
      return takeMember(session, event.member)
    case "workspace":
      return takeWorkspace(session, event)
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
  session.rooms.get(message.room)?.count(message, session.me.id)
  session.timeline(message.room).put(message)
  session.typing.stop(message.room, message.author)
  if (message.author === session.me.id) session.outbox.arrived(message)
}

/** Take the whole state, except the messages. */
export function takeSnapshot(session: Session, snapshot: Snapshot): void {
  session.epoch = snapshot.epoch
  session.me = snapshot.me
  session.workspace = snapshot.workspace
  session.directory = snapshot.directory
  session.members.askAgain()
  session.members.put(...snapshot.members, snapshot.me)
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

function takeRoomState(session: Session, { room, membership }: RoomState): void {
  if (membership) return takeMembership(session, membership, room)
  session.rooms.put(room, null)
}

function takeRoom(session: Session, room: Room): void {
  if (!session.rooms.get(room.id)) return
  session.rooms.put(room)
  session.timeline(room.id).raiseFloor(room.floor)
}

function takeMembership(session: Session, told: Membership, room?: Room): void {
  const joining = !session.rooms.get(told.room)?.joined
  const membership = session.reading.merge(told)
  if (room) session.rooms.put(room, membership)
  else {
    const known = session.rooms.get(told.room)
    if (known) known.membership = membership
  }
  if (joining && room) session.joined(room)
}

function takeWorkspace(session: Session, { name, open_rooms }: WorkspaceChanged): void {
  const known = session.workspace
  session.workspace = { name: name ?? known.name, open_rooms: open_rooms ?? known.open_rooms }
}

function takeMember(session: Session, member: Snapshot["me"]): void {
  session.members.put(member)
  if (member.id === session.me.id) session.me = member
}
