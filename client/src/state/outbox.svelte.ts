/** What was said and is not yet confirmed. */

import type { Message } from "../protocol/types"

export interface PendingMessage {
  /** UUIDv7; the id the message will have */
  id: string
  room: number
  text: string
  state: "queued" | "sent" | "failed"
  /** why it failed, in a sentence */
  error?: string
  /** milliseconds since 1970 */
  created: number
}

export class Outbox {
  entries: readonly PendingMessage[] = $state.raw([]);

  in(room: number): readonly PendingMessage[] {
    return this.entries.filter(entry => entry.room === room)
  }

  /** Queue a message; it goes as soon as it can. Returns its id. */
  send(_room: number, _text: string): string {
    return ""
  }

  /** Try a failed one once more. */
  retry(_id: string): void {}

  /** Forget one that failed or still waits. */
  discard(_id: string): void {}

  /** Delete a message in five seconds; until then `undoDelete` takes it back and `deleting` hides it. */
  deleteSoon(_message: Message): void {}

  undoDelete(_id: string): void {}

  deleting(_id: string): boolean {
    return false
  }
}
