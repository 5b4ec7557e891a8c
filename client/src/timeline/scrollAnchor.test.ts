import { beforeEach, expect, test } from "vitest"
import { type Item, ScrollAnchor, type ScrollView } from "./scrollAnchor"

/** A list of boxes in a viewport of 600 px that scrolls within its bounds, as in a browser. */
class Boxes implements ScrollView {
  height = 600
  items: { key: string; height: number }[] = []
  #top = 0

  get extent(): number {
    return Math.max(
      this.height,
      this.items.reduce((sum, item) => sum + item.height, 0),
    )
  }

  get top(): number {
    return Math.min(this.#top, this.extent - this.height)
  }

  set top(value: number) {
    this.#top = Math.max(0, Math.min(value, this.extent - this.height))
  }

  itemAt(line: number): Item | null {
    return this.#positioned().find(item => item.top + item.height > line) ?? null
  }

  item(key: string): Item | null {
    return this.#positioned().find(item => item.key === key) ?? null
  }

  /** The position of a message in the viewport. */
  visibleTop(key: string): number {
    const item = this.item(key)
    if (!item) throw new Error(`${key} is not in the list`)
    return item.top - this.top
  }

  #positioned(): Item[] {
    let top = 0
    return this.items.map(({ key, height }) => {
      const item = { key, top, height }
      top += height
      return item
    })
  }
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ key: `m${from + index}`, height: 40 }))

let boxes: Boxes
let anchor: ScrollAnchor

beforeEach(() => {
  boxes = new Boxes()
  boxes.items = messages(101, 150)
  anchor = new ScrollAnchor(boxes)
  anchor.toEnd()
})

function scrollTo(top: number): void {
  boxes.top = top
  anchor.scrolled()
}

test("a room opens at its end", () => {
  expect(boxes.top).toBe(50 * 40 - 600)
  expect(anchor.atEnd).toBe(true)
})

test("at the end, a new message scrolls into view", () => {
  boxes.items = messages(101, 151)
  anchor.restore()
  expect(boxes.visibleTop("m151")).toBe(560)
})

test("away from the end, a new message does not scroll", () => {
  scrollTo(800)
  boxes.items = messages(101, 160)
  anchor.restore()
  expect(boxes.top).toBe(800)
  expect(anchor.atEnd).toBe(false)
})

test("history loaded above does not move the visible messages", () => {
  scrollTo(90)
  const before = boxes.visibleTop("m104")
  boxes.items = messages(51, 150)
  anchor.restore()
  expect(boxes.visibleTop("m104")).toBe(before)
})

test("history loaded at the very top does not move the visible messages", () => {
  scrollTo(0)
  boxes.items = messages(51, 150)
  anchor.restore()
  expect(boxes.visibleTop("m101")).toBe(0)
})

test("messages removed far above do not move the visible messages", () => {
  scrollTo(1200)
  const before = boxes.visibleTop("m131")
  boxes.items = messages(111, 150)
  anchor.restore()
  expect(boxes.visibleTop("m131")).toBe(before)
})

test("a picture loaded above does not move the visible messages", () => {
  scrollTo(1000)
  const before = boxes.visibleTop("m126")
  boxes.items = boxes.items.map(item => (item.key === "m110" ? { ...item, height: 340 } : item))
  anchor.restore()
  expect(boxes.visibleTop("m126")).toBe(before)
})

test("a larger font does not move the first visible message", () => {
  scrollTo(1000)
  boxes.items = boxes.items.map(item => ({ ...item, height: 52 }))
  anchor.restore()
  expect(boxes.visibleTop("m126")).toBe(0)
})

test("a growing composer does not hide the last message", () => {
  boxes.height = 480
  anchor.restore()
  expect(boxes.visibleTop("m150")).toBe(440)
})

test("scrolling and loading history in one frame both count", () => {
  scrollTo(300)
  const before = boxes.visibleTop("m110")
  boxes.items = messages(51, 150)
  boxes.top = 240
  anchor.scrolled()
  expect(boxes.visibleTop("m110")).toBe(before + 60)
})

test("a linked message is centred, one higher than the viewport is aligned to its start", () => {
  expect(anchor.toItem("m120", "center")).toBe(true)
  expect(boxes.visibleTop("m120")).toBe(280)
  boxes.items = boxes.items.map(item => (item.key === "m120" ? { ...item, height: 2000 } : item))
  anchor.toItem("m120", "center")
  expect(boxes.visibleTop("m120")).toBe(48)
})

test("a message that is not in the list is not scrolled to", () => {
  expect(anchor.toItem("m1", "start")).toBe(false)
  expect(anchor.atEnd).toBe(true)
})

test("the end of loaded messages is no anchor if it is not the room's end", () => {
  anchor.endIsLatest = false
  scrollTo(1400)
  boxes.items = messages(101, 200)
  anchor.restore()
  expect(boxes.top).toBe(1400)
})

test("when the anchor message is removed, the first visible one becomes the anchor", () => {
  scrollTo(1000)
  boxes.items = boxes.items.filter(item => item.key !== "m126")
  anchor.restore()
  expect(boxes.top).toBe(1000)
  expect(anchor.held).toEqual({ at: "item", key: "m127", distance: 0 })
})

test("margins are measured in viewport heights", () => {
  scrollTo(600)
  expect(anchor.margins().before).toBe(1)
  expect(anchor.margins().after).toBeCloseTo((2000 - 600 - 600) / 600, 5)
})
