import { expect, test } from "vitest"
import type { Message, System } from "../protocol/types"
import { clauses, gathers, told } from "./gathered"

const names = ["", "Alice", "Bob", "Carol", "Dave", "Erin"]

function line(...happened: [author: number, system: System][]): string {
  const messages = happened.map(([author, system]) => ({ author, system }) as Message)
  return clauses(messages, id => names[id] ?? "?")
    .map(clause =>
      told(clause)
        .map(piece => (typeof piece === "string" ? piece : piece.value))
        .join(""),
    )
    .join(" · ")
}

test("a few are all named, of many the first two", () => {
  const joined = (id: number): [number, System] => [id, { kind: "joined" }]
  expect(line(joined(1), joined(2))).toBe("Alice and Bob joined")
  expect(line(joined(1), joined(2), joined(3))).toBe("Alice, Bob and Carol joined")
  expect(line(joined(1), joined(2), joined(3), joined(4), joined(5))).toBe("Alice, Bob and 3 others joined")
})

test("who added whom is told for each who added", () => {
  expect(
    line([1, { kind: "added", member: 2 }], [3, { kind: "added", member: 4 }], [1, { kind: "added", member: 5 }]),
  ).toBe("Alice added Bob and Erin · Carol added Dave")
})

test("those who came and those who went stand beside each other, each once", () => {
  expect(line([2, { kind: "joined" }], [2, { kind: "left" }], [3, { kind: "joined" }], [2, { kind: "joined" }])).toBe(
    "Bob and Carol joined · Bob left",
  )
  expect(line([2, { kind: "left" }], [1, { kind: "removed", member: 3 }])).toBe("Bob left · Alice removed Carol")
})

test("only comings and goings are gathered", () => {
  const kinds = ["joined", "left", "added", "removed", "created", "renamed", "archived"] as const
  const gathered = kinds.filter(kind => gathers({ system: { kind } } as Message))
  expect(gathered).toEqual(["joined", "left", "added", "removed"])
  expect(gathers({ text: "hello" } as Message)).toBe(false)
})
