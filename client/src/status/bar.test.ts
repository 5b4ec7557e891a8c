import { expect, test } from "vitest"
import { t } from "../ui/strings"
import { bar } from "./bar"

function told(...state: Parameters<typeof bar>): string | null {
  const shown = bar(...state)
  return shown && t(shown.key, shown.values)
}

test("while all is well nothing is said, nor while the first connection is made", () => {
  expect(bar("live", true, null, 0)).toBeNull()
  expect(bar("connecting", false, null, 0)).toBeNull()
})

test("cut off, it tells when the next try is, and that nothing is lost", () => {
  expect(told("reconnecting", true, 4, 0)).toBe(
    "No connection. Next try in 4 seconds — what you write is kept and sent then.",
  )
  expect(told("reconnecting", true, 1, 0)).toBe(
    "No connection. Next try in 1 second — what you write is kept and sent then.",
  )
  expect(bar("reconnecting", true, 4, 0)?.action).toBe("retry")
})

test("what is read out does not count", () => {
  const spoken = [4, 3, 0].map(seconds => bar("reconnecting", true, seconds, 0)?.spoken)
  expect(new Set(spoken)).toEqual(new Set(["connection.lost"]))
})

test("while it tries there is nothing to press", () => {
  expect(told("reconnecting", true, 0, 0)).toBe("Reconnecting… What you write is kept and sent then.")
  expect(bar("reconnecting", true, null, 0)?.action).toBeNull()
})

test("a server that cannot be reached at first is said plainly", () => {
  expect(told("reconnecting", false, 4, 0)).toBe("The server cannot be reached. Next try in 4 seconds.")
})

test("ended for good, it says why and what to do", () => {
  expect(bar("signed_out", true, null, 0)).toMatchObject({ action: "sign_in", mood: "ended" })
  expect(told("signed_out", true, null, 2)).toMatch(/2 messages are kept/)
  expect(bar("revoked", true, null, 0)?.action).toBe("sign_in")
  expect(bar("refused", true, null, 0)?.action).toBe("reload")
})
