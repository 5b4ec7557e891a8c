import { expect, test } from "vitest"
import { count, parts, t } from "./strings"

test("a sentence holds its values", () => {
  expect(t("typing.two", { first: "Bob", second: "Carol" })).toBe("Bob and Carol are typing…")
})

test("one and many differ, numbers are written as people write them", () => {
  expect(t("rooms.members", { count: 1 })).toBe("1 member")
  expect(t("rooms.members", { count: 12345 })).toBe("12,345 members")
  expect(count(1000)).toBe("1,000")
})

test("names come in pieces of their own, to be isolated from the text around them", () => {
  expect(parts("system.added", { who: "Alice", whom: "بشير" })).toEqual([
    { name: "who", value: "Alice" },
    " added ",
    { name: "whom", value: "بشير" },
  ])
})

test("a value that looks like a placeholder stays what it is", () => {
  expect(t("system.joined", { who: "{whom}" })).toBe("{whom} joined")
})
