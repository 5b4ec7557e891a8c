/** Markdown source → tree. HTML is text; links lead only to http, https and mailto. */

import type { Token } from "markdown-it"
import { limitMarks } from "./combiningMarks"
import { markdown } from "./markdown"
import { safeUrl } from "./safeUrl"
import type { Block, Inline } from "./tree"

export function parse(source: string): Block[] {
  return new Blocks(markdown.parse(source, {})).until(null)
}

/**
 * The tree of a message, cached as long as the message object is in memory. Message objects are never mutated: an edit
 * makes a new object.
 */
export function parseMessage(message: { readonly text: string }): Block[] {
  let tree = parsed.get(message)
  if (!tree) {
    tree = parse(message.text)
    parsed.set(message, tree)
  }
  return tree
}

const parsed = new WeakMap<object, Block[]>()

/** Reads markdown-it's flat list of opening and closing tokens as a tree of blocks. */
class Blocks {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** The blocks up to a closing token, which is consumed (null: to the end). */
  until(closing: string | null): Block[] {
    const blocks: Block[] = []
    for (let token = this.#next(); token && token.type !== closing; token = this.#next()) {
      const block = this.#block(token)
      if (block) blocks.push(block)
    }
    return blocks
  }

  #block(token: Token): Block | null {
    switch (token.type) {
      case "paragraph_open":
        return { type: "paragraph", children: this.#inlines("paragraph_close") }
      case "heading_open": {
        const level = Number(token.tag.slice(1)) as 1 | 2 | 3 | 4 | 5 | 6
        return { type: "heading", level, children: this.#inlines("heading_close") }
      }
      case "blockquote_open":
        return { type: "quote", children: this.until("blockquote_close") }
      case "bullet_list_open":
        return { type: "list", ordered: false, start: 1, items: this.#items("bullet_list_close") }
      case "ordered_list_open": {
        const start = Number(token.attrGet("start") ?? 1)
        return { type: "list", ordered: true, start, items: this.#items("ordered_list_close") }
      }
      case "fence":
        return {
          type: "code",
          language: token.info.trim().split(/\s+/)[0]?.toLowerCase() ?? "",
          text: token.content.replace(/\n$/, ""),
        }
      case "hr":
        return { type: "break" }
      default:
        return null
    }
  }

  #items(closing: string): Block[][] {
    const items: Block[][] = []
    for (let token = this.#next(); token && token.type !== closing; token = this.#next()) {
      items.push(this.until("list_item_close"))
    }
    return items
  }

  #inlines(closing: string): Inline[] {
    let children: Inline[] = []
    for (let token = this.#next(); token && token.type !== closing; token = this.#next()) {
      if (token.type === "inline") children = inlines(token.children ?? [])
    }
    return children
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at]
    this.#at += 1
    return token
  }
}

function inlines(tokens: readonly Token[]): Inline[] {
  const root: Inline[] = []
  const open: Inline[][] = [root]
  for (const token of tokens) {
    if (token.nesting === -1) {
      open.pop()
      continue
    }
    const inline = inlineOf(token)
    if (!inline) continue
    open.at(-1)?.push(inline)
    if (token.nesting === 1 && "children" in inline) open.push(inline.children)
  }
  return root
}

function inlineOf(token: Token): Inline | null {
  switch (token.type) {
    case "text":
      return token.content ? { type: "text", text: limitMarks(token.content) } : null
    case "code_inline":
      return { type: "code", text: limitMarks(token.content) }
    case "strong_open":
      return { type: "strong", children: [] }
    case "em_open":
      return { type: "em", children: [] }
    case "s_open":
      return { type: "del", children: [] }
    case "link_open":
      return { type: "link", href: safeUrl(String(token.attrGet("href"))) ?? "", children: [] }
    case "softbreak":
    case "hardbreak":
      return { type: "newline" }
    default:
      return null
  }
}
