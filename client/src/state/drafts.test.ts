import { expect, test } from "vitest"
import { Drafts } from "./drafts.svelte"

/** Like localStorage: keys are own properties. */
function storage(): Storage {
  const methods = {
    getItem: (key: string) => (Object.hasOwn(stored, key) ? (stored as Record<string, string>)[key] : null),
    setItem: (key: string, text: string) => void Object.assign(stored, { [key]: text }),
    removeItem: (key: string) => void Reflect.deleteProperty(stored, key),
  }
  const stored = Object.create(methods) as Storage
  return stored
}

test("a draft survives a reload", () => {
  const browser = storage()
  const before = new Drafts(browser)
  before.open("/chat/1")
  before.set(7, "half a thou")
  const after = new Drafts(browser)
  after.open("/chat/1")
  expect([after.get(7), after.get(8)]).toEqual(["half a thou", ""])
})

test("an empty draft is deleted", () => {
  const browser = storage()
  const drafts = new Drafts(browser)
  drafts.open("/chat/1")
  drafts.set(7, "text")
  drafts.set(7, " \n")
  expect(drafts.get(7)).toBe("")
  expect(Object.keys(browser)).toEqual([])
})

test("a draft of one tab is shown in another", () => {
  const browser = storage()
  const [one, other] = [new Drafts(browser), new Drafts(browser)]
  for (const drafts of [one, other]) drafts.open("/chat/1")
  one.set(7, "from one")
  other.reload("hubbub.draft./chat/1.7")
  expect(other.get(7)).toBe("from one")
  one.set(7, "")
  other.reload("hubbub.draft./chat/1.7")
  expect(other.get(7)).toBe("")
})

test("Bob does not see Alice's draft in the same browser", () => {
  const browser = storage()
  const drafts = new Drafts(browser)
  drafts.open("/chat/1")
  drafts.set(7, "Alice's")
  drafts.open("/chat/2")
  expect(drafts.get(7)).toBe("")
})

test("signing out deletes Alice's drafts in all tabs, and keeps Bob's", () => {
  const browser = storage()
  const [one, other, bobs] = [new Drafts(browser), new Drafts(browser), new Drafts(browser)]
  for (const drafts of [one, other]) drafts.open("/chat/1")
  bobs.open("/chat/2")
  bobs.set(7, "Bob's")
  one.set(7, "a secret")
  one.set(8, "another")
  other.reload("hubbub.draft./chat/1.7")
  expect(one.count).toBe(2)
  one.clear()
  other.reload("hubbub.draft./chat/1.7")
  expect([one.count, one.get(7), other.get(7)]).toEqual([0, "", ""])
  expect(Object.keys(browser)).toEqual(["hubbub.draft./chat/2.7"])
})

test("without storage a draft lasts as long as the tab", () => {
  const drafts = new Drafts(null)
  drafts.open("/chat/1")
  drafts.set(7, "text")
  expect(drafts.get(7)).toBe("text")
})
