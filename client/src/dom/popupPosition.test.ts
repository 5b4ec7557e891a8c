import { expect, test } from "vitest"
import { popupPosition } from "./popupPosition"

const view = { width: 1000, height: 600 }
const menu = { width: 200, height: 150 }

test("a menu opens below its button, aligned with its start", () => {
  const button = { left: 300, top: 100, width: 30, height: 30 }
  expect(popupPosition(button, menu, view, { side: "below", align: "start" })).toEqual({ left: 300, top: 136 })
})

test("a menu at the bottom of the viewport opens above its button", () => {
  const button = { left: 300, top: 560, width: 30, height: 30 }
  expect(popupPosition(button, menu, view, { side: "below", align: "start" }).top).toBe(560 - 6 - 150)
})

test("a tooltip at the top of the viewport opens below its button", () => {
  const button = { left: 300, top: 4, width: 30, height: 30 }
  expect(popupPosition(button, { width: 80, height: 24 }, view, { side: "above", align: "center" })).toEqual({
    left: 275,
    top: 40,
  })
})

test("in right-to-left text, start is the right edge", () => {
  const button = { left: 300, top: 100, width: 30, height: 30 }
  expect(popupPosition(button, menu, view, { side: "below", align: "start" }, true).left).toBe(130)
})

test("a popup stays inside the viewport", () => {
  const button = { left: 980, top: 100, width: 20, height: 30 }
  expect(popupPosition(button, menu, view, { side: "below", align: "start" }).left).toBe(1000 - 8 - 200)
  const tall = { width: 200, height: 900 }
  expect(popupPosition(button, tall, view, { side: "below", align: "start" }).top).toBe(8)
})
