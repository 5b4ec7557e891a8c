/** What comes without a seq may come late, twice, or after something newer: it is taken only if it is newer. */

import "fake-indexeddb/auto"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { Room } from "../protocol/types"
import { FakeSocket } from "../testing/fakeSocket"
import {
  alice,
  bob,
  liveTab,
  membership,
  message,
  page,
  posted,
  room,
  snapshot,
  tabInRoom,
  turns,
} from "../testing/people"
import type { Session } from "./session.svelte"

let session: Session

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const says = (event: Parameters<typeof FakeSocket.last.says>[0]) => FakeSocket.last.says(event)

describe("memberships", () => {
  test("a late “joined” does not bring back a room that we have left", async () => {
    session = await liveTab()
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    says({ type: "left", room: 7, version: 3 })
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    expect(session.rooms.get(7)).toBeUndefined()
  })

  test("a late “left” does not take a room that we have come back to", async () => {
    session = await liveTab()
    says({ type: "membership", membership: membership(1, 10, 3), room: room(1, 12) })
    says({ type: "left", room: 1, version: 2 })
    expect(session.rooms.get(1)?.joined).toBe(true)
  })

  test("what the snapshot knows already changes nothing", async () => {
    session = await liveTab(snapshot(10, { version: 5 }))
    says({ type: "left", room: 1, version: 5 })
    says({ type: "membership", membership: { ...membership(1, 3, 4), level: "nothing" } })
    expect(session.rooms.get(1)?.level).toBe("all")
    expect(session.rooms.get(1)?.unread).toBe(0)
  })

  test("a reply that was read before we joined does not put us out of the room", async () => {
    session = await liveTab()
    const looking = session.command("room.get", { room: 7 })
    await turns()
    says({ type: "membership", membership: membership(7, 3, 2), room: room(7, 3) })
    FakeSocket.last.answers("room.get", { room: room(7, 3), version: 1 })
    await looking
    expect(session.rooms.get(7)?.joined).toBe(true)
  })

  test("coming back, untold that we had left, we ask for what is between", async () => {
    session = await tabInRoom(10)
    says({ type: "membership", membership: membership(1, 14, 3), room: room(1, 14) })
    await vi.advanceTimersByTimeAsync(250)
    expect(FakeSocket.last.all("resume")).toMatchObject([{ rooms: { 1: 10 } }])
    FakeSocket.last.answers("resume", {
      ...snapshot(14, { version: 3 }),
      changes: [{ room: 1, seq: 14, messages: page(11, 14).messages }],
    })
    await turns()
    says(posted(15))
    expect(
      session
        .timeline(1)
        .messages.map(({ number }) => number)
        .slice(-2),
    ).toEqual([14, 15])
  })

  test("taken out and brought back while nobody could tell us, we ask for what is between", async () => {
    session = await tabInRoom(10)
    says({ type: "refresh" })
    await vi.advanceTimersByTimeAsync(250)
    FakeSocket.last.answers("resume", { ...snapshot(14, { version: 3 }), changes: [] })
    await turns()
    await vi.advanceTimersByTimeAsync(250)
    expect(FakeSocket.last.all("resume")).toMatchObject([{ rooms: {} }, { rooms: { 1: 10 } }])
  })

  test("what comes right behind the answer is not asked for", async () => {
    session = await tabInRoom(10)
    says({ type: "refresh" })
    await vi.advanceTimersByTimeAsync(250)
    FakeSocket.last.answers("resume", { ...snapshot(12, { version: 3 }), changes: [] })
    says(posted(11))
    says(posted(12))
    await turns()
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeSocket.last.all("resume")).toHaveLength(1)
  })

  test("a change of our place that overtakes “joined” does not hide the room", async () => {
    session = await liveTab()
    says({ type: "membership", membership: { ...membership(7, 0, 3), level: "nothing" } })
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    expect(session.rooms.get(7)?.joined).toBe(true)
  })

  test("though our place is known already, coming back into the room asks for what is between", async () => {
    session = await tabInRoom(10)
    const reading = session.command("room.read", { room: 1, number: 10 })
    await turns()
    FakeSocket.last.answers("room.read", { ...membership(1, 10, 3), as_of: 14 })
    await reading
    says({ type: "left", room: 1, version: 2 })
    says({ type: "membership", membership: membership(1, 10, 3), room: room(1, 14) })
    await vi.advanceTimersByTimeAsync(250)
    expect(FakeSocket.last.all("resume")).toMatchObject([{ rooms: { 1: 10 } }])
  })

  test("permissions of before are not taken", async () => {
    session = await liveTab()
    says({ type: "permissions", open_rooms: false, reach: "nobody", version: 3 })
    says({ type: "permissions", open_rooms: true, reach: "everybody", version: 2 })
    expect(session.workspace.open_rooms).toBe(false)
    expect(session.reach).toBe("nobody")
  })
})

