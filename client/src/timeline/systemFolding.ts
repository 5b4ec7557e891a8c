/** The sentence of a folded line about joining and leaving, and the messages that it may fold. `rows.ts` folds them. */

import type { Message, SystemKind } from "../protocol/types"
import { type Key, type Part, parts, type Values } from "../ui/strings"

/** One kind of event in a folded line: a sentence, and the names that fill its placeholder `slot`. */
export interface Clause {
  readonly key: Key
  readonly values: Values
  readonly slot: "who" | "whom"
  readonly names: readonly string[]
}

const FOLDABLE = ["joined", "left", "added", "removed"] as const
type FoldableKind = (typeof FOLDABLE)[number]
interface Group {
  readonly kind: FoldableKind
  readonly by: number | null
  readonly members: Set<number>
}

const NO_VALUES: Values = {}
/** From this many names on, only the first two are listed. */
const MANY = 4

/** Whether a system message can be folded with others. */
export function isFoldable(message: Message): boolean {
  return isFoldableKind(message.system?.kind)
}

/** The clauses of a folded line in the order of the events: joined, left, and per member who added or removed others. */
export function clauses(messages: readonly Message[], nameOf: (member: number) => string): Clause[] {
  const found = new Map<string, Group>()
  for (const { system, author } of messages) {
    if (!isFoldableKind(system?.kind)) continue
    const by = system.kind === "added" || system.kind === "removed" ? author : null
    const name = `${system.kind} ${by}`
    const group = found.get(name) ?? { kind: system.kind, by, members: new Set() }
    found.set(name, group)
    group.members.add(system.member ?? author)
  }
  return [...found.values()].map(({ kind, by, members }) => ({
    key: `system.${kind}`,
    values: by === null ? NO_VALUES : { who: nameOf(by) },
    slot: by === null ? "who" : "whom",
    names: [...members].map(nameOf),
  }))
}

/** The sentence as text and names in reading order. */
export function clauseParts({ key, values, slot, names }: Clause): Part[] {
  return parts(key, { ...values, [slot]: "" }).flatMap(part =>
    typeof part !== "string" && part.name === slot ? listed(names) : [part],
  )
}

function listed(names: readonly string[]): Part[] {
  const [first = "", second = "", third = ""] = names
  if (names.length >= MANY) return parts("names.many", { first, second, count: names.length - 2 })
  if (names.length === 3) return parts("names.three", { first, second, third })
  return names.length === 2 ? parts("names.two", { first, second }) : parts("names.one", { first })
}

function isFoldableKind(kind: SystemKind | undefined): kind is FoldableKind {
  return FOLDABLE.some(each => each === kind)
}
