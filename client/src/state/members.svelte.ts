/** The members one has met. Whoever is not known yet is asked for by id. */

import { SvelteMap } from "svelte/reactivity"
import { MEMBERS_AT_ONCE, type Member } from "../protocol/types"

type Ask = (ids: number[]) => Promise<Member[]>

export class Members {
  readonly #ask: Ask
  readonly #known = new SvelteMap<number, Member>()
  readonly #placeholders = new Map<number, Member>()
  #wanted: number[] = []

  /** `ask` fetches members by id; those that one may not see are missing in what it returns. */
  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** The member at once, if need be as a placeholder (`name` empty) that fills itself in. */
  get(id: number): Member {
    return this.#known.get(id) ?? this.#placeholder(id)
  }

  /** Take what is newer than what is known of each. */
  put(...members: Member[]): void {
    for (const member of members) {
      const known = this.#known.get(member.id)
      if (!known || member.version >= known.version) this.#known.set(member.id, member)
    }
  }

  /** Forget everybody: their versions belong to a history that is no more. */
  clear(): void {
    this.#known.clear()
  }

  /** Forget who could not be found: it may be known after a new snapshot. */
  retryUnknown(): void {
    this.#placeholders.clear()
  }

  #placeholder(id: number): Member {
    const found = this.#placeholders.get(id)
    if (found) return found
    const placeholder = nobody(id)
    this.#placeholders.set(id, placeholder)
    // A screen full of messages meets its authors in one tick: one question for all of them.
    if (this.#wanted.push(id) === 1) setTimeout(() => void this.#askForWanted())
    return placeholder
  }

  async #askForWanted(): Promise<void> {
    const wanted = this.#wanted
    this.#wanted = []
    for (let start = 0; start < wanted.length; start += MEMBERS_AT_ONCE) {
      const ids = wanted.slice(start, start + MEMBERS_AT_ONCE)
      try {
        this.put(...(await this.#ask(ids)))
      } catch {
        // Without a connection nobody can be asked; whoever needs them next asks again.
        for (const id of ids) this.#placeholders.delete(id)
      }
    }
  }
}

export function nobody(id: number): Member {
  return { id, handle: "", name: "", role: "member", about: "", hue: (id * 137) % 360, active: true, version: 0 }
}
