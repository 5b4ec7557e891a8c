import { expect, test } from "vitest"
import { roomNameProblem } from "./roomName"

test("names in any script are valid", () => {
  for (const name of ["general", "Tea & biscuits", "غرفة المعيشة", "设计", "🎉 party"])
    expect(roomNameProblem(name)).toBe("")
})

test("a name that the server would refuse has a problem", () => {
  expect(roomNameProblem("   ")).toMatch(/needs a name/)
  expect(roomNameProblem("~7")).toMatch(/start with “~”/)
  expect(roomNameProblem("a/b")).toMatch(/cannot contain “\/”/)
  expect(roomNameProblem("a".repeat(81))).toMatch(/80 characters/)
})
