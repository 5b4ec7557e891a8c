import { expect, test } from "vitest"
import { titleOf } from "./unreadInTab"

test("the title has the unread count, the room and the workspace", () => {
  expect(titleOf(0, "general", "Tea House")).toBe("general · Tea House")
  expect(titleOf(3, "general", "Tea House")).toBe("(3) general · Tea House")
  expect(titleOf(250, "general", "Tea House")).toBe("(99+) general · Tea House")
  expect(titleOf(1, "", "Tea House")).toBe("(1) Tea House")
})
