import "fake-indexeddb/auto"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, membership, message, page, posted, room, snapshot, tab, tabInRoom, turns } from "../testing/people"
import type { Session } from "./session.svelte"

let session: Session

const texts = () => session.timeline(1).messages.map(({ text }) => text)
const numbers = () => session.timeline(1).messages.map(({ number }) => number)
const resumed = (count: number, changes: object[], more: object = {}) => ({ ...snapshot(count), changes, ...more })

async function soon(milliseconds = 300) {
  await vi.advanceTimersByTimeAsync(milliseconds)
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => session.stop())

describe("in order", () => {
  test("the next change is applied, an older one is dropped", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(11))
    FakeSocket.last.says(posted(11, { text: "again" }))
    FakeSocket.last.says(posted(4, { seq: 10, text: "old" }))
    expect(numbers().slice(-2)).toEqual([10, 11])
    expect(texts().at(-1)).toBe("message 11")
    expect(FakeSocket.last.all("resume")).toEqual([])
  })

  test("a change of an old message replaces it", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(4, { seq: 11, text: "changed", edited_at: "2026-11-20T13:00:00Z" }))
    expect(texts()[3]).toBe("changed")
    expect(numbers()).toHaveLength(10)
  })

  test("an event with `after` may skip seqs", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ ...posted(11, { seq: 14 }), after: 10 })
    FakeSocket.last.says(posted(12, { seq: 15 }))
    await soon()
    expect(numbers().slice(-2)).toEqual([11, 12])
    expect(FakeSocket.last.all("resume")).toEqual([])
  })

  test("an event whose `after` is missing here is held, and the room is resumed", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ ...posted(13, { seq: 14 }), after: 12 })
    await soon()
    expect(FakeSocket.last.asked("resume").rooms).toEqual({ 1: 10 })
  })
})

describe("a jump", () => {
  test("resumes that room, and holds its events until the reply", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(12))
    FakeSocket.last.says(posted(13))
    expect(numbers().at(-1)).toBe(10)
    await soon()
    expect(FakeSocket.last.asked("resume")).toMatchObject({ epoch: "e1", rooms: { 1: 10 } })
    FakeSocket.last.says(posted(14))
    FakeSocket.last.answers("resume", resumed(12, [{ room: 1, seq: 12, messages: [message(11), message(12)] }]))
    await turns()
    expect(numbers().slice(-4)).toEqual([11, 12, 13, 14])
    expect(FakeSocket.last.all("resume")).toHaveLength(1)
  })

  test("does not hold events of other rooms", async () => {
    const both = snapshot(10, { rooms: [room(1, 10), room(2, 5)], memberships: [membership(1, 10), membership(2, 5)] })
    session = await liveTab(both)
    FakeSocket.last.says(posted(12))
    await soon()
    FakeSocket.last.says(posted(6, { room: 2 }))
    expect(session.rooms.get(2)?.unread).toBe(1)
    expect(session.rooms.get(1)?.unread).toBe(0)
  })

  test("in a room that is not open is resumed too, and its counters become right", async () => {
    session = await liveTab()
    FakeSocket.last.says(posted(11, { seq: 12 }))
    await soon()
    const read = { memberships: [membership(1, 10)] }
    FakeSocket.last.answers("resume", resumed(11, [{ room: 1, seq: 12, messages: [message(11)] }], read))
    await turns()
    expect(session.rooms.get(1)?.unread).toBe(1)
  })

  test("changes are applied in the order of seqs, messages are shown in the order of numbers", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(14))
    await soon()
    const missed = [message(12), message(13), message(11, { seq: 13.5, text: "edited" })]
    FakeSocket.last.answers("resume", resumed(13, [{ room: 1, seq: 13, messages: missed }]))
    await turns()
    expect(numbers().slice(-4)).toEqual([11, 12, 13, 14])
    expect(texts()).toContain("edited")
  })

  test("resume is retried after the delay that a busy server names", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(12))
    await soon()
    FakeSocket.last.refuses("resume", "unavailable", 2)
    await soon(1900)
    expect(FakeSocket.last.all("resume")).toHaveLength(1)
    await soon(200)
    FakeSocket.last.answers("resume", resumed(12, [{ room: 1, seq: 12, messages: [message(11), message(12)] }]))
    await turns()
    expect(numbers().slice(-2)).toEqual([11, 12])
  })

  test("a server that replies with less than it announced causes no busy loop", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(12))
    await soon(1)
    for (let answer = 0; answer < 5; answer++) {
      if (FakeSocket.last.all("resume").length > answer)
        FakeSocket.last.answers("resume", resumed(10, [{ room: 1, seq: 10, messages: [] }]))
      await soon(10)
    }
    expect(FakeSocket.last.all("resume").length).toBeLessThanOrEqual(2)
  })
})

