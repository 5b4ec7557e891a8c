/** Who is connected now. */

import { SvelteMap } from "svelte/reactivity"
import type { PresenceState, Presence as Told } from "../protocol/types"

export class Presence {
  readonly #states = new SvelteMap<number, PresenceState>()

  /** ids of all who are connected, active or away */
  connected: number[] = $derived([...this.#states.keys()])

  state(member: number): PresenceState {
    return this.#states.get(member) ?? "offline"
  }

  put(told: Told[]): void {
    for (const { member, state } of told) {
      if (state === "offline") this.#states.delete(member)
      else this.#states.set(member, state)
    }
  }

  /** Take exactly these as connected. */
  replace(told: Told[]): void {
    const named = new Set(told.map(({ member }) => member))
    for (const member of [...this.#states.keys()]) if (!named.has(member)) this.#states.delete(member)
    this.put(told)
  }
}
