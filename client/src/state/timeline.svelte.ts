/**
 * The loaded stretch of one room's messages: a window onto the timeline, without holes, at most WINDOW long.
 *
 * Why `$state.raw` and a fresh array per change: a message never changes in place, so nothing needs to be observed
 * inside the array, and the screen needs one signal, "the window is another one". Copying is bounded by WINDOW
 * whatever the length of the room's history (500 pointers, about a microsecond), finding a message is a binary search,
 * and rows keyed by id render again only when their own message object is another. A deep `$state` array would create
 * a proxy and a signal per message and per field.
 */

import type { Fields } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Message, Timeline as Page } from "../protocol/types"
import type { PendingMessage } from "./outboxStore"

/** Messages kept per room. */
export const WINDOW = 500
/** Messages asked for at once. */
const PAGE = 50
/** Messages that may wait for the one before them; more means that the window's end is not the room's. */
const EARLY = 200

export interface Source {
  /** Ask for a page of the room. Rejects with CommandError. */
  page(at: Omit<Fields<"timeline">, "room">): Promise<Page>
  pending(): readonly PendingMessage[]
  /** The timeline is looked at: of those that were not for long, the messages are let go. */
  opened(): void
}

export class Timeline {
  readonly room: number
  /** by number, one after the other, without holes */
  messages: readonly Message[] = $state.raw([])
  /** there are older ones to load */
  before = $state(false)
  /** there are newer ones to load: the end of the window is not the end of the room */
  after = $state(false)
  /** what is being loaded; null when nothing is */
  loading: "page" | "older" | "newer" | null = $state(null)
  /** whether a first page is here */
  loaded = $state(false)
  error: CommandError | null = $state.raw(null)
  /** Whether the screen shows the newest message and moves with it. If not, new ones do not push out old ones. */
  following = true
  readonly #source: Source
  /** by number: those that came before the one that they follow */
  readonly #early = new Map<number, Message>()
  /** what came while a page was on its way, which may have been read before it */
  #meanwhile: Message[] = []
  /** which window a page was asked for; pages for an abandoned one are dropped */
  #window = 0
  /** where the window was to be opened last; undefined: at the end */
  #around: number | undefined
  #failed: "page" | "older" | "newer" | null = null

  constructor(room: number, source: Source) {
    this.room = room
    this.#source = source
  }

  /** One's own messages in this room that are not in its timeline yet. */
  get pending(): readonly PendingMessage[] {
    return this.#source.pending()
  }

  /** Show the window around a number, or whatever is loaded, at first the newest. Failing sets `error`. */
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
    this.#arrived()
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
    this.#arrived()
  }

  /** Go to the end of the room. */
  async jumpToLatest(): Promise<void> {
    this.following = true
    if (this.after || !this.loaded) await this.#replace(undefined)
  }

  /** What failed is tried again. */
  async retry(): Promise<void> {
    this.error = null
    if (this.#failed === "page") await this.#replace(this.#around)
    else if (this.#failed === "older") await this.loadOlder()
    else if (this.#failed === "newer") await this.loadNewer()
  }

  /** Load the window anew: it may no longer be what the server has. */
  async reload(): Promise<void> {
    const middle = this.messages[Math.floor(this.messages.length / 2)]
    if (this.loaded || this.loading) await this.#replace(this.following ? undefined : middle?.number)
  }

  /** Let go of the messages; `open` loads them again. */
  clear(): void {
    this.#window += 1
    this.messages = []
    this.before = this.after = this.loaded = false
    this.loading = this.error = null
    this.following = true
    this.#early.clear()
    this.#meanwhile = []
  }

  /** Take the state of a message: new ones at the end, changed ones in their place, the rest is not on screen. */
  put(message: Message): void {
    if (this.loading) this.#meanwhile.push(message)
    if (!this.loaded) return
    const last = this.messages.at(-1)
    if (last && message.number <= last.number) this.#change(message)
    else if (!this.after) this.#follow(message, last)
  }

  /** Messages up to this number are gone for good. */
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

  #follow(message: Message, last: Message | undefined): void {
    if (last && message.number !== last.number + 1) {
      // The reply to a command overtook the event before it, or changes came in the order of their seqs.
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
    this.#follow(next, message)
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
    this.#arrived()
  }

  async #load(what: "page" | "older" | "newer", at: Omit<Fields<"timeline">, "room">): Promise<Page | null> {
    const window = this.#window
    this.loading = what
    this.error = null
    this.#failed = null
    this.#meanwhile = []
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

  /** A page is in place: what came while it was on its way is newer, or in it already. */
  #arrived(): void {
    const meanwhile = this.#meanwhile
    this.#meanwhile = []
    for (const message of meanwhile) this.put(message)
  }

  /** Where the message with this number is; negative if it is not loaded. */
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
