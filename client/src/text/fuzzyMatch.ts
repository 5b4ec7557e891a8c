/** Finds what somebody means by a few typed letters: beginnings count most, then words, then letters in order. */

export interface Candidate {
  readonly name: string
  /** another way to find it: a member's handle */
  readonly also?: string
}

/** The candidates that match, best first; all of them, in their order, for an empty query. */
export function matches<Each extends Candidate>(query: string, candidates: readonly Each[], most: number): Each[] {
  const wanted = folded(query.trim().replace(/^[#@]/, ""))
  if (wanted === "") return candidates.slice(0, most)
  return candidates
    .map((candidate, place) => ({ candidate, place, score: best(wanted, candidate) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.place - other.place)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function best(wanted: string, { name, also }: Candidate): number {
  return Math.max(score(wanted, folded(name)), also ? score(wanted, folded(also)) : 0)
}

function score(wanted: string, name: string): number {
  if (name === wanted) return 5
  if (name.startsWith(wanted)) return 4
  if (name.split(/[\s\-_.,]+/).some(word => word.startsWith(wanted))) return 3
  if (name.includes(wanted)) return 2
  return inOrder(wanted, name) ? 1 : 0
}

function inOrder(wanted: string, name: string): boolean {
  let place = 0
  for (const letter of wanted) {
    place = name.indexOf(letter, place) + 1
    if (place === 0) return false
  }
  return true
}

/** Without case and accents, so that “zoe” finds “Zoë”. */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase()
}
