import { describe, expect, test } from "vitest"
import type { Member, Membership, Message, Role, Room, RoomKind } from "../protocol/types"
import { CASES } from "../testing/permissionCases"
import { canDelete, canDescribe, canEdit, canInvite, canJoin, canLeave, canManage, canWrite } from "./policy"

const person = (id: number, role: Role) => ({ id, role }) as Member
const [alice, bob, carol] = [person(1, "owner"), person(2, "member"), person(3, "guest")]

function roomAs(kind: RoomKind, membership: "admin" | "member" | null, archived = false) {
  return { room: { kind, archived } as Room, membership: membership && ({ role: membership } as Membership) }
}

const by = (author: Member, more: Partial<Message> = {}) => ({ author: author.id, ...more }) as Message

describe("joining and leaving", () => {
  test("Bob can join a public channel; Carol, a guest, cannot; an archived channel cannot be joined", () => {
    expect(canJoin(bob, roomAs("public", null))).toBe(true)
    expect(canJoin(carol, roomAs("public", null))).toBe(false)
    expect(canJoin(bob, roomAs("public", null, true))).toBe(false)
    expect(canJoin(bob, roomAs("private", null))).toBe(false)
  })

  test("a direct room cannot be left", () => {
    expect(canLeave(roomAs("public", "member"))).toBe(true)
    expect(canLeave(roomAs("direct", "member"))).toBe(false)
    expect(canLeave(roomAs("public", null))).toBe(false)
  })
})

describe("managing", () => {
  test("a channel is managed by its own admins and the workspace's; a direct room by nobody", () => {
    expect(canManage(bob, roomAs("private", "admin"))).toBe(true)
    expect(canManage(bob, roomAs("public", "member"))).toBe(false)
    expect(canManage(alice, roomAs("public", "member"))).toBe(true)
    expect(canManage(alice, roomAs("direct", "admin"))).toBe(false)
  })

  test("Alice can manage a public channel without being a member, a private one only as a member", () => {
    expect(canManage(alice, roomAs("public", null))).toBe(true)
    expect(canManage(alice, roomAs("private", null))).toBe(false)
  })

  test("Carol, a guest, can manage nothing, not even a channel that she created as a member", () => {
    expect(canManage(carol, roomAs("public", "admin"))).toBe(false)
    expect(canDescribe(carol, roomAs("private", "admin"))).toBe(false)
    expect(canDelete(carol, by(bob), roomAs("private", "admin"))).toBe(false)
    expect(canDelete(carol, by(carol), roomAs("private", "admin"))).toBe(true)
  })

  test("members can set the description and add people; guests cannot", () => {
    expect(canDescribe(bob, roomAs("public", "member"))).toBe(true)
    expect(canInvite(bob, roomAs("public", "member"))).toBe(true)
    expect(canDescribe(carol, roomAs("public", "member"))).toBe(false)
    expect(canInvite(carol, roomAs("public", "member"))).toBe(false)
    expect(canInvite(alice, roomAs("public", "admin", true))).toBe(false)
  })
})

describe("messages", () => {
  test("only members can write, and not in an archived channel", () => {
    expect(canWrite(roomAs("public", "member"))).toBe(true)
    expect(canWrite(roomAs("public", "member", true))).toBe(false)
    expect(canWrite(roomAs("public", null))).toBe(false)
  })

  test("Bob can edit his own messages, but not Alice's, deleted or system messages", () => {
    const here = roomAs("public", "member")
    expect(canEdit(bob, by(bob), here)).toBe(true)
    expect(canEdit(bob, by(alice), here)).toBe(false)
    expect(canEdit(bob, by(bob, { deleted: true }), here)).toBe(false)
    expect(canEdit(bob, by(bob, { system: { kind: "joined" } }), here)).toBe(false)
    expect(canEdit(bob, by(bob), roomAs("public", "member", true))).toBe(false)
  })

  test("Bob can delete his own messages; managers can delete those of others", () => {
    const here = roomAs("public", "member")
    expect(canDelete(bob, by(bob), here)).toBe(true)
    expect(canDelete(bob, by(alice), here)).toBe(false)
    expect(canDelete(alice, by(bob), here)).toBe(true)
    expect(canDelete(alice, by(bob), roomAs("direct", "member"))).toBe(false)
    expect(canDelete(bob, by(bob), roomAs("public", null))).toBe(false)
  })
})

describe("the server's permission table", () => {
  const states: [string, Partial<Message>][] = [
    ["text", {}],
    ["deleted", { deleted: true }],
    ["system", { system: { kind: "joined" } }],
  ]

  test.each(CASES)("$role $relation $kind archived: $archived", ({ role, relation, kind, archived, allowed }) => {
    const me = person(1, role)
    const here = roomAs(kind, relation === "outside" ? null : relation, archived)
    const inside = relation !== "outside"
    const server = (command: string) => allowed.includes(command)

    expect(canJoin(me, here)).toBe(server("room.join") && !inside)
    expect(canLeave(here)).toBe(server("room.leave") && inside)
    expect(canDescribe(me, here)).toBe(server("room.describe"))
    expect(canInvite(me, here)).toBe(server("room.invite"))
    expect(canWrite(here)).toBe(server("message.send"))
    for (const command of ["room.rename", "room.archive", "room.remove"]) {
      expect(canManage(me, here)).toBe(server(command))
    }
    for (const [content, fields] of states) {
      for (const [author, message] of [
        ["self", by(me, fields)],
        ["other", by(bob, fields)],
      ] as const) {
        expect(canEdit(me, message, here)).toBe(server(`message.edit ${author} ${content}`))
        const deletable = server(`message.delete ${author} ${content}`) && content !== "deleted"
        expect(canDelete(me, message, here)).toBe(deletable)
      }
    }
  })
})
