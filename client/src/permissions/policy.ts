/**
 * The user's permissions in a room, so that the interface offers nothing that the server would refuse. The server decides;
 * this evaluates the same permission table.
 */

import { type Facts, PERMISSIONS, type Rule } from "../protocol/permissions"
import type { Member, Message } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"

type RoomAccess = Pick<RoomState, "room" | "membership">
type Me = Pick<Member, "id" | "role">

export function canJoin(me: Me, access: RoomAccess): boolean {
  return access.membership === null && allows("room.join", factsOf(me, access))
}

export function canLeave({ room, membership }: RoomAccess): boolean {
  return membership !== null && allows("room.leave", { kind: room.kind })
}

/** Rename, archive, remove others. */
export function canManage(me: Me, access: RoomAccess): boolean {
  return allows("room.rename", factsOf(me, access))
}

export function canDescribe(me: Me, access: RoomAccess): boolean {
  return allows("room.describe", factsOf(me, access))
}

export function canInvite(me: Me, access: RoomAccess): boolean {
  return allows("room.invite", factsOf(me, access))
}

export function canWrite({ room, membership }: RoomAccess): boolean {
  return allows("message.send", { relation: membership?.role ?? "outside", archived: room.archived })
}

export function canEdit(me: Me, message: Message, access: RoomAccess): boolean {
  return allows("message.edit", { ...factsOf(me, access), ...factsOfMessage(me, message) })
}

/** Deleting a deleted message changes nothing, so it is not offered. */
export function canDelete(me: Me, message: Message, access: RoomAccess): boolean {
  return !message.deleted && allows("message.delete", { ...factsOf(me, access), ...factsOfMessage(me, message) })
}

/** A rule that asks for a fact that is not given allows nothing. */
function allows(command: keyof typeof PERMISSIONS, facts: Partial<Facts>): boolean {
  const rules: readonly Rule[] = PERMISSIONS[command]
  return rules.some(rule =>
    Object.entries(rule).every(([fact, values]) => (values as readonly unknown[]).includes(facts[fact as keyof Facts])),
  )
}

function factsOf({ role }: Me, { room, membership }: RoomAccess): Partial<Facts> {
  return { role, relation: membership?.role ?? "outside", kind: room.kind, archived: room.archived }
}

function factsOfMessage(me: Me, { author, deleted, system }: Message): Partial<Facts> {
  return { author: author === me.id ? "self" : "other", content: system ? "system" : deleted ? "deleted" : "text" }
}
