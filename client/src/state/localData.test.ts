import { beforeEach, expect, test } from "vitest"
import { Close } from "../protocol/types"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, message } from "../testing/people"
import { openTab, pass, useStorage } from "../testing/storage"
import { countUnsaved, deleteLocalData } from "./localData"
import { OutboxStore } from "./outboxStore"
import type { Session } from "./session.svelte"

let session: Session
const stored = () => new OutboxStore("/chat/1").entries()

useStorage()

/** One confirmed message, one unsent message, and a draft. */
beforeEach(async () => {
  session = (await openTab()).session
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

test("signing out counts what would be lost", async () => {
  expect(await countUnsaved(session)).toEqual({ unsent: 1, drafts: 1 })
})

test("signing out leaves nothing on the disk", async () => {
  expect(await stored()).toHaveLength(2)
  await deleteLocalData(session)
  expect(await stored()).toEqual([])
  expect(await countUnsaved(session)).toEqual({ unsent: 0, drafts: 0 })
})

test("a revoked login leaves only unsent messages", async () => {
  session.retryNow()
  for (let tries = 0; tries < 3; tries++) {
    FakeSocket.last.ends(Close.REVOKED)
    await pass(3_000)
  }
  expect(session.status).toBe("revoked")
  expect((await stored()).map(({ text }) => text)).toEqual(["not yet said"])
  expect(session.drafts.count).toBe(0)
})
