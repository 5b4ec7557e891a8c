/** One room's messages as they are shown: which part is in the page, where to scroll, what is new, what is being edited. */

import { SvelteSet } from "svelte/reactivity"
import { canEdit } from "../permissions/policy"
import type { Message } from "../protocol/types"
import type { RoomState } from "../state/rooms.svelte"
import type { Session } from "../state/session.svelte"
import type { Timeline } from "../state/timeline.svelte"
import {
  extended,
  extendedToEnd,
  loadedPart,
  type Margins,
  type MessageRange,
  MOST_RENDERED,
  rangeAround,
  rangeAtEnd,
  sideToExtend,
} from "./renderedRange"
import { type Row, RowMaker } from "./rows"

/** Where to scroll to, once it is in the page. */
export type Target =
  | { readonly to: "end" }
  | { readonly to: "new" }
  | { readonly to: "message"; readonly number: number }

const FLASH_MS = 2500

export class TimelineViewModel {
  readonly session: Session
  readonly roomState: RoomState
  readonly timeline: Timeline

  target: Target | null = $state.raw(null)
  /** It is known which part to show. Until then nothing is: what flashes by would count as seen. */
  rangeKnown = $state(false)
  /** the end is held: new messages come into the page as they arrive */
  following = $state(true)
  /** the “new” line stands after this number */
  readUpTo: number | null = $state(null)
  /** number of the message that a link has led to, for a moment */
  flashing: number | null = $state(null)
  /** id of the message that is being edited */
  editing: string | null = $state(null)
  /** lines of several comings and goings that tell each of them, by the id of their first message */
  readonly expanded = new SvelteSet<string>()
  /** key of the row under the pointer, and of the row with the keyboard */
  pointed: string | null = $state(null)
  focused: string | null = $state(null)
  /** whether the keyboard is in the list now, or only comes back to that row */
  walking = $state(false)