describe("read positions", () => {
  test("one told before our own post does not undo that posting reads", async () => {
    session = await liveTab()
    says(posted(11, { author: alice.id }))
    says({ type: "membership", membership: { ...membership(1, 9, 2), as_of: 10 } })
    expect(session.rooms.get(1)?.unread).toBe(0)
  })

  test("unread by hand after our own post stays unread", async () => {
    session = await liveTab()
    says(posted(11, { author: alice.id }))
    says({ type: "membership", membership: { ...membership(1, 9, 2), as_of: 11 } })
    says(posted(11, { author: alice.id, seq: 12, text: "edited" }))
    expect(session.rooms.get(1)?.unread).toBe(2)
  })

  test("our own post reads, though the room's counters came before it", async () => {
    session = await liveTab()
    says({ type: "room", room: room(1, 12) })
    says(posted(11))
    says(posted(12, { author: alice.id }))
    expect(session.rooms.get(1)?.unread).toBe(0)
  })
})

describe("a guest is told of those only with whom they share a room", () => {
  const guest = { ...alice, role: "guest" as const }
  const asks = () => FakeSocket.last.all("resume").length

  test("so they ask when somebody comes into their room, for they may have known them by another name", async () => {
    session = await liveTab(snapshot(10, { me: guest }))
    says(posted(11, { system: { kind: "added", member: 9 }, text: "" }))
    await vi.advanceTimersByTimeAsync(250)
    expect(asks()).toBe(1)
  })

  test("and when they come into a room", async () => {
    session = await liveTab(snapshot(10, { me: guest }))
    says({ type: "membership", membership: membership(7, 3, 2), room: room(7, 3) })
    await vi.advanceTimersByTimeAsync(250)
    expect(asks()).toBe(1)
  })
})

describe("what everybody is told", () => {
  const named = (name: string, seq: number): Room => room(1, 10, { name, seq })

  test("an older name of a room does not replace a newer one", async () => {
    session = await liveTab()
    says({ type: "room", room: named("newest", 13) })
    says({ type: "room", room: named("new", 12) })
    expect(session.rooms.get(1)?.name).toBe("newest")
  })

  test("an older state of a member, or of ourselves, does not replace a newer one", async () => {
    session = await liveTab()
    says({ type: "member", member: { ...bob, name: "Bobby", version: 3 } })
    says({ type: "member", member: { ...bob, name: "Rob", version: 2 } })
    says({ type: "member", member: { ...alice, name: "Al", version: 5 } })
    says({ type: "member", member: { ...alice, name: "Ali", version: 4 } })
    expect(session.members.get(bob.id).name).toBe("Bobby")
    expect(session.me.name).toBe("Al")
  })

  test("a list that was read before does not either", async () => {
    session = await liveTab()
    says({ type: "member", member: { ...bob, name: "Bobby", version: 3 } })
    const asking = session.command("member.list", { members: [bob.id] })
    await turns()
    FakeSocket.last.answers("member.list", { members: [bob], more: false })
    await asking
    expect(session.members.get(bob.id).name).toBe("Bobby")
  })

  test("an older name of the workspace does not replace a newer one", async () => {
    session = await liveTab()
    says({ type: "workspace", name: "Newest", version: 3 })
    says({ type: "workspace", name: "New", version: 2 })
    expect(session.workspace.name).toBe("Newest")
  })

  test("in another history smaller versions count again", async () => {
    session = await liveTab()
    says({ type: "member", member: { ...bob, name: "Bobby", version: 30 } })
    says({ type: "left", room: 1, version: 30 })
    FakeSocket.last.ends()
    await vi.advanceTimersByTimeAsync(10_000)
    FakeSocket.last.hello("e2", alice.id)
    FakeSocket.last.answers("resume", { ...snapshot(5, { epoch: "e2" }), changes: [], reset: true })
    await turns()
    expect(session.members.get(bob.id).name).toBe("Bob")
    expect(session.rooms.get(1)?.room.seq).toBe(message(5).seq)
    says({ type: "left", room: 1, version: 2 })
    expect(session.rooms.get(1)).toBeUndefined()
  })
})
