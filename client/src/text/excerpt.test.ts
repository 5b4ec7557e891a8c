import { expect, test } from "vitest"
import { excerpt } from "./excerpt"

test.each([
  ["**Hello** [there](https://x.org)\n> quoted", "Hello there quoted"],
  ["- one\n- two", "one two"],
  ["```py\nprint(1)\n```", "print(1)"],
  ["  many \n\n\n lines ", "many lines"],
  ["<b>typed</b>", "<b>typed</b>"],
])("the excerpt of %j is %j", (source, line) => {
  expect(excerpt(source)).toBe(line)
})

test("a long message is cut between grapheme clusters, never inside one", () => {
  expect(excerpt("👩‍👩‍👧‍👦".repeat(50), 10)).toBe(`${"👩‍👩‍👧‍👦".repeat(9)}…`)
  expect(excerpt("a".repeat(10), 10)).toBe("a".repeat(10))
  expect(excerpt("a".repeat(11), 10)).toBe(`${"a".repeat(9)}…`)
})
