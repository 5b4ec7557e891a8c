import { beforeEach, describe, expect, test, vi } from "vitest"
import { CommandError } from "../protocol/errors"
import type { Message, Timeline as Page } from "../protocol/types"
import { message, messages, page } from "../testing/people"
import { Timeline, WINDOW } from "./timeline.svelte"

/** A room's whole history, in pages like the server's. */
class Room {
  requests: object[] = []
  #blocked: Promise<void> | null = null
  #unblock = () => {}
  count: number

  constructor(count: number) {
    this.count = count
  }

  /** Pages wait until `unblock`. */
  block(): void {
    this.#blocked = new Promise(resolve => {
      this.#unblock = resolve
    })
  }

  unblock(): void {
    this.#unblock()
    this.#blocked = null
  }

  page = async (at: { before?: number; after?: number; around?: number; limit?: number }): Promise<Page> => {
    this.requests.push(at)
    const read = this.#page(at)
    await this.#blocked
    return read
  }

  #page({
    before,
    after,
    around,
    limit = 50,
  }: {
    before?: number
    after?: number
    around?: number
    limit?: number
  }): Page {
    let first = this.count - limit + 1
    if (before !== undefined) first = before - limit
    if (after !== undefined) first = after + 1
    if (around !== undefined) first = around - limit / 2
    const last = Math.min(this.count, before !== undefined ? before - 1 : first + limit - 1)
    first = Math.max(1, first)
    return page(first, last, { before: first > 1, after: last < this.count, seq: this.count })
  }
}

let room: Room
let timeline: Timeline

function timelineOf(count: number): Timeline {
  room = new Room(count)
  return new Timeline(1, { page: room.page, pending: () => [], opened: () => {} })
}

const numbers = () => timeline.messages.map(({ number }) => number)
const span = () => [numbers()[0], numbers().at(-1)]

function expectNoGaps(): void {
  const [first = 0] = numbers()
  expect(numbers()).toEqual(numbers().map((_, index) => first + index))
}

/** A new message is posted, and its event arrives. */
function post(more: Partial<Message> = {}): void {
  room.count += 1
  timeline.put(message(room.count, more))
}

beforeEach(async () => {
  timeline = timelineOf(1000)
  await timeline.open()
})

describe("pages", () => {
  test("it opens at the end", () => {
    expect(span()).toEqual([951, 1000])
    expect([timeline.before, timeline.after, timeline.loaded, timeline.loading]).toEqual([true, false, true, null])
  })

  test("older pages are put in front until there are none", async () => {
    timeline = timelineOf(120)
    await timeline.open()
    await timeline.loadOlder()
    await timeline.loadOlder()
    expect(span()).toEqual([1, 120])
    expect(timeline.before).toBe(false)
    await timeline.loadOlder()
    expect(room.requests).toHaveLength(3)
  })

  test("it opens around a number, and loads newer pages up to the end", async () => {
    timeline = timelineOf(200)
    await timeline.open({ around: 100 })
    expect(timeline.has(100)).toBe(true)
    expect(timeline.after).toBe(true)
    while (timeline.after) await timeline.loadNewer()
    expect(span()).toEqual([75, 200])
    expectNoGaps()
  })

  test("opening a loaded window fetches nothing", async () => {
    await timeline.open()
    await timeline.open({ around: 970 })
    expect(room.requests).toHaveLength(1)
  })

  test("two calls for the same page fetch it once", async () => {
    timeline = timelineOf(10)
    await Promise.all([timeline.open(), timeline.open()])
    expect(room.requests).toHaveLength(1)
    await Promise.all([timeline.loadOlder(), timeline.loadOlder()])
    expect(room.requests).toHaveLength(1)
  })

  test("of two positions that are opened the later one wins", async () => {
    room.block()
    const first = timeline.open({ around: 100 })
    const second = timeline.open({ around: 500 })
    room.unblock()
    await Promise.all([first, second])
    expect(timeline.has(500)).toBe(true)
    expect(timeline.has(100)).toBe(false)
  })

  test("a refusal sets the error, and the next try clears it", async () => {
    const refuse = new CommandError("not_found", "There is no such room.")
    const source = { page: vi.fn().mockRejectedValueOnce(refuse), pending: () => [], opened: () => {} }
    timeline = new Timeline(1, source)
    await timeline.open()
    expect([timeline.error, timeline.loaded, timeline.loading]).toEqual([refuse, false, null])
    source.page.mockResolvedValueOnce(page(1, 3))
    await timeline.open()
    expect([timeline.error, timeline.loaded]).toEqual([null, true])
  })
})

