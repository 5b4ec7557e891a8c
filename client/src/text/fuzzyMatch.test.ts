import { expect, test } from "vitest"
import { fuzzyMatch } from "./fuzzyMatch"

const rooms = ["general", "random", "design-review", "engineering", "غرفة المعيشة", "设计"].map(name => ({ name }))
const found = (query: string) => fuzzyMatch(query, rooms, 10).map(({ name }) => name)

test("nothing typed finds everything, in its order", () => {
  expect(found("")).toHaveLength(rooms.length)
})

test("a beginning comes before the middle of a name", () => {
  expect(found("en").slice(0, 2)).toEqual(["engineering", "general"])
})

test("the beginning of a word counts", () => {
  expect(found("rev")[0]).toBe("design-review")
})

test("a few letters in order are enough", () => {
  expect(found("dgnrv")).toEqual(["design-review"])
})

test("case, accents and the sign before the name do not matter", () => {
  expect(fuzzyMatch("zoe", [{ name: "Zoë" }], 5)).toHaveLength(1)
  expect(found("#GEN")[0]).toBe("general")
})

test("any script is found", () => {
  expect(found("设")).toEqual(["设计"])
  expect(found("المع")).toEqual(["غرفة المعيشة"])
})

test("a member is found by handle too", () => {
  expect(fuzzyMatch("@ali", [{ name: "A. Liddell", also: "alice" }], 5)).toHaveLength(1)
})

test("what nothing fits finds nothing", () => {
  expect(found("xyz")).toEqual([])
})
