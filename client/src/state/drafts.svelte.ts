/** What one has begun to write, per room: kept in this browser, seen in all its tabs. */

import { SvelteMap } from "svelte/reactivity"

export class Drafts {
  readonly #texts = new SvelteMap<number, string>()
  readonly #storage: Storage | null
  #prefix = ""

  constructor(storage: Storage | null = storageOfThisBrowser()) {
    this.#storage = storage
  }

  /** Load the drafts of one person. `owner` tells apart who shares this browser. */
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

  /** Empty text forgets the draft. */
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
      // The browser's storage is full: the draft lives as long as this tab.
    }
  }

  /** How many rooms have one. */
  get count(): number {
    return this.#texts.size
  }

  /** Forget them all, here and in this browser's other tabs. */
  clear(): void {
    for (const room of [...this.#texts.keys()]) this.set(room, "")
  }

  /** Another tab changed what is stored under `key` (null: everything). */
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
