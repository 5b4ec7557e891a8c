/**
 * What was said and is not yet confirmed. It survives a lost connection and a closed tab.
 *
 * Each tab sends what was written in it, and at its start what closed tabs have left behind; what is left behind later
 * is taken up by the one tab that holds the browser's lock (`adopt`). Should two tabs send the same message it is still
 * one message: the id is made here, once, and the server answers `dup`. Within a room one message is on its way at a
 * time, so the order stays when one has to wait.
 */

import type { SendCommand } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Message } from "../protocol/types"
import { Deletions } from "./deletions.svelte"
import type { Entry, OutboxStore, PendingMessage } from "./outboxStore"
import type { Timeline } from "./timeline.svelte"
import { uuid7 } from "./uuid7"

/** How long a confirmed message is kept, to be sent again if the server's history turns out to be an older one. */
export const REMEMBERED_MS = 10 * 60_000
/** Pauses between tries when the server cannot take a message and does not say until when. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
const INTERNAL_TRIES = 3
/** A tab that lives has sent its message by then, or shows why not. */
const UNTOUCHED_MS = 15_000

interface Dependencies {
  readonly request: SendCommand
  isLive(): boolean
  timeline(room: number): Timeline
  /** Rejects with CommandError. */
  deleteMessage(id: string): Promise<unknown>
}

