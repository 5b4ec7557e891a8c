import "fake-indexeddb/auto"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { FakeSocket } from "../testing/fakeSocket"
import {
  alice,
  bob,
  liveTab,
  membership,
  message,
  page,
  posted,
  room,
  snapshot,
  tab,
  tabInRoom,
  turns,
} from "../testing/people"
import type { Session } from "./session.svelte"

const SECOND = 1000
let session: Session

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => session.stop())

describe("the status of the connection", () => {
  test("it is connecting, live, reconnecting, live", async () => {
    session = tab()
    expect([session.status, session.ready]).toEqual(["connecting", false])
    FakeSocket.last.hello()
    FakeSocket.last.answers("snapshot", snapshot(10))
    await turns()
    expect([session.status, session.ready, session.retryAt]).toEqual(["live", true, null])
    FakeSocket.last.ends()
    expect(session.status).toBe("reconnecting")
    expect(session.retryAt).toBeGreaterThanOrEqual(Date.now())
    session.retryNow()
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10), changes: [] })
    await turns()
    expect([session.status, session.retryAt]).toEqual(["live", null])
  })

  test("it is connecting until the first snapshot", () => {
    session = tab()
    FakeSocket.last.ends()
    expect(session.status).toBe("connecting")
    expect(session.retryAt).not.toBeNull()
  })

  test.each([
    [4001, "signed_out"],
    [4000, "refused"],
    [4004, "refused"],
  ])("close code %i ends the session: %s", async (code, status) => {
    session = await liveTab()
    FakeSocket.last.ends(code as number)
    expect(session.status).toBe(status)
    await pass(100 * SECOND)
    expect(FakeSocket.opened).toHaveLength(1)
    await expect(session.command("room.join", { room: 1 })).rejects.toMatchObject({ code: "offline" })
  })

  test("a revoked login ends the session only if the browser has no other login", async () => {
    session = await liveTab()
    FakeSocket.last.ends(4003)
    expect(session.status).toBe("reconnecting")
    await pass(SECOND)
    FakeSocket.last.ends(4001)
    expect(session.status).toBe("reconnecting")
    await pass(3 * SECOND)
    FakeSocket.last.ends(4001)
    expect(session.status).toBe("revoked")
    await pass(100 * SECOND)
    expect(FakeSocket.opened).toHaveLength(3)
    await expect(session.command("room.join", { room: 1 })).rejects.toMatchObject({ code: "offline" })
  })

  test("a tab with a new login in place of a revoked one continues, and sends waiting commands", async () => {
    session = await liveTab()
    FakeSocket.last.ends(4003)
    const joining = session.command("room.join", { room: 5 })
    await pass(SECOND)
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10), changes: [] })
    await turns()
    expect(session.status).toBe("live")
    FakeSocket.last.answers("room.join", { room: room(5, 3), membership: membership(5, 3, 2), version: 2 })
    await joining
    expect(session.rooms.get(5)?.joined).toBe(true)
  })

  test("the socket's address has the origin of the page", () => {
    session = tab()
    expect(FakeSocket.last.url).toBe("ws://chat/ws/")
  })

  test("the snapshot sets the state", async () => {
    session = await liveTab(snapshot(10, { presence: [{ member: 2, state: "away" }] }))
    expect(session.me).toEqual(alice)
    expect(session.workspace.name).toBe("The place")
    expect(session.members.get(2)).toEqual(bob)
    expect(session.presence.state(2)).toBe("away")
    expect(session.rooms.channels.map(state => state.name)).toEqual(["room1"])
  })
})