describe("arriving messages", () => {
  test("a new message is appended", () => {
    post()
    expect(span()).toEqual([951, 1001])
  })

  test("an empty room gets its first messages", async () => {
    timeline = timelineOf(0)
    await timeline.open()
    post()
    post()
    expect(numbers()).toEqual([1, 2])
  })

  test("messages that arrive while a page is on its way are not lost", async () => {
    timeline = timelineOf(100)
    room.block()
    const opening = timeline.open()
    post()
    post()
    timeline.put(message(99, { seq: 300, text: "changed" }))
    room.unblock()
    await opening
    expect(span()).toEqual([51, 102])
    expect(timeline.at(99)?.text).toBe("changed")
  })

  test("an older state of a message does not replace a newer one", () => {
    timeline.put(message(1000, { seq: 1002, text: "newer" }))
    timeline.put(message(1000, { seq: 1001, text: "older" }))
    expect(numbers()).toHaveLength(50)
    expect(timeline.at(1000)?.text).toBe("newer")
  })

  test("a message waits for its predecessor", () => {
    timeline.put(message(1003))
    timeline.put(message(1002))
    expect(span()[1]).toBe(1000)
    timeline.put(message(1001))
    expect(span()[1]).toBe(1003)
    expectNoGaps()
  })

  test("a message after the end of the window is not shown, but can be loaded", async () => {
    await timeline.open({ around: 500 })
    post()
    expect(timeline.has(1001)).toBe(false)
    expect(timeline.after).toBe(true)
    await timeline.jumpToLatest()
    expect(span()[1]).toBe(1001)
  })

  test("too many waiting messages mean that newer ones must be loaded", () => {
    for (let number = 1002; number < 1300; number++) timeline.put(message(number))
    expect(timeline.after).toBe(true)
    expect(span()[1]).toBe(1000)
  })
})

describe("the window stays small", () => {
  test("scrolling back evicts the newest messages, scrolling forward the oldest", async () => {
    while (timeline.messages.length < WINDOW) await timeline.loadOlder()
    await timeline.loadOlder()
    expect(timeline.messages).toHaveLength(WINDOW)
    expect(timeline.after).toBe(true)
    expect(span()).toEqual([451, 950])
    await timeline.loadNewer()
    await timeline.loadNewer()
    expect(timeline.messages).toHaveLength(WINDOW)
    expect(timeline.before).toBe(true)
    expect(timeline.after).toBe(false)
    expect(span()).toEqual([501, 1000])
    expectNoGaps()
  })

  test("new messages evict the oldest while the screen follows the end", () => {
    for (let count = 0; count < 2000; count++) post()
    expect(timeline.messages).toHaveLength(WINDOW)
    expect(span()).toEqual([2501, 3000])
    expect(timeline.before).toBe(true)
  })

  test("new messages evict nothing while Alice reads further up", () => {
    timeline.following = false
    for (let count = 0; count < 2000; count++) post()
    expect(timeline.messages).toHaveLength(WINDOW)
    expect(numbers()[0]).toBe(951)
    expect(timeline.after).toBe(true)
  })

  test("each of ten thousand messages copies at most one window", () => {
    const source = { page: room.page, pending: () => [], opened: () => {} }
    const copied: number[] = []
    const counting = new Timeline(1, source)
    counting.loaded = true
    for (const next of messages(1, 10_000)) {
      counting.put(next)
      copied.push(counting.messages.length)
    }
    expect(Math.max(...copied)).toBe(WINDOW)
  })
})

test("a cleared window ignores the page that it had requested", async () => {
  timeline = timelineOf(10)
  room.block()
  const opening = timeline.open()
  timeline.clear()
  room.unblock()
  await opening
  expect(numbers()).toEqual([])
  expect(timeline.loading).toBeNull()
})
