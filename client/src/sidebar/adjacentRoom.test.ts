import { expect, test } from "vitest"
import { adjacentRoom } from "./adjacentRoom"

const rooms = [
  { id: 1, calling: false },
  { id: 2, calling: true },
  { id: 3, calling: false },
]

test("down goes to the next room and round at the end", () => {
  expect(adjacentRoom(rooms, 1, 1)?.id).toBe(2)
  expect(adjacentRoom(rooms, 3, 1)?.id).toBe(1)
})

test("up goes to the one before and round at the beginning", () => {
  expect(adjacentRoom(rooms, 3, -1)?.id).toBe(2)
  expect(adjacentRoom(rooms, 1, -1)?.id).toBe(3)
})

test("from nowhere, down is the first room and up the last", () => {
  expect(adjacentRoom(rooms, undefined, 1)?.id).toBe(1)
  expect(adjacentRoom(rooms, undefined, -1)?.id).toBe(3)
})

test("with Shift only rooms that call count", () => {
  expect(adjacentRoom(rooms, 3, 1, true)?.id).toBe(2)
  expect(adjacentRoom(rooms, 2, 1, true)).toBeUndefined()
})

test("without rooms there is no neighbour", () => {
  expect(adjacentRoom([], undefined, 1)).toBeUndefined()
})
