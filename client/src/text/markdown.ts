/**
 * The Markdown dialect of messages: markdown-it's tokens, never its HTML.
 *
 * Why markdown-it: of the maintained parsers only this one stays fast on every hostile input that fits into a message
 * (16 KiB of nested quotes, brackets, backticks or asterisks: under 75 ms cold, where marked overflows the stack and
 * micromark takes two seconds), and its nesting is bounded. Features that chat does not need are switched off: HTML,
 * images and tables stay the text that was typed; `&amp;` stays `&amp;`; underlined headings and indented code would
 * surprise people who type line by line. `vite.config.ts` keeps the libraries that are then unused out of the bundle:
 * more than half of the size.
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

/** Makes a bare `https://…` a link. Runs before other rules, so that its underscores and asterisks are not emphasis. */
function bareAddress(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x3a || state.linkLevel > 0) return false
  const scheme = SCHEME.exec(state.pending.slice(-6))?.[1]
  REST.lastIndex = state.pos
  const rest = scheme && REST.exec(state.src)?.[0]
  if (!scheme || !rest || rest.length > LONGEST) return false
  const written = scheme + withoutTrailingPunctuation(rest)
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

/** Cuts punctuation and unmatched closing parentheses, which belong to the surrounding sentence. */
function withoutTrailingPunctuation(rest: string): string {
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
