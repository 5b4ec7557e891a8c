/** Vitest's fake clock: a test that uses it calls `vi.useFakeTimers()` first. */

import { vi } from "vitest"

/** in milliseconds */
export const SECOND = 1000

export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}
