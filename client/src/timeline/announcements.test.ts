import { expect, test } from "vitest"
import type { Message } from "../protocol/types"
import { toAnnounce } from "./announcements"

const ALICE = 1
const BOB = 2
const message = (number: number, author = BOB, more: Partial<Message> = {}) =>
  ({ id: `m${number}`, number, author, ...more }) as Message

test("the first page is not announced", () => {
  expect(toAnnounce([message(1), message(2)], null, ALICE)).toEqual({ announcedUpTo: 2, messages: [] })
})

test("Bob's new messages are announced, Alice's own are not", () => {
  const found = toAnnounce([message(1), message(2), message(3), message(4, ALICE)], 2, ALICE)
  expect(found.announcedUpTo).toBe(4)
  expect(found.messages.map(({ number }) => number)).toEqual([3])
})

test("older history, system messages and deleted messages are not announced", () => {
  const page = [
    message(1),
    message(2),
    message(3, BOB, { system: { kind: "joined" } }),
    message(4, BOB, { deleted: true }),
  ]
  expect(toAnnounce(page, 2, ALICE).messages).toEqual([])
})

test("an empty room has nothing to announce", () => {
  expect(toAnnounce([], null, ALICE)).toEqual({ announcedUpTo: null, messages: [] })
})
