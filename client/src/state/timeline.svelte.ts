/**
 * The loaded messages of one room: a window of its history, without gaps, with at most WINDOW messages.
 *
 * The window is `$state.raw`, and each change makes a new array. A message object never changes, so nothing inside the
 * array needs to be observed, and the screen needs one signal for all messages. A copy costs at most WINDOW pointers
 * (500, about a microsecond) in a room of any length. A message is found by binary search. Rows are keyed by id, and
 * render again only when their message object is another one. A deep `$state` array would create a proxy and a signal
 * for each message and each field.
 */

import type { Fields } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Message, Timeline as Page } from "../protocol/types"
import type { PendingMessage } from "./outboxStore"

/** Messages kept per room. */
export const WINDOW = 500
/** Messages in one page. */
const PAGE = 50
/** Messages that may wait for the message before them. If there are more, newer messages must be loaded. */
const EARLY = 200

export interface Source {
  /** Fetch a page of the room. Rejects with CommandError. */
  page(at: Omit<Fields<"timeline">, "room">): Promise<Page>
  pending(): readonly PendingMessage[]
  /** The timeline is opened: `Timelines` evicts those that were not opened for long. */
  opened(): void
}

export class Timeline {
  readonly room: number
  /** sorted by number, without gaps */
  messages: readonly Message[] = $state.raw([])
  /** there are older messages to load */
  before = $state(false)
  /** there are newer messages to load: the window ends before the room does */
  after = $state(false)
  /** the page that is being loaded */
  loading: "page" | "older" | "newer" | null = $state(null)
  /** the first page is loaded */
  loaded = $state(false)
  error: CommandError | null = $state.raw(null)
  /** The screen shows the newest message and scrolls with it. If false, new messages do not evict old ones. */
  following = true
  readonly #source: Source
  /** by number: messages that arrived before their predecessor */
  readonly #early = new Map<number, Message>()
  /** messages that arrived while a page was on its way: the page may be older */
  #buffered: Message[] = []
  /** counts the windows: a page that was fetched for an earlier window is dropped */
  #window = 0
  /** the number that the window was last opened at; undefined: at the end */
  #around: number | undefined
  #failed: "page" | "older" | "newer" | null = null

  constructor(room: number, source: Source) {
    this.room = room
    this.#source = source
  }

  /** Own messages in this room that the server has not confirmed. */
  get pending(): readonly PendingMessage[] {
    return this.#source.pending()
  }

  /** Load the window around a number, or the newest messages if nothing is loaded. A failure sets `error`. */
  async open({ around }: { around?: number } = {}): Promise<void> {
    this.#source.opened()
    if (around === undefined ? this.loaded || this.loading === "page" : this.has(around)) return
    await this.#replace(around)
  }

  async loadOlder(): Promise<void> {
    const first = this.messages[0]
    if (!first || !this.before || this.loading) return
    const page = await this.#load("older", { before: first.number })
    if (!page) return
    const joined = [...page.messages, ...this.messages]
    if (joined.length > WINDOW) this.after = true
    this.before = page.before
    this.messages = joined.slice(0, WINDOW)
    this.#applyBuffered()
  }

  async loadNewer(): Promise<void> {
    const last = this.messages.at(-1)
    if (!last || !this.after || this.loading) return
    const page = await this.#load("newer", { after: last.number })
    if (!page) return
    const joined = [...this.messages, ...page.messages]
    if (joined.length > WINDOW) this.before = true
    this.after = page.after
    this.messages = joined.slice(-WINDOW)
    this.#applyBuffered()
  }

  /** Show the end of the room. */
  async jumpToLatest(): Promise<void> {
    this.following = true
    if (this.after || !this.loaded) await this.#replace(undefined)
  }

  /** Load the page again that failed. */
  async retry(): Promise<void> {
    this.error = null
    if (this.#failed === "page") await this.#replace(this.#around)
    else if (this.#failed === "older") await this.loadOlder()
    else if (this.#failed === "newer") await this.loadNewer()
  }

  /** Load the window again: it may be stale. */
  async reload(): Promise<void> {
    const middle = this.messages[Math.floor(this.messages.length / 2)]
    if (this.loaded || this.loading) await this.#replace(this.following ? undefined : middle?.number)
  }

  /** Drop the messages; `open` loads them again. */
  clear(): void {
    this.#window += 1
    this.messages = []
    this.before = this.after = this.loaded = false
    this.loading = this.error = null
    this.following = true
    this.#early.clear()
    this.#buffered = []
  }

  /** Apply a message: append a new one, replace a changed one that is loaded, ignore others. */
  put(message: Message): void {
    if (this.loading) this.#buffered.push(message)
    if (!this.loaded) return
    const last = this.messages.at(-1)
    if (last && message.number <= last.number) this.#change(message)
    else if (!this.after) this.#append(message, last)
  }

  /** The server has deleted all messages up to this number. */
  raiseFloor(floor: number): void {
    const first = this.messages[0]
    if (first && first.number <= floor) this.messages = this.messages.filter(({ number }) => number > floor)
  }

  has(number: number): boolean {
    return this.at(number) !== undefined
  }

  /** The message with this number, if it is loaded. */
  at(number: number): Message | undefined {
    const index = this.#find(number)
    return index < 0 ? undefined : this.messages[index]
  }

  #change(message: Message): void {
    const index = this.#find(message.number)
    const known = this.messages[index]
    if (known && message.seq > known.seq) this.messages = this.messages.with(index, message)
  }

  #append(message: Message, last: Message | undefined): void {
    if (last && message.number !== last.number + 1) {
      // A reply arrived before an earlier event, or changes came in the order of their seqs.
      const known = this.#early.get(message.number)
      if (!known || known.seq < message.seq) this.#early.set(message.number, message)
      if (this.#early.size <= EARLY) return
      this.#early.clear()
      this.after = true
      return
    }
    if (this.messages.length < WINDOW) this.messages = [...this.messages, message]
    else if (this.following) {
      this.messages = [...this.messages.slice(1 - WINDOW), message]
      this.before = true
    } else {
      this.after = true
      return
    }
    const next = this.#early.get(message.number + 1)
    if (!next) return
    this.#early.delete(next.number)
    this.#append(next, message)
  }

  async #replace(around: number | undefined): Promise<void> {
    this.#window += 1
    this.#around = around
    this.loading = null
    const page = await this.#load("page", around === undefined ? {} : { around })
    if (!page) return
    this.messages = page.messages
    this.before = page.before
    this.after = page.after
    this.loaded = true
    this.#early.clear()
    this.#applyBuffered()
  }

  async #load(what: "page" | "older" | "newer", at: Omit<Fields<"timeline">, "room">): Promise<Page | null> {
    const window = this.#window
    this.loading = what
    this.error = null
    this.#failed = null
    this.#buffered = []
    try {
      const page = await this.#source.page({ ...at, limit: PAGE })
      if (window !== this.#window) return null
      this.loading = null
      return page
    } catch (error) {
      if (window !== this.#window) return null
      this.loading = null
      this.#failed = what
      this.error = error instanceof CommandError ? error : new CommandError("internal", String(error))
      return null
    }
  }

  /** A page is loaded: messages that arrived in the meantime are newer, or are in the page. */
  #applyBuffered(): void {
    for (const message of this.#buffered.splice(0)) this.put(message)
  }

  /** The index of the message with this number; negative if it is not loaded. */
  #find(number: number): number {
    let low = 0
    let high = this.messages.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = (this.messages[middle] as Message).number
      if (found === number) return middle
      if (found < number) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}
