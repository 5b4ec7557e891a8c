import { expect, test } from "vitest"
import { itemForKey } from "./menu"

const labels = ["Edit", "Copy link", "Mark unread", "Delete", "Copy text"]

test("arrow keys wrap around", () => {
  expect(itemForKey("ArrowDown", labels, 4)).toBe(0)
  expect(itemForKey("ArrowUp", labels, 0)).toBe(4)
  expect(itemForKey("ArrowUp", labels, 3)).toBe(2)
})

test("Home and End go to the first and the last item", () => {
  expect(itemForKey("Home", labels, 3)).toBe(0)
  expect(itemForKey("End", labels, 3)).toBe(4)
})

test("a letter goes to the next label that starts with it", () => {
  expect(itemForKey("c", labels, 0)).toBe(1)
  expect(itemForKey("c", labels, 1)).toBe(4)
  expect(itemForKey("C", labels, 4)).toBe(1)
  expect(itemForKey("x", labels, 0)).toBeNull()
})

test("other keys do nothing, nor does any key in an empty menu", () => {
  expect(itemForKey("Shift", labels, 0)).toBeNull()
  expect(itemForKey("ArrowDown", [], 0)).toBeNull()
})
