/** One or two letters that stand for a name: of its first and its last word. */

const segmenter = new Intl.Segmenter()

export function initials(name: string): string {
  const words = name.split(/[\s\p{P}\p{S}]+/u).filter(word => word !== "")
  const first = firstCharacter(words[0] ?? name.trim())
  const last = words.length > 1 ? firstCharacter(words.at(-1)) : ""
  return (first + last).toLocaleUpperCase()
}

/** As a person sees it: with its accents, or the whole of an emoji. */
function firstCharacter(word: string | undefined): string {
  if (word === undefined) return ""
  for (const { segment } of segmenter.segment(word)) return segment
  return ""
}
