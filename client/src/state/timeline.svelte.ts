/** The loaded stretch of one room's messages. */

import type { CommandError } from "../protocol/errors"
import type { Message } from "../protocol/types"
import type { PendingMessage } from "./outbox.svelte"

export class Timeline {
  readonly room: number
  /** by number, one after the other, without holes */
  messages: readonly Message[] = $state.raw([])
  /** there are older ones to load */
  before = $state(false)
  /** there are newer ones to load: the end of the room is not on screen */
  after = $state(false)
  /** which end is being loaded; null when nothing is */
  loading: "page" | "older" | "newer" | null = $state(null)
  /** whether a first page is here */
  loaded = $state(false)
  error: CommandError | null = $state.raw(null)

  constructor(room: number) {
    this.room = room
  }

  /** One's own messages in this room that the server has not confirmed. */
  get pending(): readonly PendingMessage[] {
    return []
  }

  /** Load the first page: around a number, or the newest. Resolves when it is there or has failed (`error`). */
  async open(_at: { around?: number } = {}): Promise<void> {}

  async loadOlder(): Promise<void> {}

  async loadNewer(): Promise<void> {}

  async jumpToLatest(): Promise<void> {}
}
