import { expect, test } from "vitest"
import { alice, bob, room } from "../testing/people"
import { called } from "./called"
import { RoomState } from "./rooms.svelte"

test("a member whose name looks like another's is called by name and handle, everybody else by name", () => {
  expect(called(bob)).toBe("Bob")
  expect(called({ ...bob, name: "\u0410lice", namesake: true })).toBe("\u0410lice (\u2068@bob\u2069)")
})

test("a direct room is called by the handles of those who need them", () => {
  const direct = new RoomState(room(1, 0, { kind: "direct", name: "", participants: [1, 2, 3] }))
  const others = [alice, { ...bob, namesake: true as const }, { ...bob, id: 3, name: "Carol" }]
  const members = { get: (id: number) => others[id - 1] ?? alice }
  expect(direct.title({ me: alice, members })).toBe("Bob (\u2068@bob\u2069), Carol")
})
