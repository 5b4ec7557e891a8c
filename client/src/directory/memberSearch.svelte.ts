/** Looks members up by the beginning of their name or handle, a moment after the last key. */

import type { Member } from "../protocol/types"
import type { Session } from "../state/session.svelte"

const REST_MS = 120

export class MemberSearch {
  found: readonly Member[] = $state.raw([])
  more = $state(false)
  searching = $state(false)
  /** whether an answer has come */
  searched = $state(false)
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Starts a search; returns how to call it off. A failed one leaves what was found before. */
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
          // Offline, people one already knows can still be chosen; the bar above says why there are no others.
        } finally {
          if (current) this.searching = false
        }
      },
      query === "" ? 0 : REST_MS,
    )
    return () => {
      current = false
      clearTimeout(waiting)
    }
  }
}
