/** The room that the address names: looked up after each navigation, then tracked through renames and removals. */

import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import type { Navigation } from "./navigation.svelte"
import { roomQuery } from "./paths"

export class CurrentRoom {
  /** the id of the room once it is found */
  #id: number | null = $state(null)
  /** the room part of the address if there is no such room */
  notFound: string | null = $state(null)
  /** counts the lookups: a reply to an older one is dropped */
  #lookup = 0
  readonly #session: Session
  readonly #navigation: Navigation

  constructor(session: Session, navigation: Navigation) {
    this.#session = session
    this.#navigation = navigation
  }

  get state(): RoomState | undefined {
    return this.#id === null ? undefined : this.#session.rooms.get(this.#id)
  }

  /** The member left the room or was removed. The caller calls `find` again: a public room can still be read. */
  get gone(): boolean {
    return this.#id !== null && this.state === undefined
  }

  /** Finds the room of the current route, in the state or on the server. */
  async find(): Promise<void> {
    const { room } = this.#navigation.route
    this.#lookup += 1
    const lookup = this.#lookup
    this.notFound = null
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
      if (lookup === this.#lookup) this.#id = found.id
    } catch {
      if (lookup === this.#lookup) this.notFound = room
    }
  }

  /** Corrects the address after the room was renamed. */
  updateAddress(): void {
    const { state } = this
    const { route } = this.#navigation
    if (state && route.room !== null)
      this.#navigation.replace(this.#navigation.path(state.room, route.number ?? undefined))
  }
}
