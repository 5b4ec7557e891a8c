/** Who belongs to a room: loaded by pages, those connected now always first. */

import { DIRECTORY_PAGE, type RosterEntry } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import { failureText } from "../ui/failure"
import { type SortedRoster, sortRoster } from "./sortedRoster"

const REST_MS = 150
/** Of a room too large to be loaded whole, how often at most the part with those who are here is loaded anew. */
const REFRESH_MS = 3000

export class RosterList {
  entries: readonly RosterEntry[] = $state.raw([])
  more = $state(false)
  loaded = $state(false)
  problem = $state("")
  readonly #session: Session
  readonly #room: RoomState
  #query = ""
  #asked = 0
  #refreshing: ReturnType<typeof setTimeout> | undefined
  readonly sorted: SortedRoster = $derived(
    sortRoster(
      this.entries,
      id => this.#session.members.get(id),
      id => this.#session.presence.lastKnown(id),
    ),
  )

  constructor(session: Session, room: RoomState) {
    this.#session = session
    this.#room = room
  }

  /** Loads from the beginning: at first, for another query, and when people came or left. Returns how to call it off. */
  load(query: string): () => void {
    this.#query = query.trim()
    const waiting = setTimeout(() => void this.#page(0), this.loaded ? REST_MS : 0)
    return () => clearTimeout(waiting)
  }

  /** Somebody came or went. Who is not among the loaded ones can only be learnt by asking. */
  refreshSoon(): void {
    if (!this.more || this.entries.length > DIRECTORY_PAGE) return
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined
      void this.#page(0)
    }, REFRESH_MS)
  }

  stop(): void {
    clearTimeout(this.#refreshing)
  }

  async next(): Promise<void> {
    await this.#page(this.entries.length)
  }

  async #page(after: number): Promise<void> {
    this.#asked += 1
    const asked = this.#asked
    this.problem = ""
    try {
      const page = await this.#session.command("room.roster", { room: this.#room.id, query: this.#query, after })
      if (asked !== this.#asked) return
      this.entries = after === 0 ? page.entries : [...this.entries, ...page.entries]
      this.more = page.more
      this.loaded = true
    } catch (error) {
      if (asked === this.#asked) this.problem = failureText(error)
    }
  }
}
