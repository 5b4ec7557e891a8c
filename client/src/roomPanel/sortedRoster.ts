/** Sorts the members of a room: connected ones, then offline ones, each by name. */

import type { Member, PresenceState, RosterEntry } from "../protocol/types"

export interface SortedRoster {
  /** active members, then those who are away */
  readonly connected: readonly RosterEntry[]
  readonly offline: readonly RosterEntry[]
}

const ORDER: Record<PresenceState, number> = { active: 0, away: 1, offline: 2 }
const byName = new Intl.Collator(undefined, { sensitivity: "base", numeric: true })

export function sortRoster(
  entries: readonly RosterEntry[],
  memberOf: (id: number) => Pick<Member, "name">,
  stateOf: (id: number) => PresenceState,
): SortedRoster {
  const once = new Map(entries.map(entry => [entry.member, { ...entry, state: stateOf(entry.member) }]))
  const sorted = [...once.values()].sort(
    (one, other) =>
      ORDER[one.state] - ORDER[other.state] || byName.compare(memberOf(one.member).name, memberOf(other.member).name),
  )
  return {
    connected: sorted.filter(({ state }) => state !== "offline"),
    offline: sorted.filter(({ state }) => state === "offline"),
  }
}
