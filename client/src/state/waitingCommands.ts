/** Commands that were given while there was no connection: each waits for the next one, up to a deadline. */

import { type CommandError, noConnection } from "../protocol/errors"

/** Most absences of a connection are shorter. */
const DEADLINE_MS = 10_000

export class WaitingCommands {
  #waiting: ((error?: CommandError) => void)[] = []

  /** Resolves when the connection is live. Rejects with CommandError `offline` after the deadline, or when it is final. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(error => (error ? reject(error) : resolve()))
      // Does nothing if the promise is settled by then.
      setTimeout(() => reject(noConnection()), DEADLINE_MS)
    })
  }

  /** The connection is live, or with an error: it never will be. */
  settle(error?: CommandError): void {
    for (const settle of this.#waiting.splice(0)) settle(error)
  }
}
