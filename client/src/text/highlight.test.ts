import { expect, test } from "vitest"
import { highlight, LONGEST } from "./highlight"
import type { Highlighted } from "./tree"

const shown = new AbortController().signal

function textOf(pieces: Highlighted[]): string {
  return pieces.map(piece => (piece.type === "text" ? piece.text : textOf(piece.children))).join("")
}

test("highlighting adds classes and leaves the text unchanged", async () => {
  const source = 'def hello():\n    return "<b>"  # hi'
  const pieces = await highlight(source, "py", shown)
  expect(pieces && textOf(pieces)).toBe(source)
  expect(JSON.stringify(pieces)).toContain("hljs-keyword")
})

test("code in an unknown language and very long code stay plain", async () => {
  expect(await highlight("x", "klingon", shown)).toBeNull()
  expect(await highlight("x", "", shown)).toBeNull()
  expect(await highlight("x".repeat(LONGEST + 1), "python", shown)).toBeNull()
})

test("each block is highlighted in its own task, and an aborted one is skipped", async () => {
  const order: string[] = []
  const left = new AbortController()
  const first = highlight("1", "js", shown).then(() => order.push("first"))
  void highlight("2", "js", left.signal).then(() => order.push("left"))
  const last = highlight("3", "js", shown).then(() => order.push("last"))
  left.abort()
  await first
  expect(order).toEqual(["first"])
  await last
  expect(order).toEqual(["first", "last"])
})
