/** The sentence that says who is typing. */

import type { Sentence } from "./systemSentence"

/** Names one or two members; more are “several people”. Null if nobody is typing. */
export function typingSentence(names: readonly string[]): Sentence | null {
  const [first, second] = names
  if (first === undefined) return null
  if (second === undefined) return { key: "typing.one", values: { first } }
  if (names.length === 2) return { key: "typing.two", values: { first, second } }
  return { key: "typing.several", values: {} }
}
