import { expect, test } from "vitest"
import { limitMarks } from "./combiningMarks"
import { parse } from "./parse"

test("a stack of marks that would cover other lines is cut to four", () => {
  const stack = "\u0301\u0316\u0334\u0489"
  expect(limitMarks(`Z${stack.repeat(50)}algo`)).toBe(`Z${stack}algo`)
  expect(parse(`hi Z${stack.repeat(50)}`)).toEqual([
    { type: "paragraph", children: [{ type: "text", text: `hi Z${stack}` }] },
  ])
})

test.each([
  "Ti\u1ebfng Vi\u1ec7t",
  "e\u0323\u0302",
  "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596\u05d9\u05ea",
  "\u0e17\u0e35\u0e48\u0e19\u0e35\u0e48",
  "\u0f56\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f66",
  "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f\u064c",
  "\u0939\u093f\u0928\u094d\u0926\u0940",
  "\u2764\ufe0f 1\ufe0f\u20e3",
])("ordinary text stays unchanged: %j", text => {
  expect(limitMarks(text)).toBe(text)
})
