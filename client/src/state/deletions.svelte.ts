/** Deleting with undo: a message is hidden at once, and deleted after a few seconds unless the member cancels. */

import { SvelteMap } from "svelte/reactivity"
import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Message } from "../protocol/types"
import type { Deletion, OutboxStore } from "./outboxStore"

/** The time in which a deletion can be cancelled. */
export const UNDO_MS = 5_000

export class Deletions {
  readonly #command: SendCommand
  #store: OutboxStore | null = null
  readonly #due = new SvelteMap<string, Deletion>()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** ids with a command on its way */
  readonly #sending = new Set<string>()
  /** by id: settles the promise of `add` */
  readonly #results = new Map<string, { resolve(): void; reject(error: CommandError): void }>()

  constructor(command: SendCommand) {
    this.#command = command
  }

  use(store: OutboxStore): void {
    this.#store = store
    for (const id of this.ids) this.forget(id)
  }

  /** True while a message is to be deleted: it is hidden. */
  has(id: string): boolean {
    return this.#due.has(id)
  }

  /** Delete a message in five seconds. Resolves when it is deleted or cancelled. Rejects with CommandError. */
  add({ id, room }: Message): Promise<void> {
    const deletion = { id, room, due: Date.now() + UNDO_MS }
    void this.#store?.keepDeletion(deletion)
    this.#schedule(deletion)
    return new Promise((resolve, reject) => this.#results.set(id, { resolve, reject }))
  }

  /** Cancel a deletion. */
  undo(id: string): void {
    this.#end(id)
  }

  /** ids of all messages to delete */
  get ids(): string[] {
    return [...this.#due.keys()]
  }

  /** The connection is live: delete the messages that are due. */
  flush(): void {
    for (const { id, due } of this.#due.values()) if (due <= Date.now()) void this.#delete(id)
  }

  /** Schedule stored deletions of closed tabs: those that are overdue by more than UNDO_MS. */
  async adoptAbandoned(): Promise<void> {
    for (const deletion of (await this.#store?.deletions()) ?? []) {
      if (!this.#due.has(deletion.id) && deletion.due + UNDO_MS < Date.now()) this.#schedule(deletion)
    }
  }

  /** A deletion is done or cancelled, here or in another tab. */
  forget(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#due.delete(id)
    this.#results.get(id)?.resolve()
    this.#results.delete(id)
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #schedule(deletion: Deletion): void {
    this.#due.set(deletion.id, deletion)
    const wait = Math.max(0, deletion.due - Date.now())
    this.#timers.set(
      deletion.id,
      setTimeout(() => void this.#delete(deletion.id), wait),
    )
  }

  async #delete(id: string): Promise<void> {
    if (this.#sending.has(id)) return
    clearTimeout(this.#timers.get(id))
    this.#sending.add(id)
    try {
      await this.#command("message.delete", { message: id })
      this.#end(id)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (error.final) {
        this.#results.get(id)?.reject(error)
        this.#end(id)
      } else if (error.code !== "offline" && this.#due.has(id)) {
        this.#timers.set(
          id,
          setTimeout(() => void this.#delete(id), (error.retryAfter ?? 1) * 1000),
        )
      }
    } finally {
      this.#sending.delete(id)
    }
  }

  #end(id: string): void {
    this.forget(id)
    void this.#store?.drop(id)
  }
}
