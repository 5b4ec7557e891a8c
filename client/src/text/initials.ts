/** The initials of a name: the first letters of its first and last word. */

const segmenter = new Intl.Segmenter()

export function initials(name: string): string {
  const words = name.split(/[\s\p{P}\p{S}]+/u).filter(word => word !== "")
  const first = firstCharacter(words[0] ?? name.trim())
  const last = words.length > 1 ? firstCharacter(words.at(-1)) : ""
  return (first + last).toLocaleUpperCase()
}

/** The first grapheme cluster: a letter with its accents, or a whole emoji. */
function firstCharacter(word: string | undefined): string {
  if (word === undefined) return ""
  for (const { segment } of segmenter.segment(word)) return segment
  return ""
}
