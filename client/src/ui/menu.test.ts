import { expect, test } from "vitest"
import { itemForKey } from "./menu"

const labels = ["Edit", "Copy link", "Mark unread", "Delete", "Copy text"]

test("arrows go round", () => {
  expect(itemForKey("ArrowDown", labels, 4)).toBe(0)
  expect(itemForKey("ArrowUp", labels, 0)).toBe(4)
  expect(itemForKey("ArrowUp", labels, 3)).toBe(2)
})

test("Home and End go to the ends", () => {
  expect(itemForKey("Home", labels, 3)).toBe(0)
  expect(itemForKey("End", labels, 3)).toBe(4)
})

test("a letter goes to the next label that begins with it", () => {
  expect(itemForKey("c", labels, 0)).toBe(1)
  expect(itemForKey("c", labels, 1)).toBe(4)
  expect(itemForKey("C", labels, 4)).toBe(1)
  expect(itemForKey("x", labels, 0)).toBeNull()
})

test("other keys lead nowhere, and an empty menu too", () => {
  expect(itemForKey("Shift", labels, 0)).toBeNull()
  expect(itemForKey("ArrowDown", [], 0)).toBeNull()
})
