/**
 * The outbox: messages that the server has not confirmed. It survives a lost connection and a closed tab.
 *
 * Each tab sends its own messages. When it starts it also sends those that closed tabs have left; later only the tab
 * with the browser's lock does that (`adoptAbandoned`). Sending is idempotent: the client makes the id of a message
 * once, and the server replies `dup` to the second try, so two tabs may send the same message. Each room has one message
 * on its way at a time, which keeps their order when one must be retried.
 */

import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Message } from "../protocol/types"
import type { Connection } from "./connection.svelte"
import { Deletions } from "./deletions.svelte"
import type { Entry, OutboxStore, PendingMessage } from "./outboxStore"
import type { Timelines } from "./timelines"
import { uuid7 } from "./uuid7"

/** Confirmed messages are kept for this time, and sent again if the server restores an older history. */
export const CONFIRMED_MS = 10 * 60_000
/** Back-off between tries, when the server names no delay. */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
const INTERNAL_TRIES = 3
/** An open tab sends its messages within this time: older ones are from closed tabs. */
const ABANDONED_MS = 15_000

export class Outbox {
  /** Unconfirmed messages, in the order of sending. */
  entries: readonly PendingMessage[] = $state.raw([])
  readonly #connection: Pick<Connection, "status" | "request">
  readonly #timelines: Timelines
  readonly #deletions: Deletions
  #store: OutboxStore | null = null
  /** by id: all messages, with those confirmed lately */
  readonly #all = new Map<string, Entry>()
  /** ids of confirmed messages that are sent again */
  readonly #resending = new Set<string>()
  /** rooms with a message on its way, or in back-off */
  readonly #busy = new Set<number>()
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()

  /** `command` sends deletions: it applies the reply to the state. */
  constructor(connection: Pick<Connection, "status" | "request">, command: SendCommand, timelines: Timelines) {
    this.#connection = connection
    this.#timelines = timelines
    this.#deletions = new Deletions(command)
  }

  /** Use this store from now on: load and send its messages. */
  async use(store: OutboxStore): Promise<void> {
    this.#store?.close()
    this.#store = store
    this.#all.clear()
    this.#deletions.use(store)
    store.ondrop = id => {
      this.#all.delete(id)
      this.#deletions.forget(id)
      this.#updateEntries()
    }
    store.pollInOneTab(() => void this.adoptAbandoned(ABANDONED_MS))
    await this.adoptAbandoned()
  }

