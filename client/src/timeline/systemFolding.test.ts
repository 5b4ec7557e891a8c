import { expect, test } from "vitest"
import type { Message, System } from "../protocol/types"
import { clauseParts, clauses, isFoldable } from "./systemFolding"

const names = ["", "Alice", "Bob", "Carol", "Dave", "Erin"]

function line(...happened: [author: number, system: System][]): string {
  const messages = happened.map(([author, system]) => ({ author, system }) as Message)
  return clauses(messages, id => names[id] ?? "?")
    .map(clause =>
      clauseParts(clause)
        .map(part => (typeof part === "string" ? part : part.value))
        .join(""),
    )
    .join(" · ")
}

test("up to three names are listed, of more the first two", () => {
  const joined = (id: number): [number, System] => [id, { kind: "joined" }]
  expect(line(joined(1), joined(2))).toBe("Alice and Bob joined")
  expect(line(joined(1), joined(2), joined(3))).toBe("Alice, Bob and Carol joined")
  expect(line(joined(1), joined(2), joined(3), joined(4), joined(5))).toBe("Alice, Bob and 3 others joined")
})

test("additions are grouped by the member who added", () => {
  expect(
    line([1, { kind: "added", member: 2 }], [3, { kind: "added", member: 4 }], [1, { kind: "added", member: 5 }]),
  ).toBe("Alice added Bob and Erin · Carol added Dave")
})

test("joins and leaves are separate clauses, with each name once", () => {
  expect(line([2, { kind: "joined" }], [2, { kind: "left" }], [3, { kind: "joined" }], [2, { kind: "joined" }])).toBe(
    "Bob and Carol joined · Bob left",
  )
  expect(line([2, { kind: "left" }], [1, { kind: "removed", member: 3 }])).toBe("Bob left · Alice removed Carol")
})

test("only joins, leaves, additions and removals are folded", () => {
  const kinds = ["joined", "left", "added", "removed", "created", "renamed", "archived"] as const
  const foldable = kinds.filter(kind => isFoldable({ system: { kind } } as Message))
  expect(foldable).toEqual(["joined", "left", "added", "removed"])
  expect(isFoldable({ text: "hello" } as Message)).toBe(false)
})
