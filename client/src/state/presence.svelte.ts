/** Who is connected now. */

import { SvelteMap } from "svelte/reactivity"
import type { PresenceState, Presence as Told } from "../protocol/types"

/** What can be said of somebody: without a connection of one's own, nothing. */
export type Seen = PresenceState | "unknown"

export class Presence {
  readonly #states = new SvelteMap<number, PresenceState>()
  readonly #isConnected: () => boolean

  /** ids of all who are connected, active or away */
  connected: number[] = $derived([...this.#states.keys()])

  /** `isConnected`: whether the server tells who comes and goes. */
  constructor(isConnected: () => boolean = () => true) {
    this.#isConnected = isConnected
  }

  /** whether what was told still holds */
  get known(): boolean {
    return this.#isConnected()
  }

  state(member: number): Seen {
    return this.known ? this.told(member) : "unknown"
  }

  /** The state that was told last, whether or not it still holds. */
  told(member: number): PresenceState {
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
