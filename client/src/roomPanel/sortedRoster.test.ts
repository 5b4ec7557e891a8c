import { expect, test } from "vitest"
import type { PresenceState, RosterEntry } from "../protocol/types"
import { sortRoster } from "./sortedRoster"

const names = new Map([
  [1, "Alice"],
  [2, "bob"],
  [3, "Carol"],
  [4, "Émile"],
])
const entry = (member: number): RosterEntry => ({ member, role: "member", state: "offline" })
const nameOf = (id: number) => ({ name: names.get(id) ?? "" })

function order(states: Record<number, PresenceState>, entries = [4, 3, 2, 1].map(entry)) {
  const { connected, offline } = sortRoster(entries, nameOf, id => states[id] ?? "offline")
  return { connected: connected.map(({ member }) => member), offline: offline.map(({ member }) => member) }
}

test("connected members come first, active before away, then by name", () => {
  expect(order({ 3: "active", 1: "away", 2: "active" })).toEqual({ connected: [2, 3, 1], offline: [4] })
})

test("names are sorted by locale, not by code point", () => {
  expect(order({})).toEqual({ connected: [], offline: [1, 2, 3, 4] })
})

test("the current presence counts, not the state in the loaded page", () => {
  expect(order({}, [{ ...entry(1), state: "active" }])).toEqual({ connected: [], offline: [1] })
})

test("a member who is on two pages is listed once", () => {
  expect(order({ 1: "active" }, [entry(1), entry(2), entry(1)])).toEqual({ connected: [1], offline: [2] })
})
