import { expect, test } from "vitest"
import { nextFocus } from "./keyboard"

test("when a row is removed, the next one gets the focus", () => {
  expect(nextFocus(["a", "b", "c"], ["a", "c"], "b")).toBe("c")
})

test("when the last row is removed, the previous one gets the focus", () => {
  expect(nextFocus(["a", "b", "c"], ["a", "b"], "c")).toBe("b")
})

test("rows that were removed with it are skipped", () => {
  expect(nextFocus(["a", "b", "c", "d"], ["a", "d"], "b")).toBe("d")
  expect(nextFocus(["a", "b", "c"], [], "b")).toBeUndefined()
})
