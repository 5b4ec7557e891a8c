/** The members one has met. */

import type { Member } from "../protocol/types"

export class Members {
  /** The member at once, if need be as a placeholder (`name` empty) that fills itself in. */
  get(id: number): Member {
    return { id, handle: "", name: "", role: "member", about: "", hue: 0, active: true }
  }
}
