import "fake-indexeddb/auto"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { pass, SECOND } from "../testing/clock"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, bob, liveTab, membership, message, page, posted, room, snapshot, tab, turns } from "../testing/people"
import type { Session } from "./session.svelte"

let session: Session

beforeEach(() => void vi.useFakeTimers())
afterEach(() => session.stop())

describe("finding a room", () => {
  test("a known room needs no command", async () => {
    session = await liveTab()
    expect((await session.findRoom({ name: "room1" })).id).toBe(1)
    expect((await session.findRoom({ id: 1 })).id).toBe(1)
    expect(FakeSocket.last.all("room.get")).toEqual([])
  })

  test("a room that does not exist is refused", async () => {
    session = await liveTab()
    const finding = session.findRoom({ name: "nowhere" }).catch((error: unknown) => error)
    await turns()
    FakeSocket.last.refuses("room.get", "not_found")
    expect(await finding).toMatchObject({ code: "not_found" })
  })
})

describe("members", () => {
  test("unknown members are fetched together, once, and replace their placeholders", async () => {
    session = await liveTab()
    expect(session.members.get(7)).toMatchObject({ id: 7, name: "" })
    session.members.get(8)
    session.members.get(7)
    await pass(1)
    expect(FakeSocket.last.all("member.list").map(({ members }) => members)).toEqual([[7, 8]])
    FakeSocket.last.answers("member.list", { members: [{ ...bob, id: 7, name: "Carol" }], more: false })
    await turns()
    expect(session.members.get(7).name).toBe("Carol")
    session.members.get(8)
    await pass(1)
    expect(FakeSocket.last.all("member.list")).toHaveLength(1)
  })

  test("an event about Alice changes `me` and the cache", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "member", member: { ...alice, name: "Alicia" } })
    expect([session.me.name, session.members.get(1).name]).toEqual(["Alicia", "Alicia"])
  })
})

describe("a degraded server", () => {
  test("reports it in the hello and in heartbeats", async () => {
    session = tab()
    FakeSocket.last.says({ type: "hello", epoch: "e1", member: 1, heartbeat: 20, degraded: true })
    FakeSocket.last.answers("snapshot", snapshot(10))
    await turns()
    expect(session.degraded).toBe(true)
    FakeSocket.last.says({ type: "heartbeat" })
    expect(session.degraded).toBe(false)
    FakeSocket.last.says({ type: "heartbeat", degraded: true })
    expect(session.degraded).toBe(true)
  })
})

test("events change the workspace's name, and Alice's permissions", async () => {
  session = await liveTab()
  FakeSocket.last.says({ type: "workspace", name: "The other place", version: 2 })
  expect(session.workspace).toEqual({ name: "The other place", open_rooms: true, version: 2 })
  FakeSocket.last.says({ type: "permissions", open_rooms: false, reach: "known", version: 2 })
  expect(session.reach).toBe("known")
  expect(session.workspace).toEqual({ name: "The other place", open_rooms: false, version: 2 })
})

describe("presence and typing", () => {
  test("presence events change who is connected", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "presence", presence: [{ member: 2, state: "active" }] })
    expect([session.presence.state(2), session.presence.connected]).toEqual(["active", [2]])
    FakeSocket.last.says({ type: "presence", presence: [{ member: 2, state: "offline" }] })
    expect([session.presence.state(2), session.presence.connected]).toEqual(["offline", []])
  })

  test("without a connection presence is unknown, and nobody is typing", async () => {
    session = await liveTab(snapshot(10, { presence: [{ member: 2, state: "active" }] }))
    FakeSocket.last.says({ type: "typing", room: 1, members: [2] })
    FakeSocket.last.ends()
    expect([session.presence.state(2), session.presence.lastKnown(2)]).toEqual(["unknown", "active"])
    expect(session.typing.in(1)).toEqual([])
    session.retryNow()
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10, { presence: [] }), changes: [] })
    await turns()
    expect(session.presence.state(2)).toBe("offline")
  })

  test("typing ends after some seconds or with the message, and excludes Alice herself", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "typing", room: 1, members: [1, 2] })
    expect(session.typing.in(1)).toEqual([2])
    await pass(6 * SECOND)
    expect(session.typing.in(1)).toEqual([])
    FakeSocket.last.says({ type: "typing", room: 1, members: [2] })
    FakeSocket.last.says(posted(11))
    expect(session.typing.in(1)).toEqual([])
  })

  test("an edit or a deletion of an older message does not end its author's typing", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "typing", room: 1, members: [2] })
    FakeSocket.last.says({ type: "message", room: 1, seq: 11, message: message(3, { seq: 11, text: "edited" }) })
    FakeSocket.last.says({
      type: "message",
      room: 1,
      seq: 12,
      message: message(4, { seq: 12, deleted: true, text: "" }),
    })
    expect(session.typing.in(1)).toEqual([2])
  })

  test("a message that comes with a resume ends typing too", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "typing", room: 1, members: [2] })
    FakeSocket.last.says({ type: "lag", room: 1, head: 11 })
    await pass(SECOND)
    FakeSocket.last.answers("resume", { ...snapshot(11), changes: [{ room: 1, seq: 11, messages: [message(11)] }] })
    await turns()
    expect(session.typing.in(1)).toEqual([])
  })

  test("typing is sent every few seconds, not with every key", async () => {
    session = await liveTab()
    for (let key = 0; key < 20; key++) session.startTyping(1)
    expect(FakeSocket.last.all("typing")).toEqual([{ type: "typing", room: 1 }])
    await pass(3 * SECOND)
    session.startTyping(1)
    expect(FakeSocket.last.all("typing")).toHaveLength(2)
    session.endTyping(1)
    session.startTyping(1)
    expect(FakeSocket.last.all("typing")).toHaveLength(3)
  })

  test("Alice is away after a reconnection too", async () => {
    session = await liveTab()
    session.setPresence("away")
    session.setPresence("away")
    expect(FakeSocket.last.all("presence.set")).toHaveLength(1)
    FakeSocket.last.ends()
    session.retryNow()
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10), changes: [] })
    await turns()
    expect(FakeSocket.last.asked("presence.set").state).toBe("away")
  })
})

test("messages of rooms that were not opened for long are evicted", async () => {
  const ids = Array.from({ length: 25 }, (_, index) => index + 1)
  const many = { rooms: ids.map(id => room(id, 1)), memberships: ids.map(id => membership(id, 1)) }
  session = await liveTab(snapshot(1, many))
  for (const id of ids) {
    void session.timeline(id).open()
    await turns()
    FakeSocket.last.answers("timeline", page(1, 1))
    await turns()
  }
  expect(session.timelines.loaded).toHaveLength(20)
  expect(session.timeline(1).loaded).toBe(false)
  expect(session.timeline(25).loaded).toBe(true)
})
