/** Tells the server what this tab's member does: types in a room, looks at the tab or away. */

import { TYPING_SECONDS } from "../protocol/types"
import type { Connection } from "./connection.svelte"

/** “… is typing” is sent again this often: well before it fades on other screens. */
const TYPING_PAUSE_MS = (TYPING_SECONDS * 1000) / 2

export class OwnActivity {
  readonly #connection: Pick<Connection, "status" | "send">
  /** by room: when typing was last sent, in milliseconds since 1970 */
  readonly #typedAt = new Map<number, number>()
  #presence: "active" | "away" = "active"

  constructor(connection: Pick<Connection, "status" | "send">) {
    this.#connection = connection
  }

  /** The member types in a room. Call it for every key: it is sent every few seconds. */
  startTyping(room: number): void {
    const now = Date.now()
    if (now - (this.#typedAt.get(room) ?? 0) < TYPING_PAUSE_MS) return
    this.#typedAt.set(room, now)
    this.#connection.send("typing", { room })
  }

  /** The message was sent: the next key starts another one, and is sent at once. */
  endTyping(room: number): void {
    this.#typedAt.delete(room)
  }

  setPresence(state: "active" | "away"): void {
    if (state === this.#presence) return
    this.#presence = state
    if (this.#connection.status === "live") this.#connection.send("presence.set", { state })
  }

  /** The server takes every new connection for an active one. */
  repeatAway(): void {
    if (this.#presence === "away") this.#connection.send("presence.set", { state: "away" })
  }
}
