/** The state of a room's timeline on the screen: the rendered range, the scroll target, the “new” line, hover and focus, editing. */

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

/** Where to scroll once the rows are rendered. */
export type ScrollTarget =
  | { readonly to: "end" }
  | { readonly to: "new" }
  | { readonly to: "message"; readonly number: number }

const HIGHLIGHT_MS = 2500

export class TimelineViewModel {
  readonly session: Session
  readonly roomState: RoomState
  readonly timeline: Timeline

  scrollTarget: ScrollTarget | null = $state.raw(null)
  /** Whether it is known which messages to show. Until then none are rendered, because visible messages count as read. */
  rangeKnown = $state(false)
  /** whether the user is at the end: new messages are rendered as they arrive */
  following = $state(true)
  /** the “new” line is after this message number; null: there is none */
  readUpTo: number | null = $state(null)
  /** number of the message that a link led to, for 2.5 seconds */
  highlighted: number | null = $state(null)
  /** id of the message that is being edited */
  editing: string | null = $state(null)
  /** expanded folded lines, by the id of their first message */
  readonly expanded = new SvelteSet<string>()
  /** key of the row under the pointer */
  hovered: string | null = $state(null)
  /** key of the row that has the focus or had it last */
  focused: string | null = $state(null)
  /** whether the focus is in the list now */
  listFocused = $state(false)

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
  // Plain numbers, so that rows are computed again only when one of them changes.
  readonly #from: number = $derived(this.#shown?.first ?? 0)
  readonly #to: number = $derived(this.#shown?.last ?? 0)
  /** whether the rendered range ends at the room's latest message */
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
  /** whether the rendered range starts at the room's first message */
  readonly startsAtFirst: boolean = $derived.by(
    () => !this.timeline.before && this.#shown?.first === this.#loaded?.first,
  )
  /** key of the row that is the list's tab stop */
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

  /** Opens the room at message `number`, else at the first unread message, else at the end. */
  async open(number: number | null): Promise<void> {
    this.session.reading.enter(this.roomState.id)
    this.updateNewLine()
    if (number !== null) return this.show(number)
    if (this.readUpTo === null) return this.toLatest()
    const { readUpTo } = this
    if (!this.#holds(readUpTo) && !this.#holds(readUpTo + 1)) await this.#load(Math.max(1, readUpTo))
    this.#showAround(readUpTo)
    this.scrollTarget = { to: "new" }
  }

  /** Scrolls to a message and highlights it for a moment. */
  async show(number: number): Promise<void> {
    if (!this.#holds(number)) await this.#load(number)
    this.#showAround(number)
    this.scrollTarget = { to: "message", number }
    this.highlighted = number
    setTimeout(() => {
      if (this.highlighted === number) this.highlighted = null
    }, HIGHLIGHT_MS)
  }

  async toLatest(): Promise<void> {
    this.rangeKnown = this.timeline.loaded && !this.timeline.after
    await this.timeline.open()
    await this.timeline.jumpToLatest()
    this.rangeKnown = true
    this.#range = this.#loaded && rangeAtEnd(this.#loaded)
    this.follow(true)
    this.scrollTarget = { to: "end" }
  }

  /** Sets whether new messages are followed. */
  follow(end: boolean): void {
    if (this.following) this.#range = this.#shown
    this.following = end
    this.timeline.following = end
  }

  /** Extends the rendered range if the user is near one of its edges; requests more messages if all are rendered. */
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

  /** Requests older or newer messages, also after a failed attempt. */
  async load(side: "older" | "newer"): Promise<void> {
    await (side === "older" ? this.timeline.loadOlder() : this.timeline.loadNewer())
  }

  /** The message is completely visible, so everything up to it is marked as read. */
  seen(number: number): void {
    const { membership } = this.roomState
    if (membership && number > membership.read_number) {
      this.session.reading.markRead(this.roomState.id, number)
    }
  }

  /** Puts the “new” line before the first unread message, if there is one. */
  updateNewLine(): void {
    const { membership, unread } = this.roomState
    if (membership && unread > 0) this.readUpTo = membership.read_number
  }

  async markUnreadFrom(message: Message): Promise<void> {
    this.readUpTo = message.number - 1
    await this.session.reading.markUnread(this.roomState.id, message.number)
  }

  /** The user has sent a message: removes the “new” line and scrolls to the end. */
  sent(): void {
    this.readUpTo = null
    this.session.reading.enter(this.roomState.id)
    void this.toLatest()
  }

  /** Edits the user's last post. One that is still being sent is edited once it is confirmed: its id stays the same. */
  editLast(): void {
    const { me } = this.session
    const pending = this.timeline.pending.findLast(entry => entry.state !== "failed")
    const confirmed = this.timeline.messages.findLast(message => canEdit(me, message, this.roomState))
    this.editing = pending?.id ?? confirmed?.id ?? null
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
