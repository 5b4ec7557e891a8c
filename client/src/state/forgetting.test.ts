import { IDBFactory } from "fake-indexeddb"
import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Close } from "../protocol/types"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, liveTab, message } from "../testing/people"
import { forgetAll, lossesOf } from "./forgetting"
import { OutboxStore } from "./outboxStore"
import type { Session } from "./session.svelte"

let session: Session
const stored = () => new OutboxStore("/chat/1").entries()

async function pass(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 30; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** One message that the server has, one that it has not, and a draft. */
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] })
  session = await liveTab()
  await pass()
  const id = session.outbox.send(1, "said")
  await pass()
  FakeSocket.last.answers("message.send", { message: message(11, { id, text: "said", author: alice.id }) })
  await pass()
  FakeSocket.last.ends()
  await pass()
  session.outbox.send(1, "not yet said")
  session.drafts.set(1, "half a thou")
  await pass()
})
afterEach(async () => {
  session.stop()
  await pass()
})

test("who signs out is told what would be lost", async () => {
  expect(await lossesOf(session)).toEqual({ unsent: 1, drafts: 1 })
})

test("afterwards nothing of theirs is on the disk", async () => {
  expect(await stored()).toHaveLength(2)
  await forgetAll(session)
  expect(await stored()).toEqual([])
  expect(await lossesOf(session)).toEqual({ unsent: 0, drafts: 0 })
})

test("a sign-in that is ended from elsewhere leaves only what nobody else has", async () => {
  session.retryNow()
  for (let look = 0; look < 3; look++) {
    FakeSocket.last.ends(Close.REVOKED)
    await pass(3_000)
  }
  expect(session.status).toBe("revoked")
  expect((await stored()).map(({ text }) => text)).toEqual(["not yet said"])
  expect(session.drafts.count).toBe(0)
})
