import "fake-indexeddb/auto"
import { expect, test } from "vitest"
import { alice, bob, liveTab, membership, room, snapshot } from "../testing/people"
import { switcherResults } from "./switcherResults"

const carol = { ...bob, id: 3, handle: "carol", name: "Carol" }

async function alicesSession() {
  const rooms = [
    room(1, 5, { name: "general" }),
    room(2, 9, { name: "garden" }),
    room(3, 1, { kind: "direct", name: "", participants: [1, 2] }),
  ]
  return liveTab(snapshot(5, { rooms, memberships: [membership(1, 5), membership(2, 4), membership(3, 1)] }))
}

test("an empty query lists Alice's rooms, unread ones first, then other members", async () => {
  const session = await alicesSession()
  expect(switcherResults("", session, [alice, bob, carol]).map(({ name }) => name)).toEqual([
    "garden",
    "general",
    "Bob",
    "Carol",
  ])
})

test("a member with a direct room is listed as that room, found by name and by handle", async () => {
  const session = await alicesSession()
  const [found] = switcherResults("@bob", session, [bob])
  expect(found?.room?.id).toBe(3)
  expect(switcherResults("bo", session, [bob])).toHaveLength(1)
})

test("a member without a direct room is listed as a member", async () => {
  const session = await alicesSession()
  const [found] = switcherResults("car", session, [carol])
  expect(found).toMatchObject({ name: "Carol", member: 3 })
  expect(found?.room).toBeUndefined()
})

test("Alice herself and deactivated members are not listed", async () => {
  const session = await alicesSession()
  expect(switcherResults("", session, [alice, { ...carol, active: false }]).map(({ name }) => name)).not.toContain(
    "Carol",
  )
  expect(switcherResults("ali", session, [alice])).toEqual([])
})
