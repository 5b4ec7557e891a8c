import { expect, test } from "vitest"
import type { Message } from "../protocol/types"
import { toAnnounce } from "./announcements"

const ALICE = 1
const BOB = 2
const message = (number: number, author = BOB, more: Partial<Message> = {}) =>
  ({ id: `m${number}`, number, author, ...more }) as Message

test("the first page is no news", () => {
  expect(toAnnounce([message(1), message(2)], null, ALICE)).toEqual({ announcedUpTo: 2, messages: [] })
})

test("what Bob posts after that is; what Alice posts herself is not", () => {
  const found = toAnnounce([message(1), message(2), message(3), message(4, ALICE)], 2, ALICE)
  expect(found.announcedUpTo).toBe(4)
  expect(found.messages.map(({ number }) => number)).toEqual([3])
})

test("history that loads above, lines that happened and deleted messages are not read out", () => {
  const page = [
    message(1),
    message(2),
    message(3, BOB, { system: { kind: "joined" } }),
    message(4, BOB, { deleted: true }),
  ]
  expect(toAnnounce(page, 2, ALICE).messages).toEqual([])
})

test("an empty room stays unheard", () => {
  expect(toAnnounce([], null, ALICE)).toEqual({ announcedUpTo: null, messages: [] })
})
