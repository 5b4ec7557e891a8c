/** The content of the connection bar. */

import type { Status } from "../state/connection.svelte"
import type { Key, Values } from "../ui/strings"

export interface BarContent {
  readonly key: Key
  readonly values: Values
  /** the text for screen readers, if `key` counts down */
  readonly announced?: Key
  readonly mood: "late" | "waits" | "ended"
  readonly action: "retry" | "sign_in" | "reload" | null
}

/** The part of the session that the bar depends on. */
export interface ConnectionState {
  readonly status: Status
  readonly ready: boolean
  readonly degraded: boolean
  /** until the next attempt; null if none is planned */
  readonly seconds: number | null
  /** number of messages that are waiting to be sent */
  readonly unsent: number
}

/** Null while all is well, and during the first connection attempt. */
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
      announced: ready ? "connection.lost" : "connection.away",
      mood: "waits",
      action: "retry",
    }
  }
  return ready
    ? { key: "connection.trying", values: {}, announced: "connection.lost", mood: "waits", action: null }
    : null
}
