import { expect, test } from "vitest"
import type { Message, System } from "../protocol/types"
import { t } from "../ui/strings"
import { systemSentence } from "./systemSentence"

const names = new Map([
  [1, "Alice"],
  [2, "Bob"],
])

function sentence(system: System, author = 1, kind = "public"): string {
  const { key, values } = systemSentence({ author, system } as Message, kind, id => names.get(id) ?? "?")
  return t(key, values)
}

test("each kind of system message has a sentence with names", () => {
  expect(sentence({ kind: "created" })).toBe("Alice created this channel")
  expect(sentence({ kind: "created" }, 1, "direct")).toBe("Alice began this conversation")
  expect(sentence({ kind: "joined" }, 2)).toBe("Bob joined")
  expect(sentence({ kind: "added", member: 2 })).toBe("Alice added Bob")
  expect(sentence({ kind: "left" }, 2)).toBe("Bob left")
  expect(sentence({ kind: "removed", member: 2 })).toBe("Alice removed Bob")
  expect(sentence({ kind: "renamed", text: "salon" })).toBe("Alice renamed the channel to “salon”")
  expect(sentence({ kind: "described", text: "All of us" })).toBe("Alice set the description: All of us")
  expect(sentence({ kind: "described" })).toBe("Alice cleared the description")
  expect(sentence({ kind: "archived" })).toBe("Alice archived this channel")
  expect(sentence({ kind: "unarchived" })).toBe("Alice opened this channel again")
})
