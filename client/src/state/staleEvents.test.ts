/** Events without a seq may come late, twice, or after a newer one: only a newer version is applied. */

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
  test("a late “joined” does not bring back a room that Alice has left", async () => {
    session = await liveTab()
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    says({ type: "left", room: 7, version: 3 })
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    expect(session.rooms.get(7)).toBeUndefined()
  })

  test("a late “left” does not remove a room that Alice has rejoined", async () => {
    session = await liveTab()
    says({ type: "membership", membership: membership(1, 10, 3), room: room(1, 12) })
    says({ type: "left", room: 1, version: 2 })
    expect(session.rooms.get(1)?.joined).toBe(true)
  })

  test("an event that the snapshot includes changes nothing", async () => {
    session = await liveTab(snapshot(10, { version: 5 }))
    says({ type: "left", room: 1, version: 5 })
    says({ type: "membership", membership: { ...membership(1, 3, 4), level: "nothing" } })
    expect(session.rooms.get(1)?.level).toBe("all")
    expect(session.rooms.get(1)?.unread).toBe(0)
  })

  test("a reply from before Alice joined does not remove her from the room", async () => {
    session = await liveTab()
    const fetching = session.command("room.get", { room: 7 })
    await turns()
    says({ type: "membership", membership: membership(7, 3, 2), room: room(7, 3) })
    FakeSocket.last.answers("room.get", { room: room(7, 3), version: 1 })
    await fetching
    expect(session.rooms.get(7)?.joined).toBe(true)
  })

  test("rejoining without the event of leaving fetches the changes in between", async () => {
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

  test("being removed and added again without any event fetches the changes in between", async () => {
    session = await tabInRoom(10)
    says({ type: "refresh" })
    await vi.advanceTimersByTimeAsync(250)
    FakeSocket.last.answers("resume", { ...snapshot(14, { version: 3 }), changes: [] })
    await turns()
    await vi.advanceTimersByTimeAsync(250)
    expect(FakeSocket.last.all("resume")).toMatchObject([{ rooms: {} }, { rooms: { 1: 10 } }])
  })

  test("events that follow the reply are not fetched", async () => {
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

  test("a newer membership that arrives before “joined” does not hide the room", async () => {
    session = await liveTab()
    says({ type: "membership", membership: { ...membership(7, 0, 3), level: "nothing" } })
    says({ type: "membership", membership: membership(7, 0, 2), room: room(7, 3) })
    expect(session.rooms.get(7)?.joined).toBe(true)
  })

  test("rejoining fetches the changes in between, even if the membership is known already", async () => {
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

  test("older permissions are not applied", async () => {
    session = await liveTab()
    says({ type: "permissions", open_rooms: false, reach: "nobody", version: 3 })
    says({ type: "permissions", open_rooms: true, reach: "everybody", version: 2 })
    expect(session.workspace.open_rooms).toBe(false)
    expect(session.reach).toBe("nobody")
  })
})

describe("read positions", () => {
  test("one from before an own post does not make the post unread", async () => {
    session = await liveTab()
    says(posted(11, { author: alice.id }))
    says({ type: "membership", membership: { ...membership(1, 9, 2), as_of: 10 } })
    expect(session.rooms.get(1)?.unread).toBe(0)
  })

  test("a room marked as unread after an own post stays unread", async () => {
    session = await liveTab()
    says(posted(11, { author: alice.id }))
    says({ type: "membership", membership: { ...membership(1, 9, 2), as_of: 11 } })
    says(posted(11, { author: alice.id, seq: 12, text: "edited" }))
    expect(session.rooms.get(1)?.unread).toBe(2)
  })

  test("an own post marks as read, even if the room's counters arrive before it", async () => {
    session = await liveTab()
    says({ type: "room", room: room(1, 12) })
    says(posted(11))
    says(posted(12, { author: alice.id }))
    expect(session.rooms.get(1)?.unread).toBe(0)
  })
})

describe("a guest gets changes only of members in a common room", () => {
  const guest = { ...alice, role: "guest" as const }
  const resumes = () => FakeSocket.last.all("resume").length

  test("when somebody joins the room they refresh, because that member may have changed", async () => {
    session = await liveTab(snapshot(10, { me: guest }))
    says(posted(11, { system: { kind: "added", member: 9 }, text: "" }))
    await vi.advanceTimersByTimeAsync(250)
    expect(resumes()).toBe(1)
  })

  test("when they join a room they refresh", async () => {
    session = await liveTab(snapshot(10, { me: guest }))
    says({ type: "membership", membership: membership(7, 3, 2), room: room(7, 3) })
    await vi.advanceTimersByTimeAsync(250)
    expect(resumes()).toBe(1)
  })
})

describe("events for all members", () => {
  const named = (name: string, seq: number): Room => room(1, 10, { name, seq })

  test("an older name of a room does not replace a newer one", async () => {
    session = await liveTab()
    says({ type: "room", room: named("newest", 13) })
    says({ type: "room", room: named("new", 12) })
    expect(session.rooms.get(1)?.name).toBe("newest")
  })

  test("an older state of a member, or of Alice herself, does not replace a newer one", async () => {
    session = await liveTab()
    says({ type: "member", member: { ...bob, name: "Bobby", version: 3 } })
    says({ type: "member", member: { ...bob, name: "Rob", version: 2 } })
    says({ type: "member", member: { ...alice, name: "Al", version: 5 } })
    says({ type: "member", member: { ...alice, name: "Ali", version: 4 } })
    expect(session.members.get(bob.id).name).toBe("Bobby")
    expect(session.me.name).toBe("Al")
  })

  test("an older list of members does not replace a newer member", async () => {
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

  test("in another history smaller versions are applied", async () => {
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
