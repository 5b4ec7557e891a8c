import { expect, test } from "vitest"
import { adjacentRoom } from "./adjacentRoom"

const rooms = [
  { id: 1, highlighted: false },
  { id: 2, highlighted: true },
  { id: 3, highlighted: false },
]

test("down goes to the next room and wraps at the end", () => {
  expect(adjacentRoom(rooms, 1, 1)?.id).toBe(2)
  expect(adjacentRoom(rooms, 3, 1)?.id).toBe(1)
})

test("up goes to the previous room and wraps at the start", () => {
  expect(adjacentRoom(rooms, 3, -1)?.id).toBe(2)
  expect(adjacentRoom(rooms, 1, -1)?.id).toBe(3)
})

test("without a current room, down goes to the first room and up to the last", () => {
  expect(adjacentRoom(rooms, undefined, 1)?.id).toBe(1)
  expect(adjacentRoom(rooms, undefined, -1)?.id).toBe(3)
})

test("with `onlyUnread`, other rooms are skipped", () => {
  expect(adjacentRoom(rooms, 3, 1, true)?.id).toBe(2)
  expect(adjacentRoom(rooms, 2, 1, true)).toBeUndefined()
})

test("without rooms there is no adjacent room", () => {
  expect(adjacentRoom([], undefined, 1)).toBeUndefined()
})
