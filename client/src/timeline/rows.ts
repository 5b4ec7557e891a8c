/** Turns messages into the rows of the list: day dividers, the “new” line, posts grouped by author, system messages. */

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

/** A system message, or several that are folded into one row. `message` is the last of them, `at` its time. */
export interface SystemRow {
  readonly kind: "system"
  readonly key: string
  readonly message: Message
  readonly messages: readonly Message[]
  readonly at: Date
}

/** A post, confirmed (`message`) or not yet (`pending`). `head`: the first of its group, which shows the author. */
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
  /** the “new” line is after this number; null: there is none */
  readonly readUpTo: number | null
  /** whether a message is being deleted; it is hidden already */
  readonly deleting: (id: string) => boolean
}

/** Posts of one author within this time are grouped. */
const GROUP_MS = 5 * 60 * 1000

/** The key of the row that contains the message with this number. */
export function keyOf(rows: readonly Row[], number: number): string | undefined {
  return rows.find(row =>
    row.kind === "system"
      ? row.messages.some(message => message.number === number)
      : row.kind === "post" && row.message?.number === number,
  )?.key
}

/** Makes the rows. An unchanged row is the same object as before, so that only changed rows are rendered again. */
export class RowMaker {
  #made = new Map<string, Row>()

  rows(shown: Shown): Row[] {
    const before = this.#made
    this.#made = new Map()
    const rows: Row[] = []
    let last: Row | undefined
    let hasNewLine = false

    const add = (row: Row) => {
      const old = before.get(row.key)
      last = old && same(old, row) ? old : row
      this.#made.set(last.key, last)
      rows.push(last)
    }
    const removeLast = () => {
      const row = rows.pop()
      if (row) this.#made.delete(row.key)
    }
    const addDay = (at: Date) => {
      if (!last || !("at" in last) || !sameDay(last.at, at))
        add({ kind: "day", key: `day ${at.toDateString()}`, date: at })
    }

    // The key of a folded row is its last message: loading history above adds messages at its start, and the row stays.
    const addSystem = (message: Message, at: Date) => {
      const folded = last?.kind === "system" && isFoldable(message) && isFoldable(last.message) ? last.messages : []
      if (folded.length > 0) removeLast()
      add({ kind: "system", key: message.id, message, messages: [...folded, message], at })
    }

    for (const message of shown.messages) {
      if (shown.deleting(message.id)) continue
      const at = new Date(message.created_at)
      addDay(at)
      if (!hasNewLine && shown.readUpTo !== null && message.number > shown.readUpTo && message.author !== shown.me) {
        hasNewLine = true
        add({ kind: "new", key: "new" })
      }
      if (message.system) addSystem(message, at)
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
