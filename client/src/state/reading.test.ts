import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { pass } from "../testing/clock"
import { FakeSocket } from "../testing/fakeSocket"
import { membership, message, posted, snapshot, tabInRoom, turns } from "../testing/people"
import type { Session } from "./session.svelte"

let session: Session

beforeEach(() => void vi.useFakeTimers())
afterEach(() => session.stop())

test("a read position moves on the screen at once, and is sent once, a moment later", async () => {
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

test("a read position of another tab applies here, but never moves back behind an unconfirmed one", async () => {
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

test("an own post that is seen between its reply and its event leaves nothing unread", async () => {
  session = await tabInRoom(10)
  const id = session.outbox.send(1, "hello")
  await turns()
  FakeSocket.last.answers("message.send", { message: message(11, { id, author: 1 }) })
  await turns()
  session.reading.markRead(1, 11)
  FakeSocket.last.says(posted(11, { id, author: 1 }))
  expect(session.rooms.get(1)?.unread).toBe(0)
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
