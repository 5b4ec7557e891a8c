import { expect, test } from "vitest"
import { SECOND } from "../testing/clock"
import type { FakeSocket } from "../testing/fakeSocket"
import { message } from "../testing/people"
import { openTab, pass, reconnect, useStorage } from "../testing/storage"

useStorage()

const deleted = (socket: FakeSocket) => socket.all("message.delete").map(({ message: id }) => id)

test("the message is hidden at once, and deleted after five seconds", async () => {
  const { session, socket } = await openTab()
  void session.outbox.deleteSoon(message(3))
  expect(session.outbox.deleting(message(3).id)).toBe(true)
  await pass(4.9 * SECOND)
  expect(deleted(socket)).toEqual([])
  await pass(0.2 * SECOND)
  expect(deleted(socket)).toEqual([message(3).id])
  socket.answers("message.delete", message(3, { seq: 11, text: "", deleted: true }))
  await pass()
  expect(session.outbox.deleting(message(3).id)).toBe(false)
})

test("a cancelled deletion is not sent", async () => {
  const { session, socket } = await openTab()
  const done = session.outbox.deleteSoon(message(3))
  await pass(4 * SECOND)
  session.outbox.undoDelete(message(3).id)
  await done
  await pass(60 * SECOND)
  expect(session.outbox.deleting(message(3).id)).toBe(false)
  expect(deleted(socket)).toEqual([])
})

test("a refused deletion shows the message again, and rejects with the reason", async () => {
  const { session, socket } = await openTab()
  const refusal = session.outbox.deleteSoon(message(3)).catch((error: unknown) => error)
  await pass(5 * SECOND)
  socket.refuses("message.delete", "forbidden")
  await pass()
  expect(session.outbox.deleting(message(3).id)).toBe(false)
  expect(await refusal).toMatchObject({ code: "forbidden" })
})

test("a deletion waits for the connection", async () => {
  const { session, socket } = await openTab()
  void session.outbox.deleteSoon(message(3))
  socket.ends()
  await pass(20 * SECOND)
  const reconnected = await reconnect(session)
  expect(deleted(reconnected)).toEqual([message(3).id])
})

test("the next tab sends the deletion of a closed tab", async () => {
  const { session, socket } = await openTab()
  void session.outbox.deleteSoon(message(3))
  await pass()
  session.stop()
  await pass(20 * SECOND)
  const next = await openTab()
  await pass(SECOND)
  expect(deleted(socket)).toEqual([])
  expect(deleted(next.socket)).toEqual([message(3).id])
})

test("a closing page gets the ids of the messages to delete", async () => {
  const { session } = await openTab()
  void session.outbox.deleteSoon(message(3))
  expect(session.outbox.pendingDeletions()).toEqual([message(3).id])
})
