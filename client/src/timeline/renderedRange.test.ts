import { expect, test } from "vitest"
import {
  extended,
  extendedToEnd,
  loadedPart,
  MOST_RENDERED,
  rangeAround,
  rangeAtEnd,
  STEP,
  sideToExtend,
} from "./renderedRange"

const loaded = { first: 1001, last: 1500 }

test("a room opens with its latest messages", () => {
  expect(rangeAtEnd(loaded)).toEqual({ first: 1481, last: 1500 })
  expect(rangeAtEnd({ first: 1, last: 5 })).toEqual({ first: 1, last: 5 })
})

test("a message is rendered with those around it", () => {
  expect(rangeAround(1200, loaded)).toEqual({ first: 1190, last: 1210 })
  expect(rangeAround(1001, loaded).first).toBe(1001)
})

test("the range grows on the side where Alice reads, within the loaded messages", () => {
  expect(extended({ first: 1100, last: 1140 }, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1140 })
  expect(extended({ first: 1002, last: 1040 }, "older", loaded).first).toBe(1001)
  expect(extended({ first: 1400, last: 1499 }, "newer", loaded).last).toBe(1500)
})

test("new messages extend the range", () => {
  expect(extendedToEnd({ first: 1480, last: 1499 }, loaded)).toEqual({ first: 1480, last: 1500 })
  expect(extendedToEnd({ first: 1200, last: 1499 }, loaded)).toEqual({ first: 1501 - MOST_RENDERED, last: 1500 })
})

test("a burst of new messages renders only the last ones", () => {
  expect(extendedToEnd({ first: 1200, last: 1300 }, loaded)).toEqual(rangeAtEnd(loaded))
})

test("a full range is cut on the far side", () => {
  const long = { first: 1100, last: 1100 + MOST_RENDERED - 1 }
  expect(extended(long, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1100 - STEP + MOST_RENDERED - 1 })
  expect(extended(long, "newer", loaded)).toEqual({ first: 1100 + STEP, last: 1100 + STEP + MOST_RENDERED - 1 })
})

test("a range that is no longer loaded becomes the end", () => {
  expect(loadedPart({ first: 1, last: 40 }, loaded)).toEqual(rangeAtEnd(loaded))
})

test("the side that is closer to its edge grows", () => {
  expect(sideToExtend({ before: 0.5, after: 1 }, false)).toBe("older")
  expect(sideToExtend({ before: 1, after: 0.5 }, false)).toBe("newer")
  expect(sideToExtend({ before: 2, after: 2 }, false)).toBeNull()
})

test("a full range grows only if the other side has plenty, or if the edge is almost reached", () => {
  expect(sideToExtend({ before: 1, after: 8 }, true)).toBe("older")
  expect(sideToExtend({ before: 1, after: 2 }, true)).toBeNull()
  expect(sideToExtend({ before: 0.1, after: 0.6 }, true)).toBe("older")
})

test("in a viewport as high as a full range, neither side grows", () => {
  expect(sideToExtend({ before: 0.3, after: 0.3 }, true)).toBeNull()
})
