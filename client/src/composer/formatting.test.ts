import { describe, expect, test } from "vitest"
import { code, type Edit, type Field, fence, insideFence, link, newLine, prefix, wrap } from "./formatting"

/** `|` marks the caret, two of them the selection. */
function field(marked: string): Field {
  const start = marked.indexOf("|")
  const end = marked.lastIndexOf("|")
  return { text: marked.replaceAll("|", ""), start, end: end === start ? start : end - 1 }
}

function after({ text }: Field, edit: Edit): string {
  const whole = text.slice(0, edit.from) + edit.insert + text.slice(edit.to)
  const caret = edit.start === edit.end ? "|" : ""
  return `${whole.slice(0, edit.start)}|${whole.slice(edit.start, edit.end)}${caret === "|" ? "" : "|"}${whole.slice(edit.end)}`
}

function change(marked: string, format: (field: Field) => Edit): string {
  const before = field(marked)
  return after(before, format(before))
}

describe("wrapping", () => {
  const bold = (before: Field) => wrap(before, "**")

  test("a selection is put between markers and stays selected", () => {
    expect(change("a |word| here", bold)).toBe("a **|word|** here")
  })

  test("the same key takes them away, from inside and from outside", () => {
    expect(change("a **|word|** here", bold)).toBe("a |word| here")
    expect(change("a |**word**| here", bold)).toBe("a |word| here")
  })

  test("without a selection the caret is between them", () => {
    expect(change("a | here", bold)).toBe("a **|** here")
  })
})

describe("code", () => {
  test("in one line it has backticks", () => {
    expect(change("run |make test|", code)).toBe("run `|make test|`")
  })

  test("over several lines it has a fence of its own lines", () => {
    expect(change("look: |a\nb|", code)).toBe("look: \n```\na\nb\n```\n|")
  })

  test("code that holds a fence gets a longer one", () => {
    expect(change("||", before => fence(before, "```\nx\n```", "md"))).toBe("````md\n```\nx\n```\n````\n|")
  })
})

describe("lines", () => {
  test("a quote begins every line, and is taken away again", () => {
    expect(change("|one\ntwo|", before => prefix(before, "> "))).toBe("> |one\n> two|")
    expect(change("|> one\n> two|", before => prefix(before, "> "))).toBe("|one\ntwo|")
  })

  test("a list goes on with the next item", () => {
    expect(change("- milk|", newLine)).toBe("- milk\n- |")
    expect(change("  9. nine|", newLine)).toBe("  9. nine\n  10. |")
    expect(change("> said|", newLine)).toBe("> said\n> |")
  })

  test("an empty item ends the list", () => {
    expect(change("- milk\n- |", newLine)).toBe("- milk\n|")
  })

  test("elsewhere it is a new line, in code too", () => {
    expect(change("milk|", newLine)).toBe("milk\n|")
    expect(change("```\n- milk|", newLine)).toBe("```\n- milk\n|")
  })
})

describe("links", () => {
  test("the selection is the words, the address waits to be typed", () => {
    expect(change("see |the docs|", link)).toBe("see [the docs](|https://|)")
  })

  test("an address pasted over words makes them a link", () => {
    expect(change("see |docs|", before => link(before, "https://a.b"))).toBe("see [docs](|https://a.b|)")
  })

  test("without words the caret waits for them", () => {
    expect(change("see |", link)).toBe("see [|](https://)")
  })
})

test("a fence is open until its closing line is finished", () => {
  expect(insideFence("```py\nprint(1)", 14)).toBe(true)
  expect(insideFence("```py\nprint(1)\n```\n", 19)).toBe(false)
  expect(insideFence("plain", 5)).toBe(false)
})
