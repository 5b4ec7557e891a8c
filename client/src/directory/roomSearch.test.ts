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
  const callOff = search.search(query, archived)
  vi.advanceTimersByTime(200)
  await turns()
  return callOff
}

async function answered(rooms: ReturnType<typeof named>, more = false): Promise<void> {
  FakeSocket.last.answers("room.directory", { rooms, joined: [10], more })
  await turns()
}

test("it finds channels, and which of them one is in", async () => {
  await typed("")
  expect(search.loading).toBe(true)
  await answered(named("garden", "general"))
  expect(search.rooms.map(({ name }) => name)).toEqual(["garden", "general"])
  expect(search.joined.has(10)).toBe(true)
  expect(search.loading).toBe(false)
})

test("the next page is added, and begins after the last name", async () => {
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

test("an answer to what was typed before is dropped", async () => {
  await typed("g")
  const first = FakeSocket.last.asked("room.directory").id as number
  await typed("ga")
  await answered(named("garden"))
  FakeSocket.last.says({ re: first, ok: { rooms: named("general"), joined: [], more: false } })
  await turns()
  expect(search.rooms.map(({ name }) => name)).toEqual(["garden"])
})

test("while one types on, nothing is asked", async () => {
  const callOff = search.search("g", false)
  callOff()
  await typed("#gar")
  expect(FakeSocket.last.all("room.directory").map(({ query }) => query)).toEqual(["gar"])
})

test("why nothing came is said", async () => {
  await typed("")
  FakeSocket.last.refuses("room.directory", "unavailable")
  await turns()
  expect(search.problem).toBe("unavailable!")
  expect(search.loading).toBe(false)
})
