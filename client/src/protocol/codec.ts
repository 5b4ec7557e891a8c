/** Decodes and encodes text frames. */

import { CommandError } from "./errors"
import type { ErrorCode, Event } from "./types"

export type Frame =
  | { kind: "event"; event: Event }
  | { kind: "reply"; re: number; ok: unknown }
  | { kind: "refusal"; re: number | null; error: CommandError }

interface Wire {
  type?: string
  re?: number | null
  ok?: unknown
  error?: { code: ErrorCode; message: string; retry_after?: number }
}

/** Throws SyntaxError if the text is not a frame of this protocol. */
export function decode(text: string): Frame {
  const wire = JSON.parse(text) as Wire
  if (wire.type !== undefined) return { kind: "event", event: wire as Event }
  if (wire.error) {
    const { code, message, retry_after } = wire.error
    return { kind: "refusal", re: wire.re ?? null, error: new CommandError(code, message, retry_after ?? null) }
  }
  if (typeof wire.re === "number") return { kind: "reply", re: wire.re, ok: wire.ok }
  throw new SyntaxError("the frame is neither an event nor a reply")
}

export function encode(type: string, fields: object, id?: number): string {
  return JSON.stringify(id === undefined ? { type, ...fields } : { id, type, ...fields })
}
