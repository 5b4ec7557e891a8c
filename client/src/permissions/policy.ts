/** What one may do here, so that the screen offers nothing that the server would refuse. The server decides; this only mirrors `policy.py`. */

import type { Member, Message } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"

type Place = Pick<RoomState, "room" | "membership">
type Me = Pick<Member, "id" | "role">

export function canJoin(me: Me, { room, membership }: Place): boolean {
  return membership === null && room.kind === "public" && me.role !== "guest" && !room.archived
}

export function canLeave({ room, membership }: Place): boolean {
  return membership !== null && (room.kind === "public" || room.kind === "private")
}

/** Rename, archive, remove others. Guests manage nothing, not even a room that they made as a member. */
export function canManage(me: Me, { room, membership }: Place): boolean {
  if (room.kind === "direct" || me.role === "guest") return false
  if (membership) return membership.role === "admin" || leads(me)
  return leads(me) && room.kind === "public"
}

export function canDescribe(me: Me, place: Place): boolean {
  const { room, membership } = place
  if (canManage(me, place)) return true
  return membership !== null && me.role !== "guest" && room.kind !== "direct" && !room.archived
}

export function canInvite(me: Me, { room, membership }: Place): boolean {
  return room.kind !== "direct" && !room.archived && membership !== null && me.role !== "guest"
}

export function canWrite({ room, membership }: Place): boolean {
  return membership !== null && !room.archived
}

export function canEdit(me: Me, message: Message, place: Place): boolean {
  return message.author === me.id && !message.deleted && !message.system && canWrite(place)
}

export function canDelete(me: Me, message: Message, place: Place): boolean {
  if (message.system || message.deleted || place.membership === null) return false
  return message.author === me.id || canManage(me, place)
}

function leads(me: Me): boolean {
  return me.role === "owner" || me.role === "admin"
}
