import { expect, test } from "vitest"
import { count, parts, t } from "./strings"

test("placeholders are filled in", () => {
  expect(t("typing.two", { first: "Bob", second: "Carol" })).toBe("Bob and Carol are typing…")
})

test("the count chooses singular or plural, and numbers have separators", () => {
  expect(t("rooms.members", { count: 1 })).toBe("1 member")
  expect(t("rooms.members", { count: 12345 })).toBe("12,345 members")
  expect(count(1000)).toBe("1,000")
})

test("values are separate parts, so that they can be bidi-isolated", () => {
  expect(parts("system.added", { who: "Alice", whom: "بشير" })).toEqual([
    { name: "who", value: "Alice" },
    " added ",
    { name: "whom", value: "بشير" },
  ])
})

test("a value that looks like a placeholder is not replaced", () => {
  expect(t("system.joined", { who: "{whom}" })).toBe("{whom} joined")
})
