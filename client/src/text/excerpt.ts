/** A message as one line of plain text: for notifications and titles. */

import { parse } from "./parse"
import type { Block, Inline } from "./tree"

const segmenter = new Intl.Segmenter()

/** The text in at most `characters` grapheme clusters; if it is cut, the last one is “…”. */
export function excerpt(source: string, characters = 140): string {
  // A grapheme cluster may have a dozen code units, and some of the source is markup.
  const line = textOf(parse(source.slice(0, characters * 20)))
    .replace(/\s+/g, " ")
    .trim()
  const all = [...segmenter.segment(line)]
  if (all.length <= characters) return line
  const cut = all.slice(0, characters - 1).map(({ segment }) => segment)
  return `${cut.join("").trimEnd()}…`
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map(blockText).join(" ")
}

function blockText(block: Block): string {
  switch (block.type) {
    case "paragraph":
    case "heading":
      return inlineText(block.children)
    case "quote":
      return textOf(block.children)
    case "list":
      return block.items.map(textOf).join(" ")
    case "code":
      return block.text
    case "break":
      return ""
  }
}

/** The text of inline nodes without formatting. */
export function inlineText(inlines: readonly Inline[]): string {
  return inlines
    .map(inline => {
      if (inline.type === "newline") return " "
      return "children" in inline ? inlineText(inline.children) : inline.text
    })
    .join("")
}