describe("gaps that the server reports", () => {
  test("lag resumes the room", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ type: "lag", room: 1, head: 40 })
    await soon()
    expect(FakeSocket.last.asked("resume").rooms).toEqual({ 1: 10 })
  })

  test("a heartbeat with a newer head resumes the room, one with a known head does not", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ type: "heartbeat", heads: { 1: 10, 99: 5 } })
    await soon()
    expect(FakeSocket.last.all("resume")).toEqual([])
    FakeSocket.last.says({ type: "heartbeat", heads: { 1: 11 } })
    await soon()
    expect(FakeSocket.last.asked("resume").rooms).toEqual({ 1: 10 })
  })

  test("refresh fetches memberships and rooms", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "refresh" })
    await soon()
    const more = { rooms: [room(1, 10), room(2, 3)], memberships: [membership(1, 4), membership(2, 0)] }
    FakeSocket.last.answers("resume", resumed(10, [], more))
    await turns()
    expect(session.rooms.get(2)?.unread).toBe(3)
    expect(session.rooms.get(1)?.unread).toBe(6)
    FakeSocket.last.says(posted(4, { room: 2 }))
    expect(session.rooms.get(2)?.unread).toBe(4)
  })

  test("reset loads the page again", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ type: "lag", room: 1, head: 4000 })
    await soon()
    FakeSocket.last.answers("resume", resumed(4000, [{ room: 1, seq: 4000, messages: [], reset: true }]))
    await turns()
    FakeSocket.last.says(posted(4001))
    FakeSocket.last.answers("timeline", page(3951, 4000))
    await turns()
    expect(numbers()).toHaveLength(51)
    expect(numbers().at(-1)).toBe(4001)
  })
})

describe("a lost connection", () => {
  async function loseConnection() {
    // The back-off is random below a bound; here it is half of the bound.
    vi.spyOn(Math, "random").mockReturnValue(0.5)
    FakeSocket.last.ends()
    await soon(600)
    FakeSocket.last.hello()
  }

  test("it resumes with the open rooms, and is live when the reply is applied", async () => {
    session = await tabInRoom(10)
    await loseConnection()
    expect(session.status).toBe("reconnecting")
    FakeSocket.last.says(posted(13))
    expect(FakeSocket.last.asked("resume")).toMatchObject({ epoch: "e1", rooms: { 1: 10 } })
    FakeSocket.last.answers("resume", resumed(12, [{ room: 1, seq: 12, messages: [message(11), message(12)] }]))
    await turns()
    expect(session.status).toBe("live")
    expect(numbers().slice(-3)).toEqual([11, 12, 13])
  })

  test("rooms that are not open get their counters from the reply, and no messages", async () => {
    session = await liveTab()
    await loseConnection()
    expect(FakeSocket.last.asked("resume").rooms).toEqual({})
    FakeSocket.last.answers("resume", resumed(15, [], { memberships: [membership(1, 10)] }))
    await turns()
    expect(session.rooms.get(1)?.unread).toBe(5)
    FakeSocket.last.says(posted(16))
    expect(session.rooms.get(1)?.unread).toBe(6)
    await soon()
    expect(FakeSocket.last.all("resume")).toHaveLength(1)
  })

  test("a room that Alice left in the meantime is removed", async () => {
    session = await tabInRoom(10)
    await loseConnection()
    FakeSocket.last.answers("resume", resumed(10, [], { rooms: [], memberships: [] }))
    await turns()
    expect(session.rooms.all).toEqual([])
    expect(numbers()).toEqual([])
  })

  test("another epoch replaces everything", async () => {
    session = await tabInRoom(10)
    await loseConnection()
    const restored = resumed(6, [], { epoch: "e2", reset: true, memberships: [membership(1, 6)] })
    FakeSocket.last.answers("resume", restored)
    await turns()
    FakeSocket.last.answers("timeline", page(1, 6))
    await turns()
    expect(session.epoch).toBe("e2")
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6])
    FakeSocket.last.says(posted(7, { text: "another seven" }))
    expect(texts().at(-1)).toBe("another seven")
  })

  test("a connection lost during a resume resumes again", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says(posted(12))
    await soon()
    await loseConnection()
    const changes = [{ room: 1, seq: 13, messages: [message(11), message(12), message(13)] }]
    FakeSocket.last.answers("resume", resumed(13, changes))
    await turns()
    FakeSocket.last.says(posted(14))
    expect(numbers().slice(-4)).toEqual([11, 12, 13, 14])
  })

  test("messages of a room that Alice only looks at, or has joined in the meantime, are loaded again", async () => {
    session = await liveTab(snapshot(10, { rooms: [], memberships: [] }))
    for (const id of [1, 2]) {
      session.rooms.put(room(id, 10))
      void session.timeline(id).open()
      await turns()
      FakeSocket.last.answers("timeline", page(1, 10))
      await turns()
    }
    await loseConnection()
    expect(FakeSocket.last.asked("resume").rooms).toEqual({})
    FakeSocket.last.answers("resume", resumed(12, []))
    await turns()
    expect(FakeSocket.last.all("timeline").map(command => command.room)).toEqual([1, 2])
  })

  test("a busy server gets a retry on the same connection", async () => {
    session = await liveTab()
    await loseConnection()
    FakeSocket.last.refuses("resume", "unavailable", 1)
    await soon(1000)
    FakeSocket.last.answers("resume", resumed(10, []))
    await turns()
    expect(session.status).toBe("live")
    expect(FakeSocket.opened).toHaveLength(2)
  })

  test("a connection lost during that retry resumes once on the next connection", async () => {
    session = await liveTab()
    await loseConnection()
    FakeSocket.last.refuses("resume", "unavailable", 1)
    await turns()
    await loseConnection()
    await soon(1000)
    expect(FakeSocket.last.all("resume")).toHaveLength(1)
  })
})

