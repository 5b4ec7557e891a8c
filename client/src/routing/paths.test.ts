import { expect, test } from "vitest"
import { isPathOfRoom, NOWHERE, pathOf, placeAtPath, roomAt } from "./paths"

const general = { id: 1, kind: "public", name: "general" }
const direct = { id: 7, kind: "direct", name: "" }

test("a channel is addressed by name, a direct room by id, a message by its number", () => {
  expect(pathOf("/chat/", general)).toBe("/chat/general/")
  expect(pathOf("/chat/", direct)).toBe("/chat/~7/")
  expect(pathOf("/chat/", general, 42)).toBe("/chat/general/42/")
})

test("a name that browsers take for a step in the path is addressed by id", () => {
  expect(pathOf("/chat/", { id: 9, kind: "public", name: ".." })).toBe("/chat/~9/")
})

test("every address leads back to its place, in any script", () => {
  for (const name of ["general", "غرفة المعيشة", "设计 & 排版", "50% off?", "a#b"]) {
    const path = pathOf("/chat/", { id: 1, kind: "public", name }, 3)
    expect(placeAtPath("/chat/", path)).toEqual({ room: name, number: 3 })
  }
})

test("what is no address of the client's means the beginning", () => {
  expect(placeAtPath("/chat/", "/chat/")).toEqual(NOWHERE)
  expect(placeAtPath("/chat/", "/elsewhere/general/")).toEqual(NOWHERE)
  expect(placeAtPath("/chat/", "/chat/general/notes/")).toEqual({ room: "general", number: null })
  expect(placeAtPath("/chat/", "/chat/%E0%A4%A/")).toEqual({ room: "%E0%A4%A", number: null })
})

test("a tilde and digits are a room's id, all else its name", () => {
  expect(roomAt("~7")).toEqual({ id: 7 })
  expect(roomAt("general")).toEqual({ name: "general" })
})

test("only whole addresses of rooms and messages are links within the page", () => {
  expect(isPathOfRoom("/chat/", "/chat/general/")).toBe(true)
  expect(isPathOfRoom("/chat/", "/chat/general/42/")).toBe(true)
  expect(isPathOfRoom("/chat/", "/chat/")).toBe(false)
  expect(isPathOfRoom("/chat/", "/chat/api/docs")).toBe(false)
  expect(isPathOfRoom("/chat/", "/elsewhere/general/")).toBe(false)
})
