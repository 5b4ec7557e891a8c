/** Markdown formatting commands. Each returns one replacement, so that the browser's undo reverts it in one step. */

/** A text field: its text and the offsets of its selection. */
export interface Field {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Replace `from`–`to` by `insert`, then select `start`–`end`. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly insert: string
  readonly start: number
  readonly end: number
}

/** Wraps the selection in a marker (`**`, `_`, `` ` ``), or removes the marker. */
export function wrap({ text, start, end }: Field, marker: string): Edit {
  const size = marker.length
  const selected = text.slice(start, end)
  if (text.slice(start - size, start) === marker && text.slice(end, end + size) === marker) {
    return { from: start - size, to: end + size, insert: selected, start: start - size, end: end - size }
  }
  if (selected.length >= 2 * size && selected.startsWith(marker) && selected.endsWith(marker)) {
    const inner = selected.slice(size, -size)
    return { from: start, to: end, insert: inner, start, end: start + inner.length }
  }
  return { from: start, to: end, insert: marker + selected + marker, start: start + size, end: end + size }
}

/** Formats the selection as code: with backticks in one line, with a fence over several lines. */
export function code(field: Field): Edit {
  const selected = field.text.slice(field.start, field.end)
  return selected.includes("\n") ? fence(field, selected, "") : wrap(field, "`")
}

/** Replaces the selection by `content` in a fenced block. */
export function fence({ text, start, end }: Field, content: string, language: string): Edit {
  const marks = "`".repeat(Math.max(3, longestRun(content, "`") + 1))
  const before = start > 0 && text[start - 1] !== "\n" ? "\n" : ""
  const after = end < text.length && text[end] !== "\n" ? "\n" : ""
  const opening = `${before}${marks}${language}\n`
  const insert = `${opening}${content.replace(/\n+$/, "")}\n${marks}\n${after}`
  const caret = start + insert.length - after.length
  return content === "" ? at(start, end, insert, start + opening.length) : at(start, end, insert, caret)
}

/** Prefixes every selected line with `mark` (`> `, `- `), or removes it if all lines have it. */
export function prefix({ text, start, end }: Field, mark: string): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1
  const to = end
  const lines = text.slice(from, to).split("\n")
  const marked = lines.every(line => line.startsWith(mark))
  const insert = lines.map(line => (marked ? line.slice(mark.length) : mark + line)).join("\n")
  const shift = marked ? -mark.length : mark.length
  return { from, to, insert, start: Math.max(from, start + shift), end: from + insert.length }
}

/** Makes the selection a link and selects its address. */
export function link({ text, start, end }: Field, address = "https://"): Edit {
  const selected = text.slice(start, end)
  const insert = `[${selected}](${address})`
  const inside = start + selected.length + 3
  if (selected === "") return at(start, end, insert, start + 1)
  return { from: start, to: end, insert, start: inside, end: inside + address.length }
}

/** Inserts a new line; in a list or quote it starts the next item, and on an empty item it ends the list. */
export function newLine({ text, start, end }: Field): Edit {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1
  const line = text.slice(lineStart, start)
  const item = insideFence(text, start) ? null : /^(\s*)([-*+] |(\d{1,9})([.)]) |> )(.*)$/.exec(line)
  if (!item) return at(start, end, "\n", start + 1)
  const [, indent = "", mark = "", number, stop, content = ""] = item
  if (content.trim() === "") return at(lineStart, end, "", lineStart)
  const next = number === undefined ? mark : `${Number(number) + 1}${stop} `
  return at(start, end, `\n${indent}${next}`, start + 1 + indent.length + next.length)
}

/** Whether the offset is in a fenced block that is still open. There Enter inserts a new line and does not send. */
export function insideFence(text: string, offset: number): boolean {
  const fences = text
    .slice(0, offset)
    .split("\n")
    .slice(0, -1)
    .filter(line => /^\s{0,3}(```|~~~)/.test(line))
  return fences.length % 2 === 1
}

function at(from: number, to: number, insert: string, caret: number): Edit {
  return { from, to, insert, start: caret, end: caret }
}

function longestRun(text: string, character: string): number {
  let longest = 0
  let run = 0
  for (const each of text) {
    run = each === character ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
