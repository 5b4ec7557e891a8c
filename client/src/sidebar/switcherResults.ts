/** The candidates of the quick switcher, before `fuzzyMatch` ranks them. Without a query, unread rooms are first. */

import type { Member } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import { fuzzyMatch } from "../text/fuzzyMatch"

/** A room, or a member: choosing a member opens the direct room. */
export type SwitcherResult = { readonly key: string; readonly name: string; readonly also?: string } & (
  | { readonly room: RoomState; readonly member?: number }
  | { readonly room?: undefined; readonly member: number }
)

const MOST = 12

export function switcherResults(query: string, session: Session, people: readonly Member[]): SwitcherResult[] {
  const rooms = [...session.rooms.channels, ...session.rooms.directs].map(room => roomResult(room, session))
  const withRoom = new Set(rooms.map(({ member }) => member))
  const others = people
    .filter(({ id, active }) => active && id !== session.me.id && !withRoom.has(id))
    .map(({ id, name, handle }): SwitcherResult => ({ key: `member ${id}`, name, also: handle, member: id }))
  const unreadFirst = query.trim() === "" ? [...rooms].sort((one, other) => unread(other) - unread(one)) : rooms
  return fuzzyMatch(query, [...unreadFirst, ...others], MOST)
}

function roomResult(room: RoomState, session: Session): SwitcherResult & { room: RoomState } {
  const others = (room.room.participants ?? []).filter(id => id !== session.me.id)
  const [member] = others.length === 1 ? others : []
  const also = member === undefined ? undefined : session.members.get(member).handle
  return { key: `room ${room.id}`, name: room.title(session), also, room, member }
}

function unread(result: SwitcherResult): number {
  return result.room?.highlighted ? 1 : 0
}
