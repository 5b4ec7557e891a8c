import { expect, test } from "vitest"
import { alice, bob, room } from "../testing/people"
import { displayName } from "./displayName"
import { RoomState } from "./rooms.svelte"

test("a member whose name looks like another's is shown with name and handle, all others with the name", () => {
  expect(displayName(bob)).toBe("Bob")
  expect(displayName({ ...bob, name: "\u0410lice", namesake: true })).toBe("\u0410lice (\u2068@bob\u2069)")
})

test("the title of a direct room shows the handles of those members too", () => {
  const direct = new RoomState(room(1, 0, { kind: "direct", name: "", participants: [1, 2, 3] }))
  const others = [alice, { ...bob, namesake: true as const }, { ...bob, id: 3, name: "Carol" }]
  const members = { get: (id: number) => others[id - 1] ?? alice }
  expect(direct.title({ me: alice, members })).toBe("Bob (\u2068@bob\u2069), Carol")
})
