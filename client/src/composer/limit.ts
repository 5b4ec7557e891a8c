/** The size limit of a message, in bytes of UTF-8 like on the server. */

import { MESSAGE_BYTES } from "../protocol/types"

/** With fewer bytes left, the composer shows the number: about a paragraph. */
const NEAR_BYTES = 1024

const encoder = new TextEncoder()

export interface Limit {
  /** bytes left; negative if the text is too long */
  readonly left: number
  readonly near: boolean
  readonly over: boolean
}

export function limitOf(text: string): Limit {
  // A UTF-16 unit has at most three bytes of UTF-8, so a short text needs no encoding.
  const left =
    text.length * 3 < MESSAGE_BYTES - NEAR_BYTES ? MESSAGE_BYTES : MESSAGE_BYTES - encoder.encode(text).length
  return { left, near: left < NEAR_BYTES, over: left < 0 }
}
