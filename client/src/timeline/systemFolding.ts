/** People who came and went in a row → one line that names a few of them. */

import type { Message, SystemKind } from "../protocol/types"
import { type Key, type Part, parts, type Values } from "../ui/strings"

/** Of one kind of coming or going: the sentence, and the names that stand at one of its places. */
export interface Clause {
  readonly key: Key
  readonly values: Values
  readonly slot: "who" | "whom"
  readonly names: readonly string[]
}

const FOLDABLE = ["joined", "left", "added", "removed"] as const
type FoldableKind = (typeof FOLDABLE)[number]
interface Happened {
  readonly kind: FoldableKind
  readonly by: number | null
  readonly members: Set<number>
}

const NOBODY: Values = {}
/** Fewer names than this are all told. */
const MANY = 4

/** Whether a line may stand together with others of its kind. */
export function isFoldable(message: Message): boolean {
  return isFoldableKind(message.system?.kind)
}

/** Who joined, who left, and who added or removed whom, each once, in the order they happened. */
export function clauses(messages: readonly Message[], nameOf: (member: number) => string): Clause[] {
  const found = new Map<string, Happened>()
  for (const { system, author } of messages) {
    if (!isFoldableKind(system?.kind)) continue
    const by = system.kind === "added" || system.kind === "removed" ? author : null
    const name = `${system.kind} ${by}`
    const happened = found.get(name) ?? { kind: system.kind, by, members: new Set() }
    found.set(name, happened)
    happened.members.add(system.member ?? author)
  }
  return [...found.values()].map(({ kind, by, members }) => ({
    key: `system.${kind}`,
    values: by === null ? NOBODY : { who: nameOf(by) },
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
