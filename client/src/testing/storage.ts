/** Alice's tabs in a browser with IndexedDB: for tests of what survives a closed tab. */

import { IDBFactory } from "fake-indexeddb"
import "fake-indexeddb/auto"
import { afterEach, beforeEach, vi } from "vitest"
import type { Session } from "../state/session.svelte"
import { FakeSocket } from "./fakeSocket"
import { liveTab, snapshot } from "./people"

const sessions: Session[] = []

/** Each test of the file starts with an empty browser at noon, and ends with all tabs closed. */
export function useStorage(): void {
  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory()
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] })
    vi.setSystemTime(new Date("2026-11-20T12:00:00Z"))
  })
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.stop()
    await pass()
  })
}

/** Run timers, and wait for the browser's storage. */
export async function pass(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 30; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** A live tab that has loaded its outbox. */
export async function openTab(start = snapshot(10)): Promise<{ session: Session; socket: FakeSocket }> {
  const session = await liveTab(start)
  sessions.push(session)
  const socket = FakeSocket.last
  await pass()
  return { session, socket }
}

/** `more`: fields of the reply to resume. */
export async function reconnect(session: Session, start = snapshot(10), more: object = {}): Promise<FakeSocket> {
  session.retryNow()
  FakeSocket.last.hello(start.epoch)
  FakeSocket.last.answers("resume", { ...start, changes: [], ...more })
  await pass()
  return FakeSocket.last
}
