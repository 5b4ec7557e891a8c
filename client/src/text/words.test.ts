import { expect, test } from "vitest"
import { excerpt } from "./excerpt"
import { highlight, LONGEST } from "./highlight"
import { initials } from "./initials"
import type { Highlighted } from "./tree"

test.each([
  ["**Hello** [there](https://x.org)\n> quoted", "Hello there quoted"],
  ["- one\n- two", "one two"],
  ["```py\nprint(1)\n```", "print(1)"],
  ["  many \n\n\n lines ", "many lines"],
  ["<b>typed</b>", "<b>typed</b>"],
])("the excerpt of %j is %j", (source, line) => {
  expect(excerpt(source)).toBe(line)
})

test("a long message is cut between characters, never inside one", () => {
  expect(excerpt("👩‍👩‍👧‍👦".repeat(50), 10)).toBe(`${"👩‍👩‍👧‍👦".repeat(9)}…`)
  expect(excerpt("a".repeat(10), 10)).toBe("a".repeat(10))
  expect(excerpt("a".repeat(11), 10)).toBe(`${"a".repeat(9)}…`)
})

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

function textOf(pieces: Highlighted[]): string {
  return pieces.map(piece => (piece.type === "text" ? piece.text : textOf(piece.children))).join("")
}

test("code is coloured by classes, and its text stays what it was", async () => {
  const source = 'def hello():\n    return "<b>"  # hi'
  const pieces = await highlight(source, "py")
  expect(pieces && textOf(pieces)).toBe(source)
  expect(JSON.stringify(pieces)).toContain("hljs-keyword")
})

test("unknown languages and very long code stay plain", async () => {
  expect(await highlight("x", "klingon")).toBeNull()
  expect(await highlight("x", "")).toBeNull()
  expect(await highlight("x".repeat(LONGEST + 1), "python")).toBeNull()
})
