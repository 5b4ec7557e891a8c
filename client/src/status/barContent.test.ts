import { expect, test } from "vitest"
import { t } from "../ui/strings"
import { type BarContent, barContent, type ConnectionState } from "./barContent"

const WELL: ConnectionState = { status: "live", ready: true, degraded: false, seconds: null, unsent: 0 }

function shown(state: Partial<ConnectionState>): BarContent | null {
  return barContent({ ...WELL, ...state })
}

function told(state: Partial<ConnectionState>): string | null {
  const said = shown(state)
  return said && t(said.key, said.values)
}

test("while all is well nothing is said, nor while the first connection is made", () => {
  expect(shown({ status: "live" })).toBeNull()
  expect(shown({ status: "connecting", ready: false })).toBeNull()
})

test("cut off, it tells when the next try is, and that nothing is lost", () => {
  expect(told({ status: "reconnecting", seconds: 4 })).toBe(
    "No connection. Next try in 4 seconds — what you write is kept and sent then.",
  )
  expect(told({ status: "reconnecting", seconds: 1 })).toBe(
    "No connection. Next try in 1 second — what you write is kept and sent then.",
  )
  expect(shown({ status: "reconnecting", seconds: 4 })?.action).toBe("retry")
})

test("what is read out does not count", () => {
  const spoken = [4, 3, 0].map(seconds => shown({ status: "reconnecting", seconds })?.spoken)
  expect(new Set(spoken)).toEqual(new Set(["connection.lost"]))
})

test("while it tries there is nothing to press", () => {
  expect(told({ status: "reconnecting", seconds: 0 })).toBe("Reconnecting… What you write is kept and sent then.")
  expect(shown({ status: "reconnecting" })?.action).toBeNull()
})

test("a server that cannot be reached at first is said plainly", () => {
  expect(told({ status: "reconnecting", ready: false, seconds: 4 })).toBe(
    "The server cannot be reached. Next try in 4 seconds.",
  )
})

test("ended for good, it says why and what to do", () => {
  expect(shown({ status: "signed_out" })).toMatchObject({ action: "sign_in", mood: "ended" })
  expect(told({ status: "signed_out", unsent: 2 })).toMatch(/2 messages are kept/)
  expect(shown({ status: "revoked" })?.action).toBe("sign_in")
  expect(shown({ status: "refused" })?.action).toBe("reload")
})

test("that others are heard late is said without alarm, and nothing is asked of anybody", () => {
  expect(told({ degraded: true })).toBe("Some messages may take a few seconds to arrive. Nothing is lost.")
  expect(shown({ degraded: true })).toMatchObject({ mood: "late", action: null })
  expect(told({ status: "reconnecting", degraded: true, seconds: 4 })).toMatch(/^No connection/)
})
