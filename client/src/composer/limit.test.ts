import { expect, test } from "vitest"
import { MESSAGE_BYTES } from "../protocol/types"
import { limitOf } from "./limit"

test("an ordinary message is far from the limit", () => {
  expect(limitOf("hello")).toMatchObject({ near: false, over: false })
})

test("a message within the last 1024 bytes is near the limit", () => {
  expect(limitOf("a".repeat(MESSAGE_BYTES - 1000))).toEqual({ left: 1000, near: true, over: false })
  expect(limitOf("a".repeat(MESSAGE_BYTES))).toEqual({ left: 0, near: true, over: false })
})

test("bytes are counted, not letters: two for an Arabic letter, three for a Chinese one, 18 for a family emoji", () => {
  expect(limitOf("س".repeat(MESSAGE_BYTES / 2)).left).toBe(0)
  expect(limitOf("字".repeat(MESSAGE_BYTES / 3 + 1)).over).toBe(true)
  expect(limitOf(`${"a".repeat(MESSAGE_BYTES - 10)}👩‍👩‍👧`).left).toBe(10 - 18)
})
