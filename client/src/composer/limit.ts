/** How much more fits into a message. The server counts bytes of UTF-8, so this does too. */

import { MESSAGE_BYTES } from "../protocol/types"

/** Told about from here on: a paragraph before the end. */
const NEAR_BYTES = 1024

const encoder = new TextEncoder()

export interface Limit {
  /** bytes that still fit; negative: so many too many */
  readonly left: number
  readonly near: boolean
  readonly over: boolean
}

export function limitOf(text: string): Limit {
  // Each UTF-16 unit is at most three bytes: short texts need no counting.
  const left =
    text.length * 3 < MESSAGE_BYTES - NEAR_BYTES ? MESSAGE_BYTES : MESSAGE_BYTES - encoder.encode(text).length
  return { left, near: left < NEAR_BYTES, over: left < 0 }
}
