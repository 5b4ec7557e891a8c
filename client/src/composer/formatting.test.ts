import { describe, expect, test } from "vitest"
import { code, type Edit, type Field, fence, insideFence, link, newLine, prefix, wrap } from "./formatting"

/** `|` marks the caret, two `|` the selection. */
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

  test("a selection is wrapped in markers and stays selected", () => {
    expect(change("a |word| here", bold)).toBe("a **|word|** here")
  })

  test("wrapping again removes the markers, selected or not", () => {
    expect(change("a **|word|** here", bold)).toBe("a |word| here")
    expect(change("a |**word**| here", bold)).toBe("a |word| here")
  })

  test("without a selection the caret is between the markers", () => {
    expect(change("a | here", bold)).toBe("a **|** here")
  })
})

describe("code", () => {
  test("code in one line gets backticks", () => {
    expect(change("run |make test|", code)).toBe("run `|make test|`")
  })

  test("code over several lines gets a fence on lines of its own", () => {
    expect(change("look: |a\nb|", code)).toBe("look: \n```\na\nb\n```\n|")
  })

  test("code that contains a fence gets a longer fence", () => {
    expect(change("||", before => fence(before, "```\nx\n```", "md"))).toBe("````md\n```\nx\n```\n````\n|")
  })
})

describe("lines", () => {
  test("every line is quoted, and quoting again removes the marks", () => {
    expect(change("|one\ntwo|", before => prefix(before, "> "))).toBe("> |one\n> two|")
    expect(change("|> one\n> two|", before => prefix(before, "> "))).toBe("|one\ntwo|")
  })

  test("a new line continues a list or quote", () => {
    expect(change("- milk|", newLine)).toBe("- milk\n- |")
    expect(change("  9. nine|", newLine)).toBe("  9. nine\n  10. |")
    expect(change("> said|", newLine)).toBe("> said\n> |")
  })

  test("an empty item ends the list", () => {
    expect(change("- milk\n- |", newLine)).toBe("- milk\n|")
  })

  test("elsewhere, and in code, it is just a new line", () => {
    expect(change("milk|", newLine)).toBe("milk\n|")
    expect(change("```\n- milk|", newLine)).toBe("```\n- milk\n|")
  })
})

describe("links", () => {
  test("the selection becomes the link text, and the address is selected for typing", () => {
    expect(change("see |the docs|", link)).toBe("see [the docs](|https://|)")
  })

  test("a given address is used as the target", () => {
    expect(change("see |docs|", before => link(before, "https://a.b"))).toBe("see [docs](|https://a.b|)")
  })

  test("without a selection the caret is at the link text", () => {
    expect(change("see |", link)).toBe("see [|](https://)")
  })
})

test("a fence is open until the line after its closing mark", () => {
  expect(insideFence("```py\nprint(1)", 14)).toBe(true)
  expect(insideFence("```py\nprint(1)\n```\n", 19)).toBe(false)
  expect(insideFence("plain", 5)).toBe(false)
})
