import { expect, test } from "vitest"
import { pasteEdit } from "./paste"

const empty = { text: "", start: 0, end: 0 }
const plain = { html: "", editor: "" }

test("plain text is left to the browser", () => {
  expect(pasteEdit(empty, { ...plain, text: "one\ntwo" })).toBeNull()
})

test("lines from a code editor become a fenced block with their language and indentation", () => {
  const edit = pasteEdit(empty, { text: "def f():\n    return 1\n", html: "", editor: '{"mode":"python"}' })
  expect(edit?.insert).toBe("```python\ndef f():\n    return 1\n```\n")
})

test("lines from a code block of a web page become a fenced block", () => {
  expect(pasteEdit(empty, { text: "a\n  b", html: "<meta><pre>a\n  b</pre>", editor: "" })?.insert).toBe(
    "```\na\n  b\n```\n",
  )
})

test("nothing is fenced inside a fence", () => {
  const inside = { text: "```\n", start: 4, end: 4 }
  expect(pasteEdit(inside, { text: "a\nb", html: "<pre>a\nb</pre>", editor: "" })).toBeNull()
})

test("a URL pasted over a selection makes it a link", () => {
  const words = { text: "see docs", start: 4, end: 8 }
  const edit = pasteEdit(words, { ...plain, text: "https://example.org/a" })
  expect(edit?.insert).toBe("[docs](https://example.org/a)")
  expect(edit?.start).toBe(4 + "[docs](https://example.org/a)".length)
})
