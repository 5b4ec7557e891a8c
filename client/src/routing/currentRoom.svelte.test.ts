import "fake-indexeddb/auto"
import { beforeEach, expect, test, vi } from "vitest"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, membership, room, snapshot, turns } from "../testing/people"
import { CurrentRoom } from "./currentRoom.svelte"
import { Navigation } from "./navigation.svelte"

/** The parts of the browser's location and history that the client uses. */
beforeEach(() => {
  const location = { pathname: "/chat/", href: "http://chat/chat/", origin: "http://chat" }
  const go = (_state: unknown, _title: string, path: string) => {
    location.pathname = path
  }
  vi.stubGlobal("location", location)
  vi.stubGlobal("history", { pushState: go, replaceState: go })
})

async function alicesScreen() {
  const rooms = [room(1, 5, { name: "general" }), room(2, 5, { kind: "direct", name: "", participants: [1, 2] })]
  const session = await liveTab(snapshot(5, { rooms, memberships: [membership(1, 5), membership(2, 5)] }))
  const navigation = new Navigation("/chat/")
  return { session, navigation, current: new CurrentRoom(session, navigation) }
}

test("a room that Alice is in is found by its address", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/general/")
  await current.find()
  expect(current.state?.id).toBe(1)
  navigation.go("/chat/~2/")
  await current.find()
  expect(current.state?.id).toBe(2)
})

test("a room that the client does not know is requested from the server", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/random/")
  const finding = current.find()
  FakeSocket.last.answers("room.get", { room: room(9, 3, { name: "random" }), version: 1 })
  await finding
  expect(current.state?.id).toBe(9)
  expect(current.state?.membership).toBeNull()
})

test("a room that does not exist or is hidden from Alice is reported as not found", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/vault/")
  const finding = current.find()
  FakeSocket.last.refuses("room.get", "not_found")
  await finding
  expect(current.state).toBeUndefined()
  expect(current.notFound).toBe("vault")
})

test("a reply that arrives after the next navigation is dropped", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/random/")
  const finding = current.find()
  navigation.go("/chat/general/")
  await current.find()
  FakeSocket.last.answers("room.get", { room: room(9, 3, { name: "random" }), version: 1 })
  await finding
  expect(current.state?.id).toBe(1)
})

test("a renamed room stays open, and its address changes", async () => {
  const { session, navigation, current } = await alicesScreen()
  navigation.go("/chat/general/7/")
  await current.find()
  session.rooms.put(room(1, 6, { name: "salon" }))
  current.updateAddress()
  expect(location.pathname).toBe("/chat/salon/7/")
  await current.find()
  expect(current.state?.id).toBe(1)
})

test("a room that Alice has lost is reported as gone", async () => {
  const { session, navigation, current } = await alicesScreen()
  navigation.go("/chat/general/")
  await current.find()
  expect(current.gone).toBe(false)
  FakeSocket.last.says({ type: "left", room: 1, version: 2 })
  await turns()
  expect(session.rooms.get(1)).toBeUndefined()
  expect(current.gone).toBe(true)
})

test("the home address shows no room", async () => {
  const { current } = await alicesScreen()
  await current.find()
  expect(current.state).toBeUndefined()
  expect(current.notFound).toBeNull()
})
