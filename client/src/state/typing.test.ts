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

test("a typing member is shown for some seconds", () => {
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([BOB])
  expect(typing.in(2)).toEqual([])
  vi.advanceTimersByTime(TYPING_SECONDS * 1000)
  expect(typing.in(1)).toEqual([])
})

test("two typing members from two events are both shown", () => {
  typing.put(1, [BOB])
  vi.advanceTimersByTime(1000)
  typing.put(1, [CAROL])
  expect(typing.in(1)).toEqual([BOB, CAROL])
  vi.advanceTimersByTime(TYPING_SECONDS * 1000 - 1000)
  expect(typing.in(1)).toEqual([CAROL])
})

test("another event extends the time", () => {
  typing.put(1, [BOB])
  vi.advanceTimersByTime(3000)
  typing.put(1, [BOB])
  vi.advanceTimersByTime(4000)
  expect(typing.in(1)).toEqual([BOB])
})

test("a message ends typing, and a late event does not start it again", () => {
  typing.put(1, [BOB, CAROL])
  typing.stop(1, BOB)
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([CAROL])
  vi.advanceTimersByTime(1000)
  typing.put(1, [BOB])
  expect(typing.in(1)).toEqual([CAROL, BOB])
})

test("clear removes all typing members", () => {
  typing.put(1, [BOB])
  typing.put(2, [CAROL])
  typing.clear()
  expect(typing.in(1)).toEqual([])
  expect(typing.in(2)).toEqual([])
})
