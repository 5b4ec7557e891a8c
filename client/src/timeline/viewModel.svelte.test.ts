import "fake-indexeddb/auto"
import { flushSync } from "svelte"
import { describe, expect, test, vi } from "vitest"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, membership, message, page, posted, room, snapshot, tabInRoom, turns } from "../testing/people"
import { MOST_RENDERED } from "./renderedRange"
import { TimelineViewModel } from "./viewModel.svelte"

/** A room with `count` messages, read up to number `read`, before Alice opens it. */
async function entered(count: number, read = count): Promise<TimelineViewModel> {
  const session = await liveTab(snapshot(count, { rooms: [room(1, count)], memberships: [membership(1, read)] }))
  return new TimelineViewModel(session, roomOf(session))
}

function roomOf(session: Session): RoomState {
  const found = session.rooms.get(1)
  if (!found) throw new Error("room 1 is not in the session")
  return found
}

function shown(model: TimelineViewModel): (number | string)[] {
  return model.rows.map(row => ("message" in row && row.message ? row.message.number : row.kind))
}

function numbers(model: TimelineViewModel): number[] {
  return shown(model).filter(each => typeof each === "number")
}

const far = { before: 9, after: 9 }

describe("opening a room", () => {
  test("a room that is read completely opens at its end", async () => {
    const model = await entered(100)
    void model.open(null)
    expect(FakeSocket.last.asked("timeline")).not.toHaveProperty("around")
    FakeSocket.last.answers("timeline", page(51, 100))
    await turns()
    expect(model.scrollTarget).toEqual({ to: "end" })
    expect(numbers(model).at(-1)).toBe(100)
    expect(shown(model)).not.toContain("new")
  })

  test("a room with unread messages opens at the “new” line", async () => {
    const model = await entered(500, 200)
    void model.open(null)
    expect(FakeSocket.last.asked("timeline").around).toBe(200)
    FakeSocket.last.answers("timeline", page(175, 224, { before: true, after: true }))
    await turns()
    expect(model.scrollTarget).toEqual({ to: "new" })
    const rows = shown(model)
    expect(rows[rows.indexOf("new") - 1]).toBe(200)
    expect(rows[rows.indexOf("new") + 1]).toBe(201)
    expect(model.following).toBe(false)
  })

  test("nothing is rendered before the range is known, because visible messages count as read", async () => {
    const model = await entered(500, 200)
    void model.open(null)
    expect(model.rows).toEqual([])
    expect(model.rangeKnown).toBe(false)
  })

  test("a link opens the room at its message and highlights it for a moment", async () => {
    vi.useFakeTimers()
    const model = await entered(500)
    void model.open(42)
    expect(FakeSocket.last.asked("timeline").around).toBe(42)
    FakeSocket.last.answers("timeline", page(17, 66, { before: true, after: true }))
    await turns()
    expect(model.scrollTarget).toEqual({ to: "message", number: 42 })
    expect(model.highlighted).toBe(42)
    vi.advanceTimersByTime(3000)
    expect(model.highlighted).toBeNull()
    vi.useRealTimers()
  })
})

