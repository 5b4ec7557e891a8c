import { expect, test } from "vitest"
import { neighbour } from "./neighbours"

const rooms = [
  { id: 1, calling: false },
  { id: 2, calling: true },
  { id: 3, calling: false },
]

test("down goes to the next room and round at the end", () => {
  expect(neighbour(rooms, 1, 1)?.id).toBe(2)
  expect(neighbour(rooms, 3, 1)?.id).toBe(1)
})

test("up goes to the one before and round at the beginning", () => {
  expect(neighbour(rooms, 3, -1)?.id).toBe(2)
  expect(neighbour(rooms, 1, -1)?.id).toBe(3)
})

test("from nowhere, down is the first room and up the last", () => {
  expect(neighbour(rooms, undefined, 1)?.id).toBe(1)
  expect(neighbour(rooms, undefined, -1)?.id).toBe(3)
})

test("with Shift only rooms that call count", () => {
  expect(neighbour(rooms, 3, 1, true)?.id).toBe(2)
  expect(neighbour(rooms, 2, 1, true)).toBeUndefined()
})

test("without rooms there is no neighbour", () => {
  expect(neighbour([], undefined, 1)).toBeUndefined()
})
