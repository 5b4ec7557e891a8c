import "fake-indexeddb/auto"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Session } from "../state/session.svelte"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, bob, liveTab, turns } from "../testing/people"
import { MemberSearch } from "./memberSearch.svelte"

let session: Session
let people: MemberSearch

beforeEach(async () => {
  session = await liveTab()
  people = new MemberSearch(session)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  session.stop()
})

async function typed(query: string): Promise<() => void> {
  const cancel = people.search(query)
  vi.advanceTimersByTime(200)
  await turns()
  return cancel
}

test("members are found by the start of a name or handle, with or without @", async () => {
  await typed("@bo")
  expect(FakeSocket.last.asked("member.directory").query).toBe("bo")
  FakeSocket.last.answers("member.directory", { members: [bob], more: false })
  await turns()
  expect(people.found).toEqual([bob])
  expect(people.searched).toBe(true)
})

test("deactivated members are not offered", async () => {
  await typed("")
  FakeSocket.last.answers("member.directory", { members: [alice, { ...bob, active: false }], more: false })
  await turns()
  expect(people.found).toEqual([alice])
})

test("the reply to an earlier query is dropped", async () => {
  const cancel = await typed("a")
  const first = FakeSocket.last.asked("member.directory").id as number
  cancel()
  await typed("b")
  FakeSocket.last.answers("member.directory", { members: [bob], more: false })
  FakeSocket.last.says({ re: first, ok: { members: [alice], more: false } })
  await turns()
  expect(people.found).toEqual([bob])
})

test("the results stay when the next search fails", async () => {
  await typed("b")
  FakeSocket.last.answers("member.directory", { members: [bob], more: false })
  await turns()
  await typed("bo")
  FakeSocket.last.refuses("member.directory", "unavailable")
  await turns()
  expect(people.found).toEqual([bob])
  expect(people.searching).toBe(false)
})
