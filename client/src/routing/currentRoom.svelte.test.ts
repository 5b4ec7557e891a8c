import "fake-indexeddb/auto"
import { beforeEach, expect, test, vi } from "vitest"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, membership, room, snapshot, turns } from "../testing/people"
import { CurrentRoom } from "./currentRoom.svelte"
import { Navigation } from "./navigation.svelte"

/** As much of a browser's history as the client uses. */
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

test("a room one is in is found by its address", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/general/")
  await current.find()
  expect(current.state?.id).toBe(1)
  navigation.go("/chat/~2/")
  await current.find()
  expect(current.state?.id).toBe(2)
})

test("one that is not known is asked for", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/random/")
  const finding = current.find()
  FakeSocket.last.answers("room.get", { room: room(9, 3, { name: "random" }), version: 1 })
  await finding
  expect(current.state?.id).toBe(9)
  expect(current.state?.membership).toBeNull()
})

test("one that is not there, or not for Alice, is said to be missing", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/vault/")
  const finding = current.find()
  FakeSocket.last.refuses("room.get", "not_found")
  await finding
  expect(current.state).toBeUndefined()
  expect(current.missing).toBe("vault")
})

test("an answer that comes after one has gone on is dropped", async () => {
  const { navigation, current } = await alicesScreen()
  navigation.go("/chat/random/")
  const finding = current.find()
  navigation.go("/chat/general/")
  await current.find()
  FakeSocket.last.answers("room.get", { room: room(9, 3, { name: "random" }), version: 1 })
  await finding
  expect(current.state?.id).toBe(1)
})

test("a renamed room stays, and its address follows", async () => {
  const { session, navigation, current } = await alicesScreen()
  navigation.go("/chat/general/7/")
  await current.find()
  session.rooms.put(room(1, 6, { name: "salon" }))
  current.follow()
  expect(location.pathname).toBe("/chat/salon/7/")
  await current.find()
  expect(current.state?.id).toBe(1)
})

test("a room that is taken away is gone", async () => {
  const { session, navigation, current } = await alicesScreen()
  navigation.go("/chat/general/")
  await current.find()
  expect(current.gone).toBe(false)
  FakeSocket.last.says({ type: "left", room: 1, version: 2 })
  await turns()
  expect(session.rooms.get(1)).toBeUndefined()
  expect(current.gone).toBe(true)
})

test("the beginning is no room", async () => {
  const { current } = await alicesScreen()
  await current.find()
  expect(current.state).toBeUndefined()
  expect(current.missing).toBeNull()
})
