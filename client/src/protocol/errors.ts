/** Why a command failed. */

import type { ErrorCode } from "./types"

/** The server's codes, and one of the client's: `offline`, when the server may not have received the command. */
export type FailureCode = ErrorCode | "offline"

const FINAL: ReadonlySet<FailureCode> = new Set(["invalid", "forbidden", "not_found", "conflict"])

export class CommandError extends Error {
  override readonly name = "CommandError"
  readonly code: FailureCode
  /** seconds to wait before a retry; null where the server named none */
  readonly retryAfter: number | null

  constructor(code: FailureCode, message: string, retryAfter: number | null = null) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }

  /** The server would refuse the same command again: do not retry. */
  get final(): boolean {
    return FINAL.has(this.code)
  }
}

export function noConnection(): CommandError {
  return new CommandError("offline", "There is no connection to the server.")
}
