import { expect, test } from "vitest"
import { nameProblem } from "./naming"

test("names in any script are fine", () => {
  for (const name of ["general", "Tea & biscuits", "غرفة المعيشة", "设计", "🎉 party"])
    expect(nameProblem(name)).toBe("")
})

test("what the server would refuse is said beforehand", () => {
  expect(nameProblem("   ")).toMatch(/needs a name/)
  expect(nameProblem("~7")).toMatch(/start with “~”/)
  expect(nameProblem("a/b")).toMatch(/cannot hold “\/”/)
  expect(nameProblem("a".repeat(81))).toMatch(/80 characters/)
})
