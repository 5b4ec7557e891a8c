import "fake-indexeddb/auto"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { pass, SECOND } from "../testing/clock"
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

let session: Session

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