export class Outbox {
  /** What the screen shows, in the order of sending. */
  entries: readonly PendingMessage[] = $state.raw([])
  readonly #dependencies: Dependencies
  readonly #deletions: Deletions
  #store: OutboxStore | null = null
  /** by id: all that is remembered, confirmed ones too */
  readonly #all = new Map<string, Entry>()
  /** ids of confirmed messages that go once more */
  readonly #again = new Set<string>()
  /** rooms in which a message is on its way, or waits until the server can take it */
  readonly #busy = new Set<number>()
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#deletions = new Deletions(id => dependencies.deleteMessage(id))
  }

  /** Keep everything in this store from now on, and go on with what it holds. */
  async use(store: OutboxStore): Promise<void> {
    this.#store?.close()
    this.#store = store
    this.#all.clear()
    this.#deletions.use(store)
    store.ondrop = id => {
      this.#all.delete(id)
      this.#deletions.forget(id)
      this.#show()
    }
    store.lookAfterOthers(() => void this.adopt(UNTOUCHED_MS))
    await this.adopt()
  }

  /** Take over what other tabs have left behind: what waits for longer than `untouchedMs`. */
  async adopt(untouchedMs = 0): Promise<void> {
    const latest = Date.now() - untouchedMs
    await this.#deletions.adopt()
    for (const entry of (await this.#store?.entries()) ?? []) {
      if (this.#all.has(entry.id) || entry.created > latest) continue
      if (entry.state === "sent") entry.state = "queued"
      this.#all.set(entry.id, entry)
    }
    this.#forgetOld()
    this.#show()
    this.flush()
  }

  in(room: number): readonly PendingMessage[] {
    return this.entries.filter(entry => entry.room === room)
  }

  /** Queue a message; it goes as soon as it can. Returns its id. */
  send(room: number, text: string): string {
    const created = Date.now()
    const entry: Entry = { id: uuid7(created), room, text, state: "queued", created }
    this.#remember(entry)
    void this.#pump(room)
    return entry.id
  }

  /** Try a failed one once more. */
  retry(id: string): void {
    const entry = this.#all.get(id)
    if (entry?.state !== "failed") return
    this.#remember({ ...entry, state: "queued", error: undefined })
    void this.#pump(entry.room)
  }

  /** Forget one that failed or still waits. */
  discard(id: string): void {
    this.#all.delete(id)
    void this.#store?.drop(id)
    this.#show()
  }

  /**
   * Delete a message in five seconds; until then it is hidden and `undoDelete` takes it back. Resolves when it is
   * deleted or taken back, rejects with CommandError when it is refused: then it is there again.
   */
  deleteSoon(message: Message): Promise<void> {
    return this.#deletions.add(message)
  }

  undoDelete(id: string): void {
    this.#deletions.undo(id)
  }

  /** Whether a message is about to be deleted: it is hidden. */
  deleting(id: string): boolean {
    return this.#deletions.has(id)
  }

  /** ids of the messages that are about to be deleted: the page goes, nobody can change their mind any more. */
  takeDeletions(): string[] {
    return this.#deletions.ids
  }

  /** How many messages have not reached the server, those of this browser's other tabs included. */
  async unsent(): Promise<number> {
    const all = [...((await this.#store?.entries()) ?? []), ...this.#all.values()]
    return new Set(all.filter(isPending).map(entry => entry.id)).size
  }

  /** Forget everything, here and in this browser's other tabs. Resolves when the disk has forgotten it. */
  async clear(): Promise<void> {
    this.#all.clear()
    this.#show()
    await this.#store?.clear()
  }

  /** Forget what the server has. */
  forgetConfirmed(): void {
    for (const { id, state } of [...this.#all.values()]) if (state === "confirmed") this.discard(id)
  }

  /** The connection is there: send what waits. */
  flush(): void {
    this.#deletions.flush()
    const rooms = new Set([...this.#all.values()].filter(entry => this.#waits(entry)).map(entry => entry.room))
    for (const room of rooms) void this.#pump(room)
  }

  /** One's own message is in the room, in this state. */
  confirm(message: Message): void {
    const entry = this.#all.get(message.id)
    if (!entry) return
    if (message.deleted) this.discard(message.id)
    else if (entry.state !== "confirmed") this.#remember({ ...entry, state: "confirmed" })
  }

  /** The server's history is another one: what it confirmed in the last minutes goes once more. */
  resendConfirmed(): void {
    this.#forgetOld()
    for (const entry of this.#all.values()) if (entry.state === "confirmed") this.#again.add(entry.id)
    this.flush()
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#deletions.stop()
    this.#store?.close()
    this.#store = null
  }

  async #pump(room: number): Promise<void> {
    if (this.#busy.has(room)) return
    this.#busy.add(room)
    let failures = 0
    for (let entry = this.#next(room); entry && this.#dependencies.isLive(); entry = this.#next(room)) {
      try {
        await this.#deliver(entry, failures)
        failures = 0
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        if (error.code === "offline") break
        await this.#pause(error.retryAfter, failures)
        failures += 1
      }
    }
    this.#busy.delete(room)
  }

  /** Resolves when nothing more is to be done about this entry now; rejects if it is to be tried again. */
  async #deliver(entry: Entry, failures: number): Promise<void> {
    if (entry.state === "queued") this.#remember({ ...entry, state: "sent" })
    try {
      const { message } = await this.#dependencies.request("message.send", {
        room: entry.room,
        message: entry.id,
        text: entry.text,
      })
      this.#again.delete(entry.id)
      this.#confirm(entry.id, message)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      // An internal error may pass; one that does not must not keep the messages behind it waiting for ever.
      const final = error.final || (error.code === "internal" && failures >= INTERNAL_TRIES)
      if (!final) {
        this.#become(entry.id, "queued")
        throw error
      }
      // A repetition that is refused changes nothing: the message was confirmed, and has been edited since.
      if (!this.#again.delete(entry.id)) this.#become(entry.id, "failed", error.message)
    }
  }

  #confirm(id: string, message: Message): void {
    const timeline = this.#dependencies.timeline(message.room)
    timeline.put(message)
    // If messages before it are still to come, the screen keeps the pending one until the event brings it its place.
    if (timeline.has(message.number) || timeline.after || !timeline.loaded) this.#become(id, "confirmed")
  }

  #next(room: number): Entry | undefined {
    return [...this.#all.values()]
      .filter(entry => entry.room === room && this.#waits(entry))
      .sort((a, b) => (a.id < b.id ? -1 : 1))[0]
  }

  #waits(entry: Entry): boolean {
    return entry.state === "queued" || this.#again.has(entry.id)
  }

  #become(id: string, state: Entry["state"], error?: string): void {
    const entry = this.#all.get(id)
    if (entry && entry.state !== "confirmed") this.#remember({ ...entry, state, error })
  }

  #remember(entry: Entry): void {
    this.#all.set(entry.id, entry)
    void this.#store?.keep(entry)
    this.#show()
  }

  #show(): void {
    this.entries = [...this.#all.values()].filter(isPending).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  #forgetOld(): void {
    const oldest = Date.now() - REMEMBERED_MS
    for (const { id, state, created } of this.#all.values()) {
      if (state !== "confirmed" || created > oldest) continue
      this.#all.delete(id)
      void this.#store?.drop(id)
    }
  }

  #pause(retryAfter: number | null, failures: number): Promise<void> {
    const wait = retryAfter === null ? PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] : retryAfter * 1000
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