  #range: MessageRange | null = $state.raw(null)
  readonly #maker = new RowMaker()
  readonly #loaded: MessageRange | null = $derived.by(() => {
    const { messages } = this.timeline
    const [first, last] = [messages[0], messages[messages.length - 1]]
    return first && last ? { first: first.number, last: last.number } : null
  })
  readonly #shown: MessageRange | null = $derived.by(() => {
    const loaded = this.#loaded
    if (!loaded) return null
    const range = this.#range ?? rangeAtEnd(loaded)
    return this.following && !this.timeline.after ? extendedToEnd(range, loaded) : loadedPart(range, loaded)
  })
  // As numbers: rows are made again only when one of them is another.
  readonly #from: number = $derived(this.#shown?.first ?? 0)
  readonly #to: number = $derived(this.#shown?.last ?? 0)
  /** whether what is in the page ends where the room ends */
  readonly endsAtLatest: boolean = $derived.by(() => !this.timeline.after && this.#shown?.last === this.#loaded?.last)
  readonly rows: Row[] = $derived.by(() => {
    const { messages, pending } = this.timeline
    const start = messages[0]?.number ?? 0
    return this.#maker.rows({
      messages: this.rangeKnown ? messages.slice(this.#from - start, this.#to - start + 1) : [],
      pending: this.rangeKnown && this.endsAtLatest ? pending : [],
      me: this.session.me.id,
      readUpTo: this.readUpTo,
      deleting: id => this.session.outbox.deleting(id),
    })
  })
  /** whether the room's beginning is in the page */
  readonly startsAtFirst: boolean = $derived.by(
    () => !this.timeline.before && this.#shown?.first === this.#loaded?.first,
  )
  /** the row that Tab leads to */
  readonly tabStop: string | undefined = $derived(
    this.rows.some(row => row.key === this.focused)
      ? (this.focused ?? undefined)
      : this.rows.findLast(row => row.kind === "post" || row.kind === "system")?.key,
  )

  constructor(session: Session, roomState: RoomState) {
    this.session = session
    this.roomState = roomState
    this.timeline = session.timeline(roomState.id)
  }

  /** Opens the room where reading goes on: at a message that is pointed at, at the first unread one, or at the end. */
  async open(number: number | null): Promise<void> {
    this.session.reading.enter(this.roomState.id)
    this.returned()
    if (number !== null) return this.show(number)
    if (this.readUpTo === null) return this.toLatest()
    const { readUpTo } = this
    if (!this.#holds(readUpTo) && !this.#holds(readUpTo + 1)) await this.#load(Math.max(1, readUpTo))
    this.#showAround(readUpTo)
    this.target = { to: "new" }
  }

  /** Shows a message in the middle, and makes it stand out for a moment. */
  async show(number: number): Promise<void> {
    if (!this.#holds(number)) await this.#load(number)
    this.#showAround(number)
    this.target = { to: "message", number }
    this.flashing = number
    setTimeout(() => {
      if (this.flashing === number) this.flashing = null
    }, FLASH_MS)
  }

  async toLatest(): Promise<void> {
    this.rangeKnown = this.timeline.loaded && !this.timeline.after
    await this.timeline.open()
    await this.timeline.jumpToLatest()
    this.rangeKnown = true
    this.#range = this.#loaded && rangeAtEnd(this.#loaded)
    this.follow(true)
    this.target = { to: "end" }
  }

  /** What is in the page is drawn, and the reader holds its end or not. */
  follow(end: boolean): void {
    if (this.following) this.#range = this.#shown
    this.following = end
    this.timeline.following = end
  }

  /** Brings more into the page where the reader comes near an edge: what is loaded first, then what is not. */
  fill({ before, after }: Margins): void {
    const [loaded, shown] = [this.#loaded, this.#shown]
    if (!loaded || !shown || !this.rangeKnown) return
    const full = shown.last - shown.first + 1 >= MOST_RENDERED
    const side = sideToExtend(
      { before: this.startsAtFirst ? Infinity : before, after: this.endsAtLatest ? Infinity : after },
      full,
    )
    if (side === null) return
    const more = side === "older" ? shown.first > loaded.first : shown.last < loaded.last
    if (more) this.#range = extended(shown, side, loaded)
    else if (this.timeline.loading === null && !this.timeline.error) void this.load(side)
  }

  /** Loads what lies beyond; again, if it has failed. */
  async load(side: "older" | "newer"): Promise<void> {
    await (side === "older" ? this.timeline.loadOlder() : this.timeline.loadNewer())
  }

  /** The reader's eye has reached a message. */
  seen(number: number): void {
    const { membership } = this.roomState
    if (membership && number > membership.read_number) {
      this.session.reading.markRead(this.roomState.id, number)
    }
  }

  /** The reader looks at the page again: what came meanwhile is new. */
  returned(): void {
    const { membership, unread } = this.roomState
    if (membership && unread > 0) this.readUpTo = membership.read_number
  }

  async markUnreadFrom(message: Message): Promise<void> {
    this.readUpTo = message.number - 1
    await this.session.reading.markUnread(this.roomState.id, message.number)
  }

  /** One has answered: nothing above is new any more. */
  answered(): void {
    this.readUpTo = null
    this.session.reading.enter(this.roomState.id)
    void this.toLatest()
  }

  /** Edits one's own last post; one that is on its way as soon as it has arrived: it keeps its id. */
  editLast(): void {
    const { me } = this.session
    const sent = this.timeline.pending.findLast(entry => entry.state !== "failed")
    const said = this.timeline.messages.findLast(message => canEdit(me, message, this.roomState))
    this.editing = sent?.id ?? said?.id ?? null
  }

  #holds(number: number): boolean {
    const loaded = this.#loaded
    return loaded !== null && number >= loaded.first && number <= loaded.last
  }

  async #load(around: number): Promise<void> {
    this.rangeKnown = false
    await this.timeline.open({ around })
  }

  #showAround(number: number): void {
    const loaded = this.#loaded
    this.rangeKnown = true
    this.follow(false)
    if (loaded) this.#range = rangeAround(Math.min(Math.max(number, loaded.first), loaded.last), loaded)
  }
}
