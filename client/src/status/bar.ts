/** What the connection bar says. */

import type { Status } from "../state/session.svelte"
import type { Key, Values } from "../ui/strings"

export interface Bar {
  readonly key: Key
  readonly values: Values
  /** what is read out instead, where the sentence counts down */
  readonly spoken?: Key
  readonly mood: "waits" | "ended"
  readonly action: "retry" | "sign_in" | "reload" | null
}

/** Null while all is well, and during a first connection that has not failed yet. `seconds` until the next try. */
export function bar(status: Status, ready: boolean, seconds: number | null, unsent: number): Bar | null {
  switch (status) {
    case "live":
      return null
    case "signed_out":
      return {
        key: unsent > 0 ? "connection.signedOutUnsent" : "connection.signedOut",
        values: { count: unsent },
        mood: "ended",
        action: "sign_in",
      }
    case "revoked":
      return { key: "connection.revoked", values: {}, mood: "ended", action: "sign_in" }
    case "refused":
      return { key: "connection.refused", values: {}, mood: "ended", action: "reload" }
    default:
      break
  }
  if (seconds !== null && seconds > 0) {
    return {
      key: ready ? "connection.waits" : "connection.unreachable",
      values: { count: seconds },
      spoken: ready ? "connection.lost" : "connection.away",
      mood: "waits",
      action: "retry",
    }
  }
  return ready ? { key: "connection.trying", values: {}, spoken: "connection.lost", mood: "waits", action: null } : null
}
