/** Limits combining marks (“Zalgo” text), so that they do not cover the lines above and below. The stored text is unchanged. */

/** No script in use needs more marks on one letter: Tibetan, and Hebrew with cantillation, need four. */
const MOST = 4
const STACK = new RegExp(`(\\p{M}{${MOST}})\\p{M}+`, "gu")

/** The text with at most four marks on each character. */
export function limitMarks(text: string): string {
  return text.replace(STACK, "$1")
}
