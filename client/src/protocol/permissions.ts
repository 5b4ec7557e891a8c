// Written by bin/generate from src/hubbub/protocol/permissions.py. Change that, not this.
// biome-ignore-all format: one line for each rule

import type { Role, RoomKind } from "./types"

/** The facts that a rule may test: about the member, the room and the message. */
export interface Facts {
  role: Role
  /** the member's relation to the room */
  relation: "outside" | "member" | "admin"
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
    { relation: ["member", "admin"], archived: [false] },
  ],
  "message.edit": [
    { relation: ["member", "admin"], archived: [false], author: ["self"], content: ["text"] },
  ],
  "message.delete": [
    { relation: ["member", "admin"], author: ["self"], content: ["text", "deleted"] },
    { relation: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], content: ["text", "deleted"] },
    { relation: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"], content: ["text", "deleted"] },
  ],
  "message.get": [
    { relation: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "timeline": [
    { relation: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.create": [
    { role: ["owner", "admin", "member", "bot"] },
  ],
  "room.get": [
    { relation: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.rename": [
    { relation: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { relation: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { relation: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.describe": [
    { relation: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { relation: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { relation: ["outside"], role: ["owner", "admin"], kind: ["public"] },
    { relation: ["member", "admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], archived: [false] },
  ],
  "room.archive": [
    { relation: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { relation: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { relation: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.join": [
    { kind: ["public"], role: ["owner", "admin", "member", "bot"], archived: [false] },
  ],
  "room.leave": [
    { kind: ["public", "private"] },
  ],
  "room.invite": [
    { relation: ["member", "admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"], archived: [false] },
  ],
  "room.remove": [
    { relation: ["admin"], role: ["owner", "admin", "member", "bot"], kind: ["public", "private", "thread"] },
    { relation: ["member", "admin"], role: ["owner", "admin"], kind: ["public", "private", "thread"] },
    { relation: ["outside"], role: ["owner", "admin"], kind: ["public"] },
  ],
  "room.roster": [
    { relation: ["member", "admin"] },
    { kind: ["public"], role: ["owner", "admin", "member", "bot"] },
  ],
  "room.read": [
    { relation: ["member", "admin"] },
  ],
  "room.unread": [
    { relation: ["member", "admin"] },
  ],
  "room.notify": [
    { relation: ["member", "admin"] },
  ],
} as const satisfies Record<string, readonly Rule[]>
