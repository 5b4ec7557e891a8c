/** Who is connected now. */

import type { PresenceState } from "../protocol/types"

export class Presence {
  /** ids of all who are connected, active or away */
  connected: number[] = $state.raw([])

  state(_member: number): PresenceState {
    return "offline"
  }
}
