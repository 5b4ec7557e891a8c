import { expect, test } from "vitest"
import { t } from "../ui/strings"
import { type BarContent, barContent, type ConnectionState } from "./barContent"

const WELL: ConnectionState = { status: "live", ready: true, degraded: false, seconds: null, unsent: 0 }

function shown(state: Partial<ConnectionState>): BarContent | null {
  return barContent({ ...WELL, ...state })
}

function text(state: Partial<ConnectionState>): string | null {
  const said = shown(state)
  return said && t(said.key, said.values)
}

test("the bar is empty while connected, and during the first connection attempt", () => {
  expect(shown({ status: "live" })).toBeNull()
  expect(shown({ status: "connecting", ready: false })).toBeNull()
})

test("while disconnected it shows when the next attempt is, and that messages are kept", () => {
  expect(text({ status: "reconnecting", seconds: 4 })).toBe(
    "No connection. Next try in 4 seconds — what you write is kept and sent then.",
  )
  expect(text({ status: "reconnecting", seconds: 1 })).toBe(
    "No connection. Next try in 1 second — what you write is kept and sent then.",
  )
  expect(shown({ status: "reconnecting", seconds: 4 })?.action).toBe("retry")
})

test("the announced text has no countdown", () => {
  const announced = [4, 3, 0].map(seconds => shown({ status: "reconnecting", seconds })?.announced)
  expect(new Set(announced)).toEqual(new Set(["connection.lost"]))
})

test("there is no button during an attempt", () => {
  expect(text({ status: "reconnecting", seconds: 0 })).toBe("Reconnecting… What you write is kept and sent then.")
  expect(shown({ status: "reconnecting" })?.action).toBeNull()
})

test("a failed first connection says that the server cannot be reached", () => {
  expect(text({ status: "reconnecting", ready: false, seconds: 4 })).toBe(
    "The server cannot be reached. Next try in 4 seconds.",
  )
})

test("after the session has ended it shows the reason and what to do", () => {
  expect(shown({ status: "signed_out" })).toMatchObject({ action: "sign_in", mood: "ended" })
  expect(text({ status: "signed_out", unsent: 2 })).toMatch(/2 messages are kept/)
  expect(shown({ status: "revoked" })?.action).toBe("sign_in")
  expect(shown({ status: "refused" })?.action).toBe("reload")
})

test("late delivery is shown calmly and without a button", () => {
  expect(text({ degraded: true })).toBe("Some messages may take a few seconds to arrive. Nothing is lost.")
  expect(shown({ degraded: true })).toMatchObject({ mood: "late", action: null })
  expect(text({ status: "reconnecting", degraded: true, seconds: 4 })).toMatch(/^No connection/)
})
