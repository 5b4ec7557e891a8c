import { expect, test } from "vitest"
import type { Message } from "../protocol/types"
import type { PendingMessage } from "../state/outboxStore"
import { keyOf, type Row, RowMaker, type Shown } from "./rows"

const ALICE = 1
const BOB = 2

function message(number: number, author: number, time: string, more: Partial<Message> = {}): Message {
  return {
    id: `m${number}`,
    room: 1,
    number,
    post: number,
    seq: number,
    author,
    text: `text ${number}`,
    created_at: `2026-11-20T${time}`,
    ...more,
  }
}

function shown(messages: Message[], more: Partial<Shown> = {}): Shown {
  return { messages, pending: [], me: ALICE, readUpTo: null, deleting: () => false, ...more }
}

function kinds(rows: Row[]): string[] {
  return rows.map(row => (row.kind === "post" ? `${row.head ? "head" : "post"} ${row.key}` : `${row.kind}`))
}

test("posts of one author within five minutes are grouped", () => {
  const rows = new RowMaker().rows(
    shown([
      message(1, BOB, "10:00:00"),
      message(2, BOB, "10:04:00"),
      message(3, ALICE, "10:05:00"),
      message(4, BOB, "10:05:30"),
      message(5, BOB, "10:10:31"),
    ]),
  )
  expect(kinds(rows)).toEqual(["day", "head m1", "post m2", "head m3", "head m4", "head m5"])
})

test("a new day gets a divider and starts a new group", () => {
  const rows = new RowMaker().rows(
    shown([message(1, BOB, "23:59:00"), message(2, BOB, "", { created_at: "2026-11-21T00:01:00" })]),
  )
  expect(kinds(rows)).toEqual(["day", "head m1", "day", "head m2"])
})

test("the “new” line is before the first unread message of somebody else", () => {
  const messages = [message(1, BOB, "10:00:00"), message(2, ALICE, "10:01:00"), message(3, BOB, "10:02:00")]
  expect(kinds(new RowMaker().rows(shown(messages, { readUpTo: 1 })))).toEqual([
    "day",
    "head m1",
    "head m2",
    "new",
    "head m3",
  ])
  expect(kinds(new RowMaker().rows(shown(messages, { readUpTo: 3 })))).not.toContain("new")
})

test("a system message is a line of its own and ends the group", () => {
  const rows = new RowMaker().rows(
    shown([
      message(1, BOB, "10:00:00"),
      message(2, ALICE, "10:01:00", { system: { kind: "joined" } }),
      message(3, BOB, "10:02:00"),
    ]),
  )
  expect(kinds(rows)).toEqual(["day", "head m1", "system", "head m3"])
})

const joined = (number: number, time: string) => message(number, number, time, { system: { kind: "joined" } })

function foldedNumbers(rows: Row[]): number[][] {
  return rows.flatMap(row => (row.kind === "system" ? [row.messages.map(({ number }) => number)] : []))
}

test("successive joins and leaves are folded, other system messages are not", () => {
  const renamed = message(4, ALICE, "10:04:00", { system: { kind: "renamed", text: "salon" } })
  const rows = new RowMaker().rows(
    shown([joined(1, "10:01:00"), joined(2, "10:02:00"), joined(3, "10:03:00"), renamed, joined(5, "10:05:00")]),
  )
  expect(foldedNumbers(rows)).toEqual([[1, 2, 3], [4], [5]])
  expect(rows.map(({ key }) => key)).toEqual([expect.stringMatching(/^day/), "m3", "m4", "m5"])
})

test("a day divider and the “new” line end a folded line", () => {
  const tomorrow = message(2, 2, "", { created_at: "2026-11-21T08:00:00", system: { kind: "joined" } })
  expect(foldedNumbers(new RowMaker().rows(shown([joined(1, "10:00:00"), tomorrow])))).toEqual([[1], [2]])
  const rows = new RowMaker().rows(shown([joined(2, "10:00:00"), joined(3, "10:01:00")], { readUpTo: 2 }))
  expect(foldedNumbers(rows)).toEqual([[2], [3]])
})

test("a folded line is rendered again only when a message is added to it", () => {
  const maker = new RowMaker()
  const [one, two, three] = [joined(1, "10:00:00"), joined(2, "10:01:00"), joined(3, "10:02:00")]
  const before = maker.rows(shown([one, two]))
  expect(maker.rows(shown([one, two]))[1]).toBe(before[1])
  expect(foldedNumbers(maker.rows(shown([one, two, three])))).toEqual([[1, 2, 3]])
})

test("a link to any message of a folded line leads to that line", () => {
  const rows = new RowMaker().rows(shown([joined(1, "10:00:00"), joined(2, "10:01:00"), message(3, BOB, "10:02:00")]))
  expect([1, 2, 3, 4].map(number => keyOf(rows, number))).toEqual(["m2", "m2", "m3", undefined])
})

test("a pending message comes last, and stays one line when it is confirmed", () => {
  const entry: PendingMessage = {
    id: "m2",
    room: 1,
    text: "hi",
    state: "queued",
    created: Date.parse("2026-11-20T10:01:00"),
  }
  const maker = new RowMaker()
  const first = message(1, ALICE, "10:00:00")
  expect(kinds(maker.rows(shown([first], { pending: [entry] })))).toEqual(["day", "head m1", "post m2"])
  const confirmed = maker.rows(shown([first, message(2, ALICE, "10:01:00")], { pending: [entry] }))
  expect(kinds(confirmed)).toEqual(["day", "head m1", "post m2"])
})

test("a message that is being deleted is hidden, and the next one shows the author", () => {
  const messages = [message(1, BOB, "10:00:00"), message(2, BOB, "10:01:00")]
  expect(kinds(new RowMaker().rows(shown(messages, { deleting: id => id === "m1" })))).toEqual(["day", "head m2"])
})

test("an unchanged row is the same object", () => {
  const maker = new RowMaker()
  const first = message(1, BOB, "10:00:00")
  const before = maker.rows(shown([first]))
  const after = maker.rows(shown([first, message(2, BOB, "10:01:00")]))
  expect(after[1]).toBe(before[1])
  const edited = maker.rows(shown([{ ...first, seq: 9, text: "changed" }]))
  expect(edited[1]).not.toBe(before[1])
})
