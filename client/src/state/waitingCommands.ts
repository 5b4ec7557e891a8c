/** Commands that were given while there was no connection: each waits for the next one, up to a deadline. */

import { CommandError } from "../protocol/errors"

/** Most absences of a connection are shorter. */
const DEADLINE_MS = 10_000

export class WaitingCommands {
  #waiting: { resolve(): void; reject(error: CommandError): void }[] = []

  /** Resolves when the connection is live. Rejects with CommandError `offline` after the deadline, or when it is final. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      // Does nothing if the promise is settled by then.
      setTimeout(() => reject(noConnection()), DEADLINE_MS)
    })
  }

  /** The connection is live. */
  resolveAll(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  rejectAll(error = noConnection()): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

export function noConnection(): CommandError {
  return new CommandError("offline", "There is no connection to the server.")
}
