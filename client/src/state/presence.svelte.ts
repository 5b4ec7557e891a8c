/** The members who are connected. */

import { SvelteMap } from "svelte/reactivity"
import type { Presence as Entry, PresenceState } from "../protocol/types"

/** `unknown`: this tab has no connection. */
export type KnownPresence = PresenceState | "unknown"

export class Presence {
  readonly #states = new SvelteMap<number, PresenceState>()
  readonly #isConnected: () => boolean

  /** ids of connected members, active or away */
  connected: number[] = $derived([...this.#states.keys()])

  /** `isConnected`: the server sends changes to this tab now. */
  constructor(isConnected: () => boolean = () => true) {
    this.#isConnected = isConnected
  }

  /** The states are up to date. */
  get known(): boolean {
    return this.#isConnected()
  }

  state(member: number): KnownPresence {
    return this.known ? this.lastKnown(member) : "unknown"
  }

  /** The state before the connection was lost, or the current one. */
  lastKnown(member: number): PresenceState {
    return this.#states.get(member) ?? "offline"
  }

  put(entries: Entry[]): void {
    for (const { member, state } of entries) {
      if (state === "offline") this.#states.delete(member)
      else this.#states.set(member, state)
    }
  }

  /** Replace all states: members without an entry are offline. */
  replace(entries: Entry[]): void {
    const named = new Set(entries.map(({ member }) => member))
    for (const member of [...this.#states.keys()]) if (!named.has(member)) this.#states.delete(member)
    this.put(entries)
  }
}
