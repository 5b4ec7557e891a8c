/** Searches the directory of public rooms, debounced and page by page. */

import type { Room } from "../protocol/types"
import type { Session } from "../state/session.svelte"
import { failureText } from "../ui/failure"

const DEBOUNCE_MS = 120

export class RoomSearch {
  rooms: readonly Room[] = $state.raw([])
  joined: ReadonlySet<number> = $state.raw(new Set<number>())
  more = $state(false)
  loading = $state(true)
  problem = $state("")
  readonly #session: Session
  #query = { query: "", archived: false }

  constructor(session: Session) {
    this.#session = session
  }

  /** Starts a new search from the first page; returns a function that cancels it. */
  search(query: string, archived: boolean): () => void {
    this.#query = { query: query.trim().replace(/^#/, ""), archived }
    const waiting = setTimeout(() => void this.#load(""), query === "" ? 0 : DEBOUNCE_MS)
    return () => clearTimeout(waiting)
  }

  async next(): Promise<void> {
    await this.#load(this.rooms[this.rooms.length - 1]?.name ?? "")
  }

  async #load(after: string): Promise<void> {
    const asked = this.#query
    this.loading = true
    this.problem = ""
    try {
      const page = await this.#session.command("room.directory", { ...asked, after })
      if (asked !== this.#query) return
      this.rooms = after === "" ? page.rooms : [...this.rooms, ...page.rooms]
      this.joined = after === "" ? new Set(page.joined) : new Set([...this.joined, ...page.joined])
      this.more = page.more
    } catch (error) {
      if (asked === this.#query) this.problem = failureText(error)
    } finally {
      if (asked === this.#query) this.loading = false
    }
  }
}
