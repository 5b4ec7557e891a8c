/** "Delete, with undo": hidden at once, deleted a little later, unless one changes one's mind. */

import { SvelteMap } from "svelte/reactivity"
import { CommandError } from "../protocol/errors"
import type { Message } from "../protocol/types"
import type { Deletion, OutboxStore } from "./outboxStore"

/** How long one can change one's mind. */
export const UNDO_MS = 5_000

export class Deletions {
  readonly #deleteMessage: (id: string) => Promise<unknown>
  #store: OutboxStore | null = null
  readonly #due = new SvelteMap<string, Deletion>()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** ids of those that the server is being asked to delete */
  readonly #going = new Set<string>()
  /** by id: who wants to know how it ends */
  readonly #askers = new Map<string, { resolve(): void; reject(error: CommandError): void }>()

  /** `deleteMessage` sends the command. It rejects with CommandError. */
  constructor(deleteMessage: (id: string) => Promise<unknown>) {
    this.#deleteMessage = deleteMessage
  }

  use(store: OutboxStore): void {
    this.#store = store
    for (const id of this.ids) this.forget(id)
  }

  /** Whether a message is about to be deleted: it is hidden. */
  has(id: string): boolean {
    return this.#due.has(id)
  }

  /** Delete a message in five seconds. Resolves when it is deleted or taken back, rejects when it is refused. */
  add({ id, room }: Message): Promise<void> {
    const deletion = { id, room, due: Date.now() + UNDO_MS }
    void this.#store?.keepDeletion(deletion)
    this.#plan(deletion)
    return new Promise((resolve, reject) => this.#askers.set(id, { resolve, reject }))
  }

  /** One has changed one's mind. */
  undo(id: string): void {
    this.#over(id)
  }

  /** ids of all that are about to be deleted */
  get ids(): string[] {
    return [...this.#due.keys()]
  }

  /** The connection is back: those whose time is over go now. */
  flush(): void {
    for (const { id, due } of this.#due.values()) if (due <= Date.now()) void this.#delete(id)
  }

  /** Take over what other tabs have left behind: what is overdue for so long that no tab will do it. */
  async adopt(): Promise<void> {
    for (const deletion of (await this.#store?.deletions()) ?? []) {
      if (!this.#due.has(deletion.id) && deletion.due + UNDO_MS < Date.now()) this.#plan(deletion)
    }
  }

  /** It is done, or no longer wanted; another tab knows. */
  forget(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#due.delete(id)
    this.#askers.get(id)?.resolve()
    this.#askers.delete(id)
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #plan(deletion: Deletion): void {
    this.#due.set(deletion.id, deletion)
    const wait = Math.max(0, deletion.due - Date.now())
    this.#timers.set(
      deletion.id,
      setTimeout(() => void this.#delete(deletion.id), wait),
    )
  }

  async #delete(id: string): Promise<void> {
    if (this.#going.has(id)) return
    clearTimeout(this.#timers.get(id))
    this.#going.add(id)
    try {
      await this.#deleteMessage(id)
      this.#over(id)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (error.final) {
        this.#askers.get(id)?.reject(error)
        this.#over(id)
      } else if (error.code !== "offline" && this.#due.has(id)) {
        this.#timers.set(
          id,
          setTimeout(() => void this.#delete(id), (error.retryAfter ?? 1) * 1000),
        )
      }
    } finally {
      this.#going.delete(id)
    }
  }

  #over(id: string): void {
    this.forget(id)
    void this.#store?.drop(id)
  }
}
