import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { toasts } from "./toasts.svelte"

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
})

const shown = () => toasts.shown.map(({ text }) => text)

test("a notice goes by itself, or when it is told to", () => {
  toasts.show("Copied")
  const remove = toasts.show("Saved")
  remove()
  expect(shown()).toEqual(["Copied"])
  vi.advanceTimersByTime(10_000)
  expect(shown()).toEqual([])
})

test("the same notice is shown once, and no more than three at a time", () => {
  for (const text of ["one", "two", "two", "three", "four"]) toasts.show(text)
  expect(shown()).toEqual(["two", "three", "four"])
})
