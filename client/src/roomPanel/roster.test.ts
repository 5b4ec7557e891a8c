import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, bob, liveTab, turns } from "../testing/people"
import { RosterList } from "./roster.svelte"

const carol = { ...bob, id: 3, handle: "carol", name: "Carol" }
let session: Session
let roster: RosterList

beforeEach(async () => {
  session = await liveTab()
  roster = new RosterList(session, session.rooms.get(1) as RoomState)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  session.stop()
})

async function loaded(query = ""): Promise<void> {
  roster.load(query)
  vi.advanceTimersByTime(500)
  await turns()
}

async function answered(members: (typeof bob)[], more = false): Promise<void> {
  const entries = members.map(({ id }) => ({ member: id, role: "member", state: "offline" }))
  FakeSocket.last.answers("room.roster", { room: 1, entries, members, more })
  await turns()
}

function order(): { connected: number[]; offline: number[] } {
  const { connected, offline } = roster.sorted
  return { connected: connected.map(({ member }) => member), offline: offline.map(({ member }) => member) }
}

test("members move between connected and offline without another request", async () => {
  await loaded()
  await answered([alice, bob, carol])
  expect(order()).toEqual({ connected: [], offline: [1, 2, 3] })
  FakeSocket.last.says({ type: "presence", presence: [{ member: 3, state: "active" }] })
  expect(order()).toEqual({ connected: [3], offline: [1, 2] })
  FakeSocket.last.says({ type: "presence", presence: [{ member: 3, state: "offline" }] })
  expect(order().connected).toEqual([])
  expect(FakeSocket.last.all("room.roster")).toHaveLength(1)
})

test("the next page starts after the loaded entries", async () => {
  await loaded()
  await answered([alice, bob], true)
  const loading = roster.next()
  await turns()
  expect(FakeSocket.last.asked("room.roster").after).toBe(2)
  await answered([carol])
  await loading
  expect(order().offline).toEqual([1, 2, 3])
})

test("only the reply to the latest request counts", async () => {
  await loaded("b")
  const first = FakeSocket.last.asked("room.roster").id as number
  await loaded("c")
  await answered([carol])
  FakeSocket.last.says({
    re: first,
    ok: { room: 1, entries: [{ member: 2, role: "member", state: "active" }], members: [bob], more: false },
  })
  await turns()
  expect(order().offline).toEqual([3])
})

test("a failed request shows the reason", async () => {
  await loaded()
  FakeSocket.last.refuses("room.roster", "not_found")
  await turns()
  expect(roster.problem).toBe("not_found!")
})

test("a roster with more pages is reloaded after presence changes, at most every three seconds", async () => {
  await loaded()
  await answered([alice], true)
  roster.refreshSoon()
  roster.refreshSoon()
  vi.advanceTimersByTime(2000)
  await turns()
  expect(FakeSocket.last.all("room.roster")).toHaveLength(1)
  vi.advanceTimersByTime(2000)
  await turns()
  expect(FakeSocket.last.all("room.roster")).toHaveLength(2)
  await answered([carol], false)
  roster.refreshSoon()
  vi.advanceTimersByTime(5000)
  await turns()
  expect(FakeSocket.last.all("room.roster")).toHaveLength(2)
})
