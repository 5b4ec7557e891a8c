/** Commands that wait for a connection, each up to a deadline. */

import { type CommandError, noConnection } from "../protocol/errors"

/** Most absences of a connection are shorter. */
const DEADLINE_MS = 10_000

export class WaitingCommands {
  readonly #waiting: ((error?: CommandError) => void)[] = []

  /** Resolves when the connection is live. Rejects with CommandError: after the deadline, or with the error of `settle`. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(error => (error ? reject(error) : resolve()))
      // Does nothing if the promise is settled by then.
      setTimeout(() => reject(noConnection()), DEADLINE_MS)
    })
  }

  /** End all waiting: the connection is live, or will never be (`error`). */
  settle(error?: CommandError): void {
    for (const settle of this.#waiting.splice(0)) settle(error)
  }
}
