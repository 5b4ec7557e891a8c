/** Who is typing, as a sentence. */

import type { Sentence } from "./systemSentence"

/** One or two by name; more are “several people”. Null when nobody types. */
export function typingSentence(names: readonly string[]): Sentence | null {
  const [first, second] = names
  if (first === undefined) return null
  if (second === undefined) return { key: "typing.one", values: { first } }
  if (names.length === 2) return { key: "typing.two", values: { first, second } }
  return { key: "typing.several", values: {} }
}
