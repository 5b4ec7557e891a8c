/** Searches members by the start of their name or handle, debounced. */

import type { Member } from "../protocol/types"
import type { Session } from "../state/session.svelte"

const DEBOUNCE_MS = 120

export class MemberSearch {
  found: readonly Member[] = $state.raw([])
  more = $state(false)
  searching = $state(false)
  /** whether a search has succeeded */
  searched = $state(false)
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Starts a search; returns a function that cancels it. A failed search keeps the earlier results. */
  search(query: string): () => void {
    let current = true
    const waiting = setTimeout(
      async () => {
        this.searching = true
        try {
          const page = await this.#session.command("member.directory", { query: query.trim().replace(/^@/, "") })
          if (!current) return
          this.found = page.members.filter(member => member.active)
          this.more = page.more
          this.searched = true
        } catch {
          // Offline, the earlier results can still be chosen; the connection bar explains why there are no others.
        } finally {
          if (current) this.searching = false
        }
      },
      query === "" ? 0 : DEBOUNCE_MS,
    )
    return () => {
      current = false
      clearTimeout(waiting)
    }
  }
}
