/** Fuzzy search by name: a match at the start ranks first, then at the start of a word, then anywhere, then letters in order. */

export interface Candidate {
  readonly name: string
  /** a second name to match, such as a member's handle */
  readonly also?: string
}

/** The candidates that match, best first, at most `most`. An empty query matches all, in the given order. */
export function fuzzyMatch<Each extends Candidate>(query: string, candidates: readonly Each[], most: number): Each[] {
  const wanted = normalized(query.trim().replace(/^[#@]/, ""))
  if (wanted === "") return candidates.slice(0, most)
  return candidates
    .map((candidate, index) => ({ candidate, index, score: best(wanted, candidate) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.index - other.index)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function best(wanted: string, { name, also }: Candidate): number {
  return Math.max(score(wanted, normalized(name)), also ? score(wanted, normalized(also)) : 0)
}

function score(wanted: string, name: string): number {
  if (name === wanted) return 5
  if (name.startsWith(wanted)) return 4
  if (name.split(/[\s\-_.,]+/).some(word => word.startsWith(wanted))) return 3
  if (name.includes(wanted)) return 2
  return inOrder(wanted, name) ? 1 : 0
}

function inOrder(wanted: string, name: string): boolean {
  let index = 0
  for (const letter of wanted) {
    index = name.indexOf(letter, index) + 1
    if (index === 0) return false
  }
  return true
}

/** Removes case and accents, so that “zoe” finds “Zoë”. */
function normalized(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase()
}
