/** Unsent text of each room, stored in this browser and shown in all its tabs. */

import { SvelteMap } from "svelte/reactivity"

export class Drafts {
  readonly #texts = new SvelteMap<number, string>()
  readonly #storage: Storage | null
  #prefix = ""

  constructor(storage: Storage | null = storageOfThisBrowser()) {
    this.#storage = storage
  }

  /** Load the drafts of one member. `owner` separates members who use the same browser. */
  open(owner: string): void {
    const prefix = `hubbub.draft.${owner}.`
    if (prefix === this.#prefix) return
    this.#prefix = prefix
    this.#texts.clear()
    for (const key of Object.keys(this.#storage ?? {})) this.reload(key)
  }

  get(room: number): string {
    return this.#texts.get(room) ?? ""
  }

  /** Empty text deletes the draft. */
  set(room: number, text: string): void {
    if (text.trim() === "") {
      this.#texts.delete(room)
      this.#storage?.removeItem(this.#prefix + room)
      return
    }
    this.#texts.set(room, text)
    try {
      this.#storage?.setItem(this.#prefix + room, text)
    } catch {
      // The browser's storage is full: the draft is lost when this tab closes.
    }
  }

  /** Number of rooms with a draft. */
  get count(): number {
    return this.#texts.size
  }

  /** Delete all drafts, in this browser's other tabs too. */
  clear(): void {
    for (const room of [...this.#texts.keys()]) this.set(room, "")
  }

  /** Another tab has changed the value of `key` (null: it cleared the storage). */
  reload(key: string | null): void {
    if (key === null) this.#texts.clear()
    else if (this.#prefix && key.startsWith(this.#prefix)) {
      const room = Number(key.slice(this.#prefix.length))
      const text = this.#storage?.getItem(key)
      if (text) this.#texts.set(room, text)
      else this.#texts.delete(room)
    }
  }
}

function storageOfThisBrowser(): Storage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null // cookies and storage are blocked
  }
}
