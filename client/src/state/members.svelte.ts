/** Cache of members. It fetches unknown members by id. */

import { SvelteMap } from "svelte/reactivity"
import { MEMBERS_AT_ONCE, type Member } from "../protocol/types"

type Fetch = (ids: number[]) => Promise<Member[]>

export class Members {
  readonly #fetch: Fetch
  readonly #known = new SvelteMap<number, Member>()
  readonly #placeholders = new Map<number, Member>()
  readonly #wanted: number[] = []

  /** `fetchMembers` resolves without the members that this member may not see. */
  constructor(fetchMembers: Fetch) {
    this.#fetch = fetchMembers
  }

  /** Returns a placeholder (`name` is empty) for an unknown member, and fetches the member. */
  get(id: number): Member {
    return this.#known.get(id) ?? this.#placeholder(id)
  }

  /** Add members; an older version does not replace a newer one. */
  put(...members: Member[]): void {
    for (const member of members) {
      const known = this.#known.get(member.id)
      if (!known || member.version >= known.version) this.#known.set(member.id, member)
    }
  }

  /** Forget all members: the server has another history, with versions of its own. */
  clear(): void {
    this.#known.clear()
  }

  /** Fetch members again that were not found: after a new snapshot they may be visible. */
  retryUnknown(): void {
    this.#placeholders.clear()
  }

  #placeholder(id: number): Member {
    const found = this.#placeholders.get(id)
    if (found) return found
    const placeholder = placeholderFor(id)
    this.#placeholders.set(id, placeholder)
    // A screen full of messages asks for its authors in one tick: they are fetched together.
    if (this.#wanted.push(id) === 1) setTimeout(() => void this.#fetchWanted())
    return placeholder
  }

  async #fetchWanted(): Promise<void> {
    const wanted = this.#wanted.splice(0)
    for (let start = 0; start < wanted.length; start += MEMBERS_AT_ONCE) {
      const ids = wanted.slice(start, start + MEMBERS_AT_ONCE)
      try {
        this.put(...(await this.#fetch(ids)))
      } catch {
        // There is no connection: the next `get` tries again.
        for (const id of ids) this.#placeholders.delete(id)
      }
    }
  }
}

export function placeholderFor(id: number): Member {
  return { id, handle: "", name: "", role: "member", about: "", hue: (id * 137) % 360, active: true, version: 0 }
}