  /** Load stored messages and deletions of other tabs that are older than `minAgeMs`, and send them. */
  async adoptAbandoned(minAgeMs = 0): Promise<void> {
    const latest = Date.now() - minAgeMs
    await this.#deletions.adoptAbandoned()
    for (const entry of (await this.#store?.entries()) ?? []) {
      if (this.#all.has(entry.id) || entry.created > latest) continue
      if (entry.state === "sent") entry.state = "queued"
      this.#all.set(entry.id, entry)
    }
    this.#dropExpired()
    this.#updateEntries()
    this.flush()
  }

  in(room: number): readonly PendingMessage[] {
    return this.entries.filter(entry => entry.room === room)
  }

  /** Queue a message and send it as soon as possible. Returns its id. */
  send(room: number, text: string): string {
    const created = Date.now()
    const entry: Entry = { id: uuid7(created), room, text, state: "queued", created }
    this.#save(entry)
    void this.#sendWaiting(room)
    return entry.id
  }

  /** Send a failed message again. */
  retry(id: string): void {
    const entry = this.#all.get(id)
    if (entry?.state !== "failed") return
    this.#save({ ...entry, state: "queued", error: undefined })
    void this.#sendWaiting(entry.room)
  }

  /** Delete a message from the outbox, in the other tabs too. */
  discard(id: string): void {
    this.#all.delete(id)
    void this.#store?.drop(id)
    this.#updateEntries()
  }

  /**
   * Delete a message from its room in five seconds. Until then it is hidden, and `undoDelete` cancels the deletion.
   * Resolves when it is deleted or cancelled. Rejects with CommandError if the server refuses: then it is shown again.
   */
  deleteSoon(message: Message): Promise<void> {
    return this.#deletions.add(message)
  }

  undoDelete(id: string): void {
    this.#deletions.undo(id)
  }

  /** True while a message is to be deleted: it is hidden. */
  deleting(id: string): boolean {
    return this.#deletions.has(id)
  }

  /** ids of the messages that are to be deleted: a closing page deletes them at once. */
  pendingDeletions(): string[] {
    return this.#deletions.ids
  }

  /** Number of unconfirmed messages, with those of this browser's other tabs. */
  async countUnsent(): Promise<number> {
    const all = [...((await this.#store?.entries()) ?? []), ...this.#all.values()]
    return new Set(all.filter(isPending).map(entry => entry.id)).size
  }

  /** Delete everything, in this browser's other tabs too. Resolves when it is deleted from the disk. */
  async clear(): Promise<void> {
    this.#all.clear()
    this.#updateEntries()
    await this.#store?.clear()
  }

  /** Delete confirmed messages. */
  discardConfirmed(): void {
    for (const { id, state } of [...this.#all.values()]) if (state === "confirmed") this.discard(id)
  }

  /** The connection is live: send all waiting messages and due deletions. */
  flush(): void {
    this.#deletions.flush()
    const rooms = new Set([...this.#all.values()].filter(entry => this.#mustSend(entry)).map(entry => entry.room))
    for (const room of rooms) void this.#sendWaiting(room)
  }

  /** An own message has arrived in its room. */
  confirm(message: Message): void {
    const entry = this.#all.get(message.id)
    if (!entry) return
    if (message.deleted) this.discard(message.id)
    else if (entry.state !== "confirmed") this.#save({ ...entry, state: "confirmed" })
  }

  /** The server restored an older history: send the messages again that it confirmed in the last minutes. */
  resendConfirmed(): void {
    this.#dropExpired()
    for (const entry of this.#all.values()) if (entry.state === "confirmed") this.#resending.add(entry.id)
    this.flush()
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#deletions.stop()
    this.#store?.close()
    this.#store = null
  }

  async #sendWaiting(room: number): Promise<void> {
    if (this.#busy.has(room)) return
    this.#busy.add(room)
    let failures = 0
    for (let entry = this.#nextIn(room); entry && this.#connection.status === "live"; entry = this.#nextIn(room)) {
      try {
        await this.#sendEntry(entry, failures)
        failures = 0
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        if (error.code === "offline") break
        await this.#backOff(error.retryAfter, failures)
        failures += 1
      }
    }
    this.#busy.delete(room)
  }

  /** Send one message. Rejects with CommandError if it needs a retry. */
  async #sendEntry(entry: Entry, failures: number): Promise<void> {
    if (entry.state === "queued") this.#save({ ...entry, state: "sent" })
    try {
      const { message } = await this.#connection.request("message.send", {
        room: entry.room,
        message: entry.id,
        text: entry.text,
      })
      this.#resending.delete(entry.id)
      this.#applyReply(entry.id, message)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      // An internal error may be temporary. If it is not, it must not block the messages behind it.
      const final = error.final || (error.code === "internal" && failures >= INTERNAL_TRIES)
      if (!final) {
        this.#setState(entry.id, "queued")
        throw error
      }
      // A resent message that is refused stays as it is: it was confirmed before, and may have been edited since.
      if (!this.#resending.delete(entry.id)) this.#setState(entry.id, "failed", error.message)
    }
  }

  #applyReply(id: string, message: Message): void {
    const timeline = this.#timelines.get(message.room)
    timeline.put(message)
    // If messages before it are missing, the timeline cannot show it yet, and the screen shows the pending one.
    if (timeline.has(message.number) || timeline.after || !timeline.loaded) this.#setState(id, "confirmed")
  }

  #nextIn(room: number): Entry | undefined {
    return [...this.#all.values()]
      .filter(entry => entry.room === room && this.#mustSend(entry))
      .sort((a, b) => (a.id < b.id ? -1 : 1))[0]
  }

  #mustSend(entry: Entry): boolean {
    return entry.state === "queued" || this.#resending.has(entry.id)
  }

  #setState(id: string, state: Entry["state"], error?: string): void {
    const entry = this.#all.get(id)
    if (entry && entry.state !== "confirmed") this.#save({ ...entry, state, error })
  }

  #save(entry: Entry): void {
    this.#all.set(entry.id, entry)
    void this.#store?.keep(entry)
    this.#updateEntries()
  }

  #updateEntries(): void {
    this.entries = [...this.#all.values()].filter(isPending).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  #dropExpired(): void {
    const oldest = Date.now() - CONFIRMED_MS
    for (const { id, state, created } of this.#all.values()) {
      if (state !== "confirmed" || created > oldest) continue
      this.#all.delete(id)
      void this.#store?.drop(id)
    }
  }

  #backOff(retryAfter: number | null, failures: number): Promise<void> {
    const wait = retryAfter === null ? BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] : retryAfter * 1000
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, wait)
      this.#timers.add(timer)
    })
  }
}

function isPending(entry: Entry): entry is PendingMessage {
  return entry.state !== "confirmed"
}
