import { flushSync } from "svelte"
import { describe, expect, test } from "vitest"
import { alice, bob, membership, message, room } from "../testing/people"
import { Members } from "./members.svelte"
import { Rooms } from "./rooms.svelte"

function roomsWith(...ids: number[]): Rooms {
  const rooms = new Rooms()
  for (const id of ids) rooms.put(room(id, 10), membership(id, 10))
  return rooms
}

/** Counts the runs of an effect that reads a value. */
function countRuns(read: () => unknown): { times: number; stop: () => void } {
  const seen = { times: -1, stop: () => {} }
  seen.stop = $effect.root(() => {
    $effect(() => {
      read()
      seen.times += 1
    })
  })
  flushSync()
  return seen
}

describe("unread", () => {
  test("counts posts that were not read, without system messages", () => {
    const state = roomsWith(1).get(1)
    state?.count(message(11), alice.id)
    state?.count(message(12, { post: 11, system: { kind: "joined" } }), alice.id)
    state?.count(message(13, { post: 12 }), alice.id)
    expect(state?.unread).toBe(2)
  })

  test("is counted, marked, or hidden, by the level of the room", () => {
    const rooms = roomsWith(1, 2, 3)
    const levels = { 1: "all", 2: "mentions", 3: "nothing" } as const
    for (const [id, level] of Object.entries(levels)) {
      const state = rooms.get(Number(id))
      state?.count(message(11, { room: Number(id) }), alice.id)
      if (state) state.membership = { ...membership(state.id, 10), level }
    }
    const all = [1, 2, 3].map(id => rooms.get(id))
    expect(all.map(state => state?.unread)).toEqual([1, 1, 1])
    expect(all.map(state => state?.counted)).toEqual([1, 0, 0])
    expect(all.map(state => state?.highlighted)).toEqual([true, true, false])
    expect(rooms.unread).toBe(1)
  })

  test("does not change when an old message is edited", () => {
    const state = roomsWith(1).get(1)
    state?.count(message(4, { seq: 11 }), alice.id)
    expect(state?.unread).toBe(0)
    expect(state?.room.seq).toBe(11)
  })

  test("an own post marks everything up to it as read", () => {
    const state = roomsWith(1).get(1)
    state?.count(message(11), alice.id)
    state?.count(message(12, { author: alice.id }), alice.id)
    expect(state?.unread).toBe(0)
    expect(state?.membership).toMatchObject({ read_number: 12, read_posts: 12 })
  })

  test("editing an own message marks nothing as read", () => {
    const state = roomsWith(1).get(1)
    state?.count(message(11), alice.id)
    state?.count(message(10, { author: alice.id, seq: 12 }), alice.id)
    expect(state?.unread).toBe(1)
  })

  test("is zero in a room that Alice only looks at", () => {
    expect(new Rooms().put(room(1, 10)).unread).toBe(0)
  })
})

describe("updating a room", () => {
  test("takes the new name, and never decreases counters", () => {
    const state = roomsWith(1).get(1)
    for (let number = 11; number <= 15; number++) state?.count(message(number), alice.id)
    state?.update(room(1, 12, { name: "renamed" }))
    expect(state?.room).toMatchObject({ name: "renamed", seq: 15, last_number: 15, posts: 15 })
    expect(state?.room.last_at).toBe(message(15).created_at)
  })

  test("an older room does not replace a newer name", () => {
    const state = roomsWith(1).get(1)
    state?.update(room(1, 12, { name: "newest" }))
    state?.update(room(1, 11, { name: "older" }))
    expect(state?.name).toBe("newest")
  })
})

describe("the lists", () => {
  test("rooms are sorted by name, with numbers in numeric order", () => {
    const rooms = roomsWith(10, 9, 2)
    expect(rooms.channels.map(state => state.name)).toEqual(["room2", "room9", "room10"])
  })

  test("direct rooms are sorted by their last message", () => {
    const rooms = new Rooms()
    for (const id of [1, 2, 3]) rooms.put(room(id, id, { kind: "direct", name: "" }), membership(id, 0))
    expect(rooms.directs.map(({ id }) => id)).toEqual([3, 2, 1])
    rooms.get(1)?.count(message(9), alice.id)
    expect(rooms.directs.map(({ id }) => id)).toEqual([1, 3, 2])
  })

  test("rooms that Alice only looks at are in no list", () => {
    const rooms = roomsWith(1)
    rooms.put(room(2, 5))
    expect(rooms.all.map(({ id }) => id)).toEqual([1])
    expect(rooms.byName("room2")?.id).toBe(2)
  })

  test('the title of a direct room is the names of the others, or "You"', () => {
    const members = new Members(async () => [])
    members.put(alice, bob, { ...bob, id: 3, name: "Carol" })
    const titled = (participants: number[]) =>
      new Rooms().put(room(1, 0, { kind: "direct", name: "", participants })).title({ me: alice, members })
    expect(titled([1, 2, 3])).toBe("Bob, Carol")
    expect(titled([1])).toBe("You")
  })
})

describe("reactivity", () => {
  test("a message updates its room's counter, and no list and no other room", () => {
    const rooms = roomsWith(...Array.from({ length: 200 }, (_, index) => index + 1))
    const list = countRuns(() => rooms.channels.length)
    const names = countRuns(() => rooms.channels.map(state => state.name))
    const mine = countRuns(() => rooms.get(1)?.unread)
    const other = countRuns(() => rooms.get(2)?.unread)
    for (let number = 11; number <= 60; number++) {
      rooms.get(1)?.count(message(number), alice.id)
      flushSync()
    }
    expect([list.times, names.times, mine.times, other.times]).toEqual([0, 0, 50, 0])
    for (const seen of [list, names, mine, other]) seen.stop()
  })
})
