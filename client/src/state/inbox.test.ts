import { expect, test } from "vitest"
import type { Event } from "../protocol/types"
import { Inbox } from "./inbox"

function inbox() {
  const taken: Event[] = []
  const frames: (() => void)[] = []
  const made = new Inbox(
    event => taken.push(event),
    run => frames.push(run),
  )
  return { made, taken, frames, draw: () => frames.splice(0).map(run => run()) }
}

const refresh: Event = { type: "refresh" }
const heartbeat: Event = { type: "heartbeat" }

test("what comes within a frame is taken together, in its order", () => {
  const { made, taken, frames, draw } = inbox()
  made.put(refresh)
  made.put(heartbeat)
  expect(taken).toEqual([])
  expect(frames).toHaveLength(1)
  draw()
  expect(taken).toEqual([refresh, heartbeat])
})

test("the next frame is asked for again", () => {
  const { made, taken, draw } = inbox()
  made.put(refresh)
  draw()
  made.put(heartbeat)
  draw()
  expect(taken).toEqual([refresh, heartbeat])
})

test("what is released is not taken again", () => {
  const { made, taken, draw } = inbox()
  made.put(refresh)
  made.release()
  expect(taken).toEqual([refresh])
  draw()
  expect(taken).toEqual([refresh])
})

test("without frames everything is taken at once", () => {
  const taken: Event[] = []
  const made = new Inbox(
    event => taken.push(event),
    run => run(),
  )
  made.put(refresh)
  made.put(heartbeat)
  expect(taken).toEqual([refresh, heartbeat])
})
