import { expect, test } from "vitest"
import { around, atEnd, followed, grown, MOST, STEP, sideToGrow, within } from "./slice"

const loaded = { first: 1001, last: 1500 }

test("a room is shown from its end", () => {
  expect(atEnd(loaded)).toEqual({ first: 1481, last: 1500 })
  expect(atEnd({ first: 1, last: 5 })).toEqual({ first: 1, last: 5 })
})

test("a message is shown with what is around it", () => {
  expect(around(1200, loaded)).toEqual({ first: 1190, last: 1210 })
  expect(around(1001, loaded).first).toBe(1001)
})

test("it grows towards where one reads, and never past what is loaded", () => {
  expect(grown({ first: 1100, last: 1140 }, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1140 })
  expect(grown({ first: 1002, last: 1040 }, "older", loaded).first).toBe(1001)
  expect(grown({ first: 1400, last: 1499 }, "newer", loaded).last).toBe(1500)
})

test("it goes on with what comes", () => {
  expect(followed({ first: 1480, last: 1499 }, loaded)).toEqual({ first: 1480, last: 1500 })
  expect(followed({ first: 1200, last: 1499 }, loaded)).toEqual({ first: 1501 - MOST, last: 1500 })
})

test("of very many that come at once it shows the last, and grows from there", () => {
  expect(followed({ first: 1200, last: 1300 }, loaded)).toEqual(atEnd(loaded))
})

test("what is far behind leaves the page", () => {
  const long = { first: 1100, last: 1100 + MOST - 1 }
  expect(grown(long, "older", loaded)).toEqual({ first: 1100 - STEP, last: 1100 - STEP + MOST - 1 })
  expect(grown(long, "newer", loaded)).toEqual({ first: 1100 + STEP, last: 1100 + STEP + MOST - 1 })
})

test("a slice that is not loaded any more becomes the end", () => {
  expect(within({ first: 1, last: 40 }, loaded)).toEqual(atEnd(loaded))
})

test("the side that is nearer to its edge grows", () => {
  expect(sideToGrow({ before: 0.5, after: 1 }, false)).toBe("older")
  expect(sideToGrow({ before: 1, after: 0.5 }, false)).toBe("newer")
  expect(sideToGrow({ before: 2, after: 2 }, false)).toBeNull()
})

test("a full slice takes from one side only what the other can spare, or what is needed at once", () => {
  expect(sideToGrow({ before: 1, after: 8 }, true)).toBe("older")
  expect(sideToGrow({ before: 1, after: 2 }, true)).toBeNull()
  expect(sideToGrow({ before: 0.1, after: 0.6 }, true)).toBe("older")
})

test("in a window as high as all that may be shown, both sides come to rest", () => {
  expect(sideToGrow({ before: 0.3, after: 0.3 }, true)).toBeNull()
})
