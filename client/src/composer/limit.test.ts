import { expect, test } from "vitest"
import { MESSAGE_BYTES } from "../protocol/types"
import { limitOf } from "./limit"

test("an ordinary message is far from the limit", () => {
  expect(limitOf("hello")).toMatchObject({ near: false, over: false })
})

test("one is told before it is reached", () => {
  expect(limitOf("a".repeat(MESSAGE_BYTES - 1000))).toEqual({ left: 1000, near: true, over: false })
  expect(limitOf("a".repeat(MESSAGE_BYTES))).toEqual({ left: 0, near: true, over: false })
})

test("bytes count, not letters: Arabic takes two, Chinese three, a family eighteen and more", () => {
  expect(limitOf("س".repeat(MESSAGE_BYTES / 2)).left).toBe(0)
  expect(limitOf("字".repeat(MESSAGE_BYTES / 3 + 1)).over).toBe(true)
  expect(limitOf(`${"a".repeat(MESSAGE_BYTES - 10)}👩‍👩‍👧`).left).toBe(10 - 18)
})
