import { expect, test } from "vitest"
import { initials } from "./initials"

test.each([
  ["Alice", "A"],
  ["Alice Owner", "AO"],
  ["alice von der owner", "AO"],
  ["王小明", "王"],
  ["أحمد علي", "أع"],
  ["Jean-Luc", "JL"],
  ["🦊", "🦊"],
  ["  ", ""],
])("the initials of %j are %j", (name, letters) => {
  expect(initials(name)).toBe(letters)
})