describe("while Alice reads", () => {
  test("new messages are rendered at the end, but not while Alice reads further up", async () => {
    const session = await tabInRoom(50)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    FakeSocket.last.says(posted(51))
    expect(numbers(model).at(-1)).toBe(51)
    model.follow(false)
    FakeSocket.last.says(posted(52))
    expect(numbers(model).at(-1)).toBe(51)
    await model.toLatest()
    expect(numbers(model).at(-1)).toBe(52)
  })

  test("of a burst of new messages only the last are rendered at once", async () => {
    const session = await tabInRoom(50)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    const drawn = numbers(model).length
    for (let number = 51; number <= 150; number++) FakeSocket.last.says(posted(number))
    expect(numbers(model).at(-1)).toBe(150)
    expect(numbers(model)).toHaveLength(drawn)
    model.follow(true)
    model.fill({ ...far, before: 0.2 })
    expect(numbers(model).length).toBeGreaterThan(drawn)
  })

  test("near the top, loaded messages are rendered first, then more are requested", async () => {
    const session = await tabInRoom(200)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    const before = numbers(model).length
    model.fill({ ...far, before: 0.2 })
    expect(numbers(model).length).toBeGreaterThan(before)
    while (numbers(model)[0] !== 151) model.fill({ ...far, before: 0.2 })
    model.fill({ ...far, before: 0.2 })
    expect(FakeSocket.last.asked("timeline").before).toBe(151)
  })

  test("the number of rendered messages stays bounded", async () => {
    const session = await tabInRoom(1000)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    model.follow(false)
    for (let first = 951; first > 651; first -= 50) {
      while (numbers(model)[0] !== first) model.fill({ ...far, before: 0.2 })
      model.fill({ ...far, before: 0.2 })
      FakeSocket.last.answers("timeline", page(first - 50, first - 1, { before: true, after: true }))
      await turns()
    }
    expect(numbers(model).length).toBeLessThanOrEqual(MOST_RENDERED)
    expect(numbers(model).at(-1)).toBeLessThan(1000)
    expect(model.endsAtLatest).toBe(false)
  })

  test("at the end of a short room nothing is requested", async () => {
    const session = await tabInRoom(5)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    const asked = FakeSocket.last.all("timeline").length
    model.fill({ before: 0, after: 0 })
    expect(FakeSocket.last.all("timeline").length).toBe(asked)
    expect(model.startsAtFirst).toBe(true)
  })

  test("messages that arrived in a hidden tab are new when Alice returns", async () => {
    const session = await tabInRoom(50)
    const model = new TimelineViewModel(session, roomOf(session))
    await model.open(null)
    FakeSocket.last.says(posted(51))
    model.updateNewLine()
    const rows = shown(model)
    expect(rows[rows.indexOf("new") + 1]).toBe(51)
  })
})

describe("read position and editing", () => {
  test("visible messages are marked as read; after “mark unread” not until the room is opened again", async () => {
    const model = await entered(100, 90)
    void model.open(null)
    FakeSocket.last.answers("timeline", page(65, 100))
    await turns()
    model.seen(95)
    expect(model.roomState.membership?.read_number).toBe(95)
    void model.markUnreadFrom(message(93))
    FakeSocket.last.answers("room.unread", membership(1, 92, 2))
    await turns()
    model.seen(100)
    expect(model.roomState.membership?.read_number).toBe(92)
    expect(model.readUpTo).toBe(92)
    await model.open(null)
    model.seen(100)
    expect(model.roomState.membership?.read_number).toBe(100)
  })

  test("sending a message removes the “new” line and scrolls to the end", async () => {
    const model = await entered(100, 90)
    void model.open(null)
    FakeSocket.last.answers("timeline", page(65, 100))
    await turns()
    model.sent()
    await turns()
    flushSync()
    expect(shown(model)).not.toContain("new")
    expect(model.scrollTarget).toEqual({ to: "end" })
  })

  test("ArrowUp edits Alice's last message, skipping deleted and system messages", async () => {
    const session = await tabInRoom(50)
    const model = new TimelineViewModel(session, roomOf(session))
    FakeSocket.last.says(posted(51, { author: 1 }))
    FakeSocket.last.says(posted(52, { author: 1, deleted: true, text: "" }))
    FakeSocket.last.says(posted(53, { author: 1, system: { kind: "joined" }, text: "" }))
    model.editLast()
    expect(model.editing).toBe(message(51).id)
  })

  test("ArrowUp can edit a message that is still being sent", async () => {
    const session = await tabInRoom(50)
    const model = new TimelineViewModel(session, roomOf(session))
    const id = session.outbox.send(1, "to be corrected")
    model.editLast()
    expect(model.editing).toBe(id)
  })
})
