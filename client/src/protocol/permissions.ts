// Written by bin/generate from src/hubbub/protocol/permissions.py. Change that, not this.
// biome-ignore-all format: one line for each rule

import type { Role, RoomKind } from "./types"

/** What the table asks about: the member's role and place, the room's kind and archive, the message. */
export interface Facts {
  role: Role
  /** the member's relation to the room */
  place: "outside" | "member" | "admin"
  kind: RoomKind
  archived: boolean
  author: "self" | "other"
  content: "text" | "deleted" | "system"
}

/** Values of some facts. A rule allows a command if every fact that it names has one of its values. */
export type Rule = { readonly [fact in keyof Facts]?: readonly Facts[fact][] }

/** The rules of each command: one of them must allow it. */
export const PERMISSIONS = {
  "message.send": [
    { place: ["member", "admin"], archived: [false] },
  ],
  "message.edit": [
    { place: ["member", "admin"], archived: [false], author: ["self"], content: ["text"] },
  ],
  "message.delete": [
    { place: ["member", "admin"], author: ["self"], content: ["text", "deleted"] },
    { place: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], content: ["text", "deleted"] },
    { place: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"], content: ["text", "deleted"] },
  ],
  "message.get": [
    { place: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "timeline": [
    { place: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.create": [
    { role: ["owner", "admin", "member", "bot"] },
  ],
  "room.get": [
    { place: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.rename": [
    { place: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { place: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { place: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.describe": [
    { place: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { place: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { place: ["outside"], role: ["owner", "admin"], kind: ["public"] },
    { place: ["member", "admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], archived: [false] },
  ],
  "room.archive": [
    { place: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { place: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { place: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.join": [
    { kind: ["public"], role: ["owner", "admin", "member", "bot"], archived: [false] },
  ],
  "room.leave": [
    { kind: ["public", "private"] },
  ],
  "room.invite": [
    { place: ["member", "admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], archived: [false] },
  ],
  "room.remove": [
    { place: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { place: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { place: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.roster": [
    { place: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.read": [
    { place: ["member", "admin"] },
  ],
  "room.unread": [
    { place: ["member", "admin"] },
  ],
  "room.notify": [
    { place: ["member", "admin"] },
  ],
} as const satisfies Record<string, readonly Rule[]>
