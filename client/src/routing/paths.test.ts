import { expect, test } from "vitest"
import { HOME, isRoomPath, pathOf, roomQuery, routeAt } from "./paths"

const general = { id: 1, kind: "public", name: "general" }
const direct = { id: 7, kind: "direct", name: "" }

test("the path of a channel has its name, of a direct room its id, of a message its number", () => {
  expect(pathOf("/chat/", general)).toBe("/chat/general/")
  expect(pathOf("/chat/", direct)).toBe("/chat/~7/")
  expect(pathOf("/chat/", general, 42)).toBe("/chat/general/42/")
})

test("a room whose name browsers treat as a dot segment is addressed by id", () => {
  expect(pathOf("/chat/", { id: 9, kind: "public", name: ".." })).toBe("/chat/~9/")
})

test("every path leads back to its route, in any script", () => {
  for (const name of ["general", "غرفة المعيشة", "设计 & 排版", "50% off?", "a#b"]) {
    const path = pathOf("/chat/", { id: 1, kind: "public", name }, 3)
    expect(routeAt("/chat/", path)).toEqual({ room: name, number: 3 })
  }
})

test("a path outside the client is the home route", () => {
  expect(routeAt("/chat/", "/chat/")).toEqual(HOME)
  expect(routeAt("/chat/", "/elsewhere/general/")).toEqual(HOME)
  expect(routeAt("/chat/", "/chat/general/notes/")).toEqual({ room: "general", number: null })
  expect(routeAt("/chat/", "/chat/%E0%A4%A/")).toEqual({ room: "%E0%A4%A", number: null })
})

test("a tilde and digits are a room's id, everything else is its name", () => {
  expect(roomQuery("~7")).toEqual({ id: 7 })
  expect(roomQuery("general")).toEqual({ name: "general" })
})

test("only complete paths of rooms and messages are internal links", () => {
  expect(isRoomPath("/chat/", "/chat/general/")).toBe(true)
  expect(isRoomPath("/chat/", "/chat/general/42/")).toBe(true)
  expect(isRoomPath("/chat/", "/chat/")).toBe(false)
  expect(isRoomPath("/chat/", "/chat/api/docs")).toBe(false)
  expect(isRoomPath("/chat/", "/elsewhere/general/")).toBe(false)
})
