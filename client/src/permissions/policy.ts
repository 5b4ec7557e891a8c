/**
 * What the user may do in a room, so that the interface offers nothing that the server would refuse. The server decides;
 * this mirrors `policy.py`.
 */

import type { Member, Message } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"

type RoomAccess = Pick<RoomState, "room" | "membership">
type Me = Pick<Member, "id" | "role">

export function canJoin(me: Me, { room, membership }: RoomAccess): boolean {
  return membership === null && room.kind === "public" && me.role !== "guest" && !room.archived
}

export function canLeave({ room, membership }: RoomAccess): boolean {
  return membership !== null && (room.kind === "public" || room.kind === "private")
}

/** Rename, archive, remove others. Guests can manage nothing, not even a room that they created as a member. */
export function canManage(me: Me, { room, membership }: RoomAccess): boolean {
  if (room.kind === "direct" || me.role === "guest") return false
  if (membership) return membership.role === "admin" || leads(me)
  return leads(me) && room.kind === "public"
}

export function canDescribe(me: Me, access: RoomAccess): boolean {
  const { room, membership } = access
  if (canManage(me, access)) return true
  return membership !== null && me.role !== "guest" && room.kind !== "direct" && !room.archived
}

export function canInvite(me: Me, { room, membership }: RoomAccess): boolean {
  return room.kind !== "direct" && !room.archived && membership !== null && me.role !== "guest"
}

export function canWrite({ room, membership }: RoomAccess): boolean {
  return membership !== null && !room.archived
}

export function canEdit(me: Me, message: Message, access: RoomAccess): boolean {
  return message.author === me.id && !message.deleted && !message.system && canWrite(access)
}

export function canDelete(me: Me, message: Message, access: RoomAccess): boolean {
  if (message.system || message.deleted || access.membership === null) return false
  return message.author === me.id || canManage(me, access)
}

function leads(me: Me): boolean {
  return me.role === "owner" || me.role === "admin"
}
