/** What the connection bar says. */

import type { Status } from "../state/connection.svelte"
import type { Key, Values } from "../ui/strings"

export interface BarContent {
  readonly key: Key
  readonly values: Values
  /** what is read out instead, where the sentence counts down */
  readonly spoken?: Key
  readonly mood: "late" | "waits" | "ended"
  readonly action: "retry" | "sign_in" | "reload" | null
}

/** What of the session the bar speaks of. */
export interface ConnectionState {
  readonly status: Status
  readonly ready: boolean
  readonly degraded: boolean
  /** until the next try; null if none is planned */
  readonly seconds: number | null
  /** how many messages wait to be sent */
  readonly unsent: number
}

/** Null while all is well, and during a first connection that has not failed yet. */
export function barContent({ status, ready, degraded, seconds, unsent }: ConnectionState): BarContent | null {
  switch (status) {
    case "live":
      return degraded ? { key: "connection.late", values: {}, mood: "late", action: null } : null
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
