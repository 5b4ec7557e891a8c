/** Stores the outbox in IndexedDB, which all tabs of this browser share. */

import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb"

/** A message to send. `confirmed` ones are kept for some minutes, in case the server loses its newest messages. */
export interface Entry {
  /** UUIDv7; id of the message on the server too */
  id: string
  room: number
  text: string
  state: "queued" | "sent" | "failed" | "confirmed"
  /** why it failed, a sentence for the person */
  error?: string
  /** milliseconds since 1970 */
  created: number
}

/** A message that the server has not confirmed: the screen shows it below the timeline. */
export interface PendingMessage extends Entry {
  state: "queued" | "sent" | "failed"
}

/** A message to delete at `due` (milliseconds since 1970). */
export interface Deletion {
  id: string
  room: number
  due: number
}

const POLL_MS = 30_000

type Owned<T> = T & { owner: string }

interface Schema extends DBSchema {
  entries: { key: string; value: Owned<Entry>; indexes: { owner: string } }
  deletions: { key: string; value: Owned<Deletion>; indexes: { owner: string } }
}

type StoreName = "entries" | "deletions"
type Stores = { [Name in StoreName]: IDBPObjectStore<Schema, StoreName[], Name, "readwrite"> }

/**
 * The outbox of one member; members who use the same browser have different ones (`owner`). If the browser refuses to
 * store (private windows, a full disk), sending still works, but a closed tab loses its unsent messages.
 */
export class OutboxStore {
  /** Called when another tab has dropped a message or a deletion. */
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

  /** Calls `poll` every 30 s in one tab of this browser: in the one that holds the lock. */
  pollInOneTab(poll: () => void): void {
    const { signal } = this.#closing
    const repeat = () => {
      const timer = setInterval(poll, POLL_MS)
      return new Promise<void>(resolve => {
        signal.addEventListener("abort", () => {
          clearInterval(timer)
          resolve()
        })
      })
    }
    // A page without TLS has no locks. Then every tab polls, and a few messages are sent twice, which is harmless.
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

  /** Drop everything of this member, here and in the other tabs. Resolves when it is deleted from the disk. */
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
      const pending = requests({ entries: change.objectStore("entries"), deletions: change.objectStore("deletions") })
      change.commit() // at once: a closing tab loses a transaction that is still open
      await Promise.all([...pending, change.done])
    } catch (error) {
      console.warn("hubbub: the outbox cannot be stored", error)
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
    console.warn("hubbub: this browser refuses to store data; a closed tab loses its unsent messages", error)
    return null
  }
}
