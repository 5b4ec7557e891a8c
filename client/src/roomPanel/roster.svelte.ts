/** The members of a room, loaded page by page; the server sends connected ones first. */

import { DIRECTORY_PAGE, type RosterEntry } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import { failureText } from "../ui/failure"
import { type SortedRoster, sortRoster } from "./sortedRoster"

const DEBOUNCE_MS = 150
/** In a room with more than one page, the first page (the connected members) is reloaded at most this often. */
const REFRESH_MS = 3000

export class RosterList {
  entries: readonly RosterEntry[] = $state.raw([])
  more = $state(false)
  loaded = $state(false)
  problem = $state("")
  readonly #session: Session
  readonly #room: RoomState
  #query = ""
  #requests = 0
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

  /** Loads the first page: initially, for a new query, and when members joined or left. Returns a function that cancels it. */
  load(query: string): () => void {
    this.#query = query.trim()
    const waiting = setTimeout(() => void this.#page(0), this.loaded ? DEBOUNCE_MS : 0)
    return () => clearTimeout(waiting)
  }

  /** Presence has changed. Reloads if only part of the roster is loaded, because the member may be in the other part. */
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
    this.#requests += 1
    const request = this.#requests
    this.problem = ""
    try {
      const page = await this.#session.command("room.roster", { room: this.#room.id, query: this.#query, after })
      if (request !== this.#requests) return
      this.entries = after === 0 ? page.entries : [...this.entries, ...page.entries]
      this.more = page.more
      this.loaded = true
    } catch (error) {
      if (request === this.#requests) this.problem = failureText(error)
    }
  }
}
