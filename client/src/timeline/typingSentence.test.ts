import { expect, test } from "vitest"
import { t } from "../ui/strings"
import { typingSentence } from "./typingSentence"

function sentenceFor(...names: string[]): string | null {
  const sentence = typingSentence(names)
  return sentence && t(sentence.key, sentence.values)
}

test("one or two members are named, more are “several people”", () => {
  expect(sentenceFor()).toBeNull()
  expect(sentenceFor("Bob")).toBe("Bob is typing…")
  expect(sentenceFor("Bob", "Carol")).toBe("Bob and Carol are typing…")
  expect(sentenceFor("Bob", "Carol", "Alice")).toBe("Several people are typing…")
})
