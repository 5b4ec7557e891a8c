import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Session } from "./state/session.svelte"
import { watchTab } from "./tab"
import { FakeSocket } from "./testing/fakeSocket"
import { message, posted, tabInRoom } from "./testing/people"

const page = Object.assign(new EventTarget(), { hidden: false })
let browser: EventTarget
let session: Session

beforeEach(async () => {
  vi.useFakeTimers()
  browser = new EventTarget()
  vi.stubGlobal("window", browser)
  vi.stubGlobal("document", page)
  session = await tabInRoom()
  watchTab(session)
})
afterEach(() => {
  session.stop()
  vi.unstubAllGlobals()
})

test.each(["online", "pageshow"])("%s connects at once instead of at the planned time", event => {
  FakeSocket.last.ends(4012, "retry_after=60")
  browser.dispatchEvent(new Event(event))
  expect(FakeSocket.opened).toHaveLength(2)
})

test("showing the tab again connects at once", () => {
  FakeSocket.last.ends(4012, "retry_after=60")
  page.dispatchEvent(new Event("visibilitychange"))
  expect(FakeSocket.opened).toHaveLength(2)
})

test("a closing page sends the read position, and deletes the messages with a planned deletion", () => {
  const sent = vi.fn((_url: string, _request: RequestInit) => Promise.resolve(new Response()))
  vi.stubGlobal("fetch", sent)
  FakeSocket.last.says(posted(11))
  session.reading.markRead(1, 11)
  void session.outbox.deleteSoon(message(3))
  browser.dispatchEvent(new Event("pagehide"))
  expect(FakeSocket.last.asked("room.read")).toMatchObject({ room: 1, number: 11 })
  expect(sent.mock.calls[0]?.[0]).toBe("/chat/api/message.delete")
  expect(sent.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": "token" },
    body: JSON.stringify({ message: message(3).id }),
  })
})
