/**
 * The Markdown that Hubbub speaks: markdown-it's tokens, never its HTML.
 *
 * Why markdown-it: of the well-kept parsers it alone stays fast on everything hostile that fits into a message (16 KiB
 * of nested quotes, brackets, backticks or asterisks: under 75 ms cold, where marked overflows the stack and micromark
 * takes two seconds), and its nesting has a bound. What it brings and chat does not need is left out: HTML, images and
 * tables, which stay the text that was typed; entities, so that `&amp;` shows what one wrote; headings by underlining
 * and code by indenting, which surprise people who type line by line. `vite.config.ts` keeps the libraries that are not
 * called this way out of the bundle, more than half of the size.
 */

import MarkdownIt, { type StateInline } from "markdown-it"
import { safeUrl } from "./safeUrl"

const NESTING = 20

export const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
markdown.set({ maxNesting: NESTING })
markdown.disable(["html_block", "html_inline", "entity", "image", "table", "reference", "lheading", "code"])
markdown.validateLink = address => safeUrl(address) !== null
markdown.normalizeLink = address => address
markdown.normalizeLinkText = address => address
markdown.inline.ruler.before("escape", "bare_address", bareAddress)

const SCHEME = /(?:^|[^\p{L}\p{N}])(https?)$/iu
const REST = /:\/\/[^\s<>"]+/y
const LONGEST = 2048
const TRAILING: ReadonlySet<string> = new Set(".,:;!?'*_~]}")

/** `https://…` in running text is a link, before its underscores and asterisks mean anything else. */
function bareAddress(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x3a || state.linkLevel > 0) return false
  const scheme = SCHEME.exec(state.pending.slice(-6))?.[1]
  REST.lastIndex = state.pos
  const rest = scheme && REST.exec(state.src)?.[0]
  if (!scheme || !rest || rest.length > LONGEST) return false
  const written = scheme + withoutTail(rest)
  if (safeUrl(written) === null) return false
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length)
    state.push("link_open", "a", 1).attrs = [["href", written]]
    state.push("text", "", 0).content = written
    state.push("link_close", "a", -1)
  }
  state.pos += written.length - scheme.length
  return true
}

/** Without the full stop or bracket that belongs to the sentence around the address. */
function withoutTail(rest: string): string {
  let unmatched = count(rest, ")") - count(rest, "(")
  let end = rest.length
  for (; end > 0; end -= 1) {
    const character = rest.charAt(end - 1)
    if (character === ")" && unmatched > 0) unmatched -= 1
    else if (!TRAILING.has(character)) break
  }
  return rest.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
