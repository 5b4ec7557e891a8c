import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { TYPING_SECONDS } from "../protocol/types"
import { Typing } from "./typing.svelte"

const BOB = 2
const CAROL = 3
let typing: Typing

beforeEach(() => {
  vi.useFakeTimers()
  typing = new Typing()
})
afterEach(() => {
  vi.useRealTimers()
})

test("whoever types stands for some seconds", () => {
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([BOB])
  expect(typing.in(2)).toEqual([])
  vi.advanceTimersByTime(TYPING_SECONDS * 1000)
  expect(typing.in(1)).toEqual([])
})

test("two who type are told of in turn, and both stand", () => {
  typing.put(1, [BOB])
  vi.advanceTimersByTime(1000)
  typing.put(1, [CAROL])
  expect(typing.in(1)).toEqual([BOB, CAROL])
  vi.advanceTimersByTime(TYPING_SECONDS * 1000 - 1000)
  expect(typing.in(1)).toEqual([CAROL])
})

test("who repeats it stands on", () => {
  typing.put(1, [BOB])
  vi.advanceTimersByTime(3000)
  typing.put(1, [BOB])
  vi.advanceTimersByTime(4000)
  expect(typing.in(1)).toEqual([BOB])
})

test("a message ends it, and a notice that was still on its way does not begin it again", () => {
  typing.put(1, [BOB, CAROL])
  typing.stop(1, BOB)
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([CAROL])
  vi.advanceTimersByTime(1000)
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([CAROL, BOB])
})

test("a lost connection forgets it all", () => {
  typing.put(1, [BOB])
  typing.put(2, [CAROL])
  typing.clear()
  expect(typing.in(1)).toEqual([])
  expect(typing.in(2)).toEqual([])
})
