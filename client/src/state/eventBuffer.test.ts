import { expect, test } from "vitest"
import type { Event } from "../protocol/types"
import { EventBuffer } from "./eventBuffer"

function buffer() {
  const handled: Event[] = []
  const frames: (() => void)[] = []
  const events = new EventBuffer(
    event => handled.push(event),
    run => frames.push(run),
  )
  return { events, handled, frames, draw: () => frames.splice(0).map(run => run()) }
}

const refresh: Event = { type: "refresh" }
const heartbeat: Event = { type: "heartbeat" }

test("events of one frame are handled together, in their order", () => {
  const { events, handled, frames, draw } = buffer()
  events.push(refresh)
  events.push(heartbeat)
  expect(handled).toEqual([])
  expect(frames).toHaveLength(1)
  draw()
  expect(handled).toEqual([refresh, heartbeat])
})

test("the first event after a frame waits for the next frame", () => {
  const { events, handled, draw } = buffer()
  events.push(refresh)
  draw()
  events.push(heartbeat)
  draw()
  expect(handled).toEqual([refresh, heartbeat])
})

test("a flushed event is handled once", () => {
  const { events, handled, draw } = buffer()
  events.push(refresh)
  events.flush()
  expect(handled).toEqual([refresh])
  draw()
  expect(handled).toEqual([refresh])
})

test("without frames each event is handled at once", () => {
  const handled: Event[] = []
  const events = new EventBuffer(
    event => handled.push(event),
    run => run(),
  )
  events.push(refresh)
  events.push(heartbeat)
  expect(handled).toEqual([refresh, heartbeat])
})
