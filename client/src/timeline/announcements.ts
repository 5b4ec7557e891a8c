/** Selects the messages to announce to screen readers: new ones, not loaded history. */

import type { Message } from "../protocol/types"

export interface Announcements {
  /** pass it to the next call; null while nothing is loaded */
  readonly announcedUpTo: number | null
  readonly messages: readonly Message[]
}

/** The posts of others with a number above `announcedUpTo`. If it is null (the first page), none. */
export function toAnnounce(messages: readonly Message[], announcedUpTo: number | null, me: number): Announcements {
  const last = messages[messages.length - 1]
  if (!last) return { announcedUpTo, messages: [] }
  if (announcedUpTo === null) return { announcedUpTo: last.number, messages: [] }
  const fresh = messages.filter(
    message => message.number > announcedUpTo && message.author !== me && !message.system && !message.deleted,
  )
  return { announcedUpTo: Math.max(announcedUpTo, last.number), messages: fresh }
}
