/** Messages → the lines of the list: day dividers, the “new” line, posts grouped by author, things that happened. */

import type { Message } from "../protocol/types"
import type { PendingMessage } from "../state/outboxStore"
import { sameDay } from "../ui/time"
import { isFoldable } from "./systemFolding"

export type Row = DayRow | NewRow | SystemRow | PostRow

export interface DayRow {
  readonly kind: "day"
  readonly key: string
  readonly date: Date
}

export interface NewRow {
  readonly kind: "new"
  readonly key: "new"
}

/** Something that happened, or several comings and goings in a row. `message` is the last of them, `at` its time. */
export interface SystemRow {
  readonly kind: "system"
  readonly key: string
  readonly message: Message
  readonly messages: readonly Message[]
  readonly at: Date
}

/** A post, confirmed (`message`) or on its way (`pending`). `head`: it shows its author; others follow in the group. */
export interface PostRow {
  readonly kind: "post"
  readonly key: string
  readonly author: number
  readonly at: Date
  readonly head: boolean
  readonly message: Message | null
  readonly pending: PendingMessage | null
}

export interface Shown {
  readonly messages: readonly Message[]
  readonly pending: readonly PendingMessage[]
  readonly me: number
  /** the “new” line stands after this number; null: there is none */
  readonly readUpTo: number | null
  /** hidden already, because their deletion is on its way */
  readonly deleting: (id: string) => boolean
}

/** Posts of one author within this time stand together. */
const GROUP_MS = 5 * 60 * 1000

/** The key of the row that holds the message with this number. */
export function keyOf(rows: readonly Row[], number: number): string | undefined {
  return rows.find(row =>
    row.kind === "system"
      ? row.messages.some(message => message.number === number)
      : row.kind === "post" && row.message?.number === number,
  )?.key
}

/** Makes rows; gives back the same objects for what has not changed, so that only changed lines are drawn again. */
export class RowMaker {
  #made = new Map<string, Row>()

  rows(shown: Shown): Row[] {
    const before = this.#made
    this.#made = new Map()
    const rows: Row[] = []
    let last: Row | undefined
    let lined = false

    const add = (row: Row) => {
      const old = before.get(row.key)
      last = old && same(old, row) ? old : row
      this.#made.set(last.key, last)
      rows.push(last)
    }
    const takeBack = () => {
      const row = rows.pop()
      if (row) this.#made.delete(row.key)
    }
    const addDay = (at: Date) => {
      if (!last || !("at" in last) || !sameDay(last.at, at))
        add({ kind: "day", key: `day ${at.toDateString()}`, date: at })
    }

    // A line that isFoldable is known by its last message: what is loaded above, where the reader's eye may be, adds to it.
    const happened = (message: Message, at: Date) => {
      const folded = last?.kind === "system" && isFoldable(message) && isFoldable(last.message) ? last.messages : []
      if (folded.length > 0) takeBack()
      add({ kind: "system", key: message.id, message, messages: [...folded, message], at })
    }

    for (const message of shown.messages) {
      if (shown.deleting(message.id)) continue
      const at = new Date(message.created_at)
      addDay(at)
      if (!lined && shown.readUpTo !== null && message.number > shown.readUpTo && message.author !== shown.me) {
        lined = true
        add({ kind: "new", key: "new" })
      }
      if (message.system) happened(message, at)
      else add(post(message.id, message.author, at, last, message, null))
    }
    const sentIds = new Set(shown.pending.length > 0 ? shown.messages.map(message => message.id) : [])
    for (const entry of shown.pending) {
      if (sentIds.has(entry.id)) continue
      const at = new Date(entry.created)
      addDay(at)
      add(post(entry.id, shown.me, at, last, null, entry))
    }
    return rows
  }
}

function post(
  key: string,
  author: number,
  at: Date,
  last: Row | undefined,
  message: Message | null,
  pending: PendingMessage | null,
): PostRow {
  const follows = last?.kind === "post" && last.author === author && at.getTime() - last.at.getTime() < GROUP_MS
  return { kind: "post", key, author, at, head: !follows, message, pending }
}

function same(one: Row, other: Row): boolean {
  if (one.kind !== other.kind) return false
  if (one.kind === "post" && other.kind === "post") {
    return one.message === other.message && one.pending === other.pending && one.head === other.head
  }
  if (one.kind === "system" && other.kind === "system") {
    const { messages } = other
    return one.messages.length === messages.length && one.messages.every((each, index) => each === messages[index])
  }
  return true
}
