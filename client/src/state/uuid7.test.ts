import { expect, test } from "vitest"
import { uuid7 } from "./uuid7"

test("ids are UUIDs of version 7, and contain the time", () => {
  const id = uuid7(1_795_176_000_123)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(1_795_176_000_123)
})

test("ten thousand ids of one millisecond are unique and increase, even if the clock goes back", () => {
  const now = 1_795_176_001_000
  const ids = Array.from({ length: 10_000 }, (_, index) => uuid7(now - (index > 5000 ? 60_000 : 0)))
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(ids)
})
