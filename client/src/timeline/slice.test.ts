import { expect, test } from "vitest"
import { around, atEnd, grown, MOST, STEP, within } from "./slice"

const loaded = { first: 1001, last: 1500 }

test("a room is shown from its end", () => {
  expect(atEnd(loaded)).toEqual({ first: 1500 - STEP + 1, last: 1500 })
  expect(atEnd({ first: 1, last: 5 })).toEqual({ first: 1, last: 5 })
})

test("a message is shown with what is around it", () => {
  expect(around(1200, loaded)).toEqual({ first: 1200 - STEP, last: 1200 + STEP })
  expect(around(1001, loaded).first).toBe(1001)
})

test("it grows towards where one reads, and never past what is loaded", () => {
  expect(grown({ first: 1100, last: 1140 }, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1140 })
  expect(grown({ first: 1010, last: 1040 }, "older", loaded).first).toBe(1001)
  expect(grown({ first: 1400, last: 1490 }, "newer", loaded).last).toBe(1500)
})

test("what is far behind leaves the page", () => {
  const long = { first: 1100, last: 1100 + MOST - 1 }
  expect(grown(long, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1100 - STEP + MOST - 1 })
  expect(grown(long, "newer", loaded)).toEqual({ first: 1100 + STEP, last: 1100 + STEP + MOST - 1 })
})

test("a slice that is not loaded any more becomes the end", () => {
  expect(within({ first: 1, last: 40 }, loaded)).toEqual(atEnd(loaded))
})
