/** The outbox on disk: IndexedDB, shared by all tabs of this browser. */

import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb"

/** A message to send; `confirmed` ones are kept for a while, in case the server loses its last minutes. */
export interface Entry {
  /** UUIDv7; the id the message will have */
  id: string
  room: number
  text: string
  state: "queued" | "sent" | "failed" | "confirmed"
  /** why it failed, in a sentence */
  error?: string
  /** milliseconds since 1970 */
  created: number
}

/** A message of one's own that the server has not confirmed: the screen shows it below the timeline. */
export interface PendingMessage extends Entry {
  state: "queued" | "sent" | "failed"
}

/** A message to delete, not before `due` (milliseconds since 1970). */
export interface Deletion {
  id: string
  room: number
  due: number
}

const LOOK_MS = 30_000

type Owned<T> = T & { owner: string }

interface Schema extends DBSchema {
  entries: { key: string; value: Owned<Entry>; indexes: { owner: string } }
  deletions: { key: string; value: Owned<Deletion>; indexes: { owner: string } }
}

type StoreName = "entries" | "deletions"
type Stores = { [Name in StoreName]: IDBPObjectStore<Schema, StoreName[], Name, "readwrite"> }

/**
 * What one person has still to send. Whoever shares the browser has their own (`owner`). Where the browser refuses to
 * store (private windows, a full disk) everything still works as long as the tab lives: a chat that cannot promise to
 * survive a closed tab is better than one that does not send.
 */
export class OutboxStore {
  /** Called when another tab has dropped something. */
  ondrop: (id: string) => void = () => {}
  readonly #owner: string
  readonly #database: Promise<IDBPDatabase<Schema> | null>
  readonly #tabs: BroadcastChannel
  readonly #closing = new AbortController()

  constructor(owner: string) {
    this.#owner = owner
    this.#database = openDatabase()
    this.#tabs = new BroadcastChannel(`hubbub.outbox.${owner}`)
    this.#tabs.onmessage = ({ data }: MessageEvent<{ dropped: string }>) => this.ondrop(data.dropped)
  }

  /** Of all tabs, one at a time looks again and again at what is left behind: `look` is called in that one. */
  lookAfterOthers(look: () => void): void {
    const { signal } = this.#closing
    const repeat = () => {
      const timer = setInterval(look, LOOK_MS)
      return new Promise<void>(resolve => {
        signal.addEventListener("abort", () => {
          clearInterval(timer)
          resolve()
        })
      })
    }
    // Locks are missing where the page came without TLS. Then every tab looks, which costs a few repeated messages.
    if (!navigator.locks) void repeat()
    else navigator.locks.request(`hubbub.outbox.${this.#owner}`, { signal }, repeat).catch(() => {})
  }

  close(): void {
    this.#closing.abort()
    this.#tabs.close()
    void this.#database.then(database => database?.close())
  }

  async entries(): Promise<Entry[]> {
    const found = await (await this.#database)?.getAllFromIndex("entries", "owner", this.#owner)
    return (found ?? []).map(({ owner: _, ...entry }) => entry)
  }

  async deletions(): Promise<Deletion[]> {
    const found = await (await this.#database)?.getAllFromIndex("deletions", "owner", this.#owner)
    return (found ?? []).map(({ owner: _, ...deletion }) => deletion)
  }

  keep(entry: Entry): Promise<void> {
    return this.#change(({ entries }) => [entries.put({ ...entry, owner: this.#owner })])
  }

  /** Drop a message or a deletion, here and in the other tabs. */
  drop(id: string): Promise<void> {
    this.#tabs.postMessage({ dropped: id })
    return this.#change(({ entries, deletions }) => [entries.delete(id), deletions.delete(id)])
  }

  /** Drop everything of this person, here and in the other tabs. Resolves when the disk has forgotten it. */
  async clear(): Promise<void> {
    for (const { id } of [...(await this.entries()), ...(await this.deletions())]) await this.drop(id)
  }

  keepDeletion(deletion: Deletion): Promise<void> {
    return this.#change(({ deletions }) => [deletions.put({ ...deletion, owner: this.#owner })])
  }

  async #change(requests: (stores: Stores) => Promise<unknown>[]): Promise<void> {
    const database = await this.#database
    if (!database) return
    try {
      const change = database.transaction(["entries", "deletions"], "readwrite")
      const asked = requests({ entries: change.objectStore("entries"), deletions: change.objectStore("deletions") })
      change.commit() // at once: a tab that closes takes with it what still waits to be asked for more
      await Promise.all([...asked, change.done])
    } catch (error) {
      console.warn("hubbub: the outbox could not be stored", error)
    }
  }
}

async function openDatabase(): Promise<IDBPDatabase<Schema> | null> {
  try {
    return await openDB<Schema>("hubbub", 1, {
      upgrade(database) {
        database.createObjectStore("entries", { keyPath: "id" }).createIndex("owner", "owner")
        database.createObjectStore("deletions", { keyPath: "id" }).createIndex("owner", "owner")
      },
    })
  } catch (error) {
    console.warn("hubbub: this browser stores nothing; what is not sent is lost with the tab", error)
    return null
  }
}
