import { expect, test } from "vitest"
import { t } from "../ui/strings"
import { typingSentence } from "./typingSentence"

function told(...names: string[]): string | null {
  const sentence = typingSentence(names)
  return sentence && t(sentence.key, sentence.values)
}

test("one and two are named, more are several, nobody is nothing", () => {
  expect(told()).toBeNull()
  expect(told("Bob")).toBe("Bob is typing…")
  expect(told("Bob", "Carol")).toBe("Bob and Carol are typing…")
  expect(told("Bob", "Carol", "Alice")).toBe("Several people are typing…")
})