describe("commands", () => {
  test("a reply is applied to the state", async () => {
    session = await liveTab()
    const joining = session.command("room.join", { room: 5 })
    await turns()
    FakeSocket.last.answers("room.join", { room: room(5, 3), membership: membership(5, 3, 2), version: 2 })
    await joining
    expect(session.rooms.get(5)?.joined).toBe(true)
    FakeSocket.last.says(posted(4, { room: 5 }))
    expect(session.rooms.get(5)?.unread).toBe(1)
  })

  test("a command waits for the connection for some seconds", async () => {
    session = await liveTab()
    FakeSocket.last.ends()
    const joining = session.command("room.join", { room: 5 })
    await pass(600)
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10), changes: [] })
    await turns()
    FakeSocket.last.answers("room.join", { room: room(5, 3), membership: membership(5, 3, 2), version: 2 })
    expect((await joining).room.id).toBe(5)
  })

  test("a command is rejected after ten seconds without a connection", async () => {
    session = await liveTab()
    FakeSocket.last.ends(4012, "retry_after=60")
    const joining = session.command("room.join", { room: 5 }).catch((error: unknown) => error)
    await pass(11 * SECOND)
    expect(await joining).toMatchObject({ code: "offline" })
  })

  test("an edit is visible before its event", async () => {
    session = await tabInRoom(10)
    void session.command("message.edit", { message: message(3).id, text: "edited", seq: 3 })
    await turns()
    FakeSocket.last.answers("message.edit", message(3, { seq: 11, text: "edited" }))
    await turns()
    expect(session.timeline(1).at(3)?.text).toBe("edited")
  })

  test("a timeline that failed without a connection loads when there is one", async () => {
    session = await liveTab()
    FakeSocket.last.ends(4012, "retry_after=20")
    void session.timeline(1).open()
    await pass(11 * SECOND)
    expect(session.timeline(1).error).toMatchObject({ code: "offline" })
    await pass(10 * SECOND)
    FakeSocket.last.hello()
    FakeSocket.last.answers("resume", { ...snapshot(10), changes: [] })
    await turns()
    FakeSocket.last.answers("timeline", page(1, 10))
    await turns()
    expect(session.timeline(1).messages).toHaveLength(10)
    expect(session.timeline(1).error).toBeNull()
  })
})

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

describe("reading", () => {
  test("moves on the screen at once, and is sent once, a moment later", async () => {
    session = await tabInRoom(10)
    for (let number = 11; number <= 15; number++) FakeSocket.last.says(posted(number))
    expect(session.rooms.get(1)?.unread).toBe(5)
    session.reading.markRead(1, 12)
    session.reading.markRead(1, 14)
    session.reading.markRead(1, 13)
    expect(session.rooms.get(1)?.unread).toBe(1)
    await pass(600)
    expect(FakeSocket.last.all("room.read").map(({ number }) => number)).toEqual([14])
  })

  test("in another tab moves the position here, but never back behind an unconfirmed one", async () => {
    session = await tabInRoom(10)
    for (let number = 11; number <= 15; number++) FakeSocket.last.says(posted(number))
    session.reading.markRead(1, 15)
    FakeSocket.last.says({ type: "membership", membership: membership(1, 12, 2) })
    expect(session.rooms.get(1)?.unread).toBe(0)
    await pass(600)
    FakeSocket.last.answers("room.read", membership(1, 15, 3))
    await turns()
    FakeSocket.last.says({ type: "membership", membership: membership(1, 12, 4) })
    expect(session.rooms.get(1)?.unread).toBe(3)
  })

  test("an unconfirmed position is sent again after a reconnection", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(11))
    session.reading.markRead(1, 11)
    FakeSocket.last.ends()
    await pass(600)
    FakeSocket.last.hello()
    const behind = { memberships: [membership(1, 10)] }
    FakeSocket.last.answers("resume", { ...snapshot(11, behind), changes: [{ room: 1, seq: 11, messages: [] }] })
    await turns()
    expect(session.rooms.get(1)?.unread).toBe(0)
    expect(FakeSocket.last.asked("room.read")).toMatchObject({ room: 1, number: 11 })
  })

  test("a room marked as unread stays unread until Alice enters it again", async () => {
    session = await tabInRoom(10)
    const marking = session.reading.markUnread(1, 8)
    await turns()
    FakeSocket.last.answers("room.unread", membership(1, 7, 2))
    await marking
    session.reading.markRead(1, 10)
    expect(session.rooms.get(1)?.unread).toBe(3)
    session.reading.enter(1)
    session.reading.markRead(1, 10)
    expect(session.rooms.get(1)?.unread).toBe(0)
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
