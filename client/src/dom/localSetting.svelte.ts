/** A reactive setting stored in this browser's localStorage: collapsed sections, the theme, the last room. */

export class LocalSetting<T> {
  #value: T = $state.raw() as T
  readonly #key: string

  constructor(name: string, fallback: T) {
    this.#key = `hubbub.${name}`
    this.#value = read(this.#key, fallback)
  }

  get value(): T {
    return this.#value
  }

  set value(value: T) {
    // Writing to localStorage waits for the disk, so an unchanged value is not written.
    if (value === this.#value) return
    this.#value = value
    try {
      localStorage.setItem(this.#key, JSON.stringify(value))
    } catch {
      // Without storage (full or forbidden) the setting lasts until the page is closed.
    }
  }
}

function read<T>(key: string, fallback: T): T {
  try {
    const stored = localStorage.getItem(key)
    return stored === null ? fallback : (JSON.parse(stored) as T)
  } catch {
    return fallback
  }
}
