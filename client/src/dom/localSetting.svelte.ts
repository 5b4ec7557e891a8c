/** A small choice that this browser remembers: which sections are folded, which theme, where one was last. */

export class LocalSetting<T> {
  #value: T = $state.raw() as T
  readonly #key: string

  constructor(name: string, otherwise: T) {
    this.#key = `hubbub.${name}`
    this.#value = read(this.#key, otherwise)
  }

  get value(): T {
    return this.#value
  }

  set value(value: T) {
    // Writing to the storage waits for the disk: only what is news is written.
    if (value === this.#value) return
    this.#value = value
    try {
      localStorage.setItem(this.#key, JSON.stringify(value))
    } catch {
      // A full or forbidden storage only costs the memory of it: the choice holds until the page is closed.
    }
  }
}

function read<T>(key: string, otherwise: T): T {
  try {
    const stored = localStorage.getItem(key)
    return stored === null ? otherwise : (JSON.parse(stored) as T)
  } catch {
    return otherwise
  }
}
