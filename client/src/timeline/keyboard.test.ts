import { expect, test } from "vitest"
import { survivor } from "./keyboard"

test("after a deleted message the keyboard is at the next one", () => {
  expect(survivor(["a", "b", "c"], ["a", "c"], "b")).toBe("c")
})

test("after the last one it is at the one before", () => {
  expect(survivor(["a", "b", "c"], ["a", "b"], "c")).toBe("b")
})

test("rows that went with it are passed over", () => {
  expect(survivor(["a", "b", "c", "d"], ["a", "d"], "b")).toBe("d")
  expect(survivor(["a", "b", "c"], [], "b")).toBeUndefined()
})
