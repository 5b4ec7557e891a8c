import { expect, test } from "vitest"
import { fuzzyMatch } from "./fuzzyMatch"

const rooms = ["general", "random", "design-review", "engineering", "غرفة المعيشة", "设计"].map(name => ({ name }))
const found = (query: string) => fuzzyMatch(query, rooms, 10).map(({ name }) => name)

test("an empty query finds everything, in the given order", () => {
  expect(found("")).toHaveLength(rooms.length)
})

test("a match at the start of a name ranks above one in the middle", () => {
  expect(found("en").slice(0, 2)).toEqual(["engineering", "general"])
})

test("a match at the start of a word counts", () => {
  expect(found("rev")[0]).toBe("design-review")
})

test("letters in the right order are enough", () => {
  expect(found("dgnrv")).toEqual(["design-review"])
})

test("case, accents and a leading # or @ are ignored", () => {
  expect(fuzzyMatch("zoe", [{ name: "Zoë" }], 5)).toHaveLength(1)
  expect(found("#GEN")[0]).toBe("general")
})

test("names in any script are found", () => {
  expect(found("设")).toEqual(["设计"])
  expect(found("المع")).toEqual(["غرفة المعيشة"])
})

test("a member is also found by handle", () => {
  expect(fuzzyMatch("@ali", [{ name: "A. Liddell", also: "alice" }], 5)).toHaveLength(1)
})

test("a query without a match finds nothing", () => {
  expect(found("xyz")).toEqual([])
})
