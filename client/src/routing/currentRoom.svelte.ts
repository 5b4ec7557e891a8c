/** The room that the address means, found once per step and then followed through renames and removals. */

import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import type { Navigation } from "./navigation.svelte"
import { roomQuery } from "./paths"

export class CurrentRoom {
  /** the room's id once it is found */
  #id: number | null = $state(null)
  /** what the address named, if there is no such room */
  missing: string | null = $state(null)
  /** which step in the history the answer is for; an older answer that comes late is dropped */
  #step = 0
  readonly #session: Session
  readonly #navigation: Navigation

  constructor(session: Session, navigation: Navigation) {
    this.#session = session
    this.#navigation = navigation
  }

  get state(): RoomState | undefined {
    return this.#id === null ? undefined : this.#session.rooms.get(this.#id)
  }

  /** The room was taken away (left, removed). It is looked for again: a public one can still be read. */
  get gone(): boolean {
    return this.#id !== null && this.state === undefined
  }

  /** Finds the room of the present place. */
  async find(): Promise<void> {
    const { room } = this.#navigation.route
    this.#step += 1
    const step = this.#step
    this.missing = null
    if (room === null) {
      this.#id = null
      return
    }
    const by = roomQuery(room)
    const known = "id" in by ? this.#session.rooms.get(by.id) : this.#session.rooms.byName(by.name)
    if (known) {
      this.#id = known.id
      return
    }
    this.#id = null
    try {
      const found = await this.#session.findRoom(by)
      if (step === this.#step) this.#id = found.id
    } catch {
      if (step === this.#step) this.missing = room
    }
  }

  /** Keeps the address right when the room is renamed. */
  follow(): void {
    const { state } = this
    const { route } = this.#navigation
    if (state && route.room !== null)
      this.#navigation.replace(this.#navigation.path(state.room, route.number ?? undefined))
  }
}
