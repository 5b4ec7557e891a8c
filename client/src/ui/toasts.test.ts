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

test("a toast disappears by itself, or when it is removed", () => {
  toasts.show("Copied")
  const remove = toasts.show("Saved")
  remove()
  expect(shown()).toEqual(["Copied"])
  vi.advanceTimersByTime(10_000)
  expect(shown()).toEqual([])
})

test("equal toasts are shown once, and at most three at a time", () => {
  for (const text of ["one", "two", "two", "three", "four"]) toasts.show(text)
  expect(shown()).toEqual(["two", "three", "four"])
})
