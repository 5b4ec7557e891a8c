/** Why a command got no reply. */

import type { ErrorCode } from "./types"

/** The server's codes, and one of our own: `offline`, when it is not known whether the server heard it. */
export type FailureCode = ErrorCode | "offline"

const FINAL: ReadonlySet<FailureCode> = new Set(["invalid", "forbidden", "not_found", "conflict"])

export class CommandError extends Error {
  override readonly name = "CommandError"
  readonly code: FailureCode
  /** seconds after which trying again makes sense; null where the server named none */
  readonly retryAfter: number | null

  constructor(code: FailureCode, message: string, retryAfter: number | null = null) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }

  /** The same command would be refused again: do not send it again by itself. */
  get final(): boolean {
    return FINAL.has(this.code)
  }
}