describe("joining and leaving", () => {
  test("a room that Alice was added to is followed from its head", async () => {
    session = await liveTab()
    FakeSocket.last.says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    FakeSocket.last.says(posted(4, { room: 7 }))
    expect(session.rooms.get(7)?.unread).toBe(4)
    expect(session.rooms.channels.map(state => state.id)).toEqual([1, 7])
  })

  test("a room that Alice looked at and then joined is loaded again: she received no changes before", async () => {
    session = await liveTab(snapshot(10, { rooms: [], memberships: [] }))
    const found = session.findRoom({ name: "room1" })
    await turns()
    FakeSocket.last.answers("room.get", { room: room(1, 10), version: 1 })
    expect((await found).membership).toBeNull()
    void session.timeline(1).open()
    await turns()
    FakeSocket.last.answers("timeline", page(1, 10))
    await turns()
    FakeSocket.last.says({ type: "membership", membership: membership(1, 13, 2), room: room(1, 13) })
    await turns()
    FakeSocket.last.answers("timeline", page(1, 13))
    await turns()
    FakeSocket.last.says(posted(14))
    expect(numbers().slice(-2)).toEqual([13, 14])
  })

  test("events of a room that Alice has left are ignored", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ type: "left", room: 1, version: 2 })
    FakeSocket.last.says(posted(11))
    await soon()
    expect(session.rooms.get(1)).toBeUndefined()
    expect(numbers()).toEqual([])
    expect(FakeSocket.last.all("resume")).toEqual([])
  })

  test("messages below the floor disappear", async () => {
    session = await tabInRoom(10)
    FakeSocket.last.says({ type: "room", room: room(1, 10, { floor: 4 }) })
    expect(numbers()[0]).toBe(5)
  })
})

describe("the first connection", () => {
  test("events that come before the snapshot are held", async () => {
    session = tab()
    FakeSocket.last.hello()
    FakeSocket.last.says(posted(11))
    FakeSocket.last.says(posted(10))
    FakeSocket.last.answers("snapshot", snapshot(10))
    await turns()
    expect(session.rooms.get(1)?.room.last_number).toBe(11)
    expect(session.ready).toBe(true)
  })

  test("a hello for another member ends the session", async () => {
    session = await liveTab()
    FakeSocket.last.ends()
    await soon(600)
    FakeSocket.last.hello("e1", 2)
    await turns()
    expect(session.status).toBe("refused")
    expect(FakeSocket.last.all("resume")).toEqual([])
  })
})
