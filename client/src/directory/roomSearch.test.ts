import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Session } from "../state/session.svelte"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, room, turns } from "../testing/people"
import { RoomSearch } from "./roomSearch.svelte"

let session: Session
let search: RoomSearch

beforeEach(async () => {
  session = await liveTab()
  search = new RoomSearch(session)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  session.stop()
})

const named = (...names: string[]) => names.map((name, index) => room(index + 10, 0, { name }))

async function typed(query: string, archived = false): Promise<() => void> {
  const cancel = search.search(query, archived)
  vi.advanceTimersByTime(200)
  await turns()
  return cancel
}

async function answered(rooms: ReturnType<typeof named>, more = false): Promise<void> {
  FakeSocket.last.answers("room.directory", { rooms, joined: [10], more })
  await turns()
}

test("channels are found, with those that Alice is in", async () => {
  await typed("")
  expect(search.loading).toBe(true)
  await answered(named("garden", "general"))
  expect(search.rooms.map(({ name }) => name)).toEqual(["garden", "general"])
  expect(search.joined.has(10)).toBe(true)
  expect(search.loading).toBe(false)
})

test("the next page starts after the last name and is appended", async () => {
  await typed("")
  await answered(named("garden"), true)
  const loading = search.next()
  await turns()
  expect(FakeSocket.last.asked("room.directory").after).toBe("garden")
  await answered(named("general"))
  await loading
  expect(search.rooms.map(({ name }) => name)).toEqual(["garden", "general"])
  expect(search.more).toBe(false)
})

test("the reply to an earlier query is dropped", async () => {
  await typed("g")
  const first = FakeSocket.last.asked("room.directory").id as number
  await typed("ga")
  await answered(named("garden"))
  FakeSocket.last.says({ re: first, ok: { rooms: named("general"), joined: [], more: false } })
  await turns()
  expect(search.rooms.map(({ name }) => name)).toEqual(["garden"])
})

test("no request is sent while Alice is still typing", async () => {
  const cancel = search.search("g", false)
  cancel()
  await typed("#gar")
  expect(FakeSocket.last.all("room.directory").map(({ query }) => query)).toEqual(["gar"])
})

test("a failed search shows the reason", async () => {
  await typed("")
  FakeSocket.last.refuses("room.directory", "unavailable")
  await turns()
  expect(search.problem).toBe("unavailable!")
  expect(search.loading).toBe(false)
})
