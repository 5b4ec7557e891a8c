/** Keeps stacks of combining marks from growing over the lines above and below. The stored text stays as it is. */

/** More than any script that people write puts on one letter: Tibetan and Hebrew with accents need four. */
const MOST = 4
const STACK = new RegExp(`(\\p{M}{${MOST}})\\p{M}+`, "gu")

/** The text with at most four marks on each character. */
export function limitMarks(text: string): string {
  return text.replace(STACK, "$1")
}
