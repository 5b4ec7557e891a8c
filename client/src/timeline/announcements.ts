/** Which messages have just come, as against those that were loaded. */

import type { Message } from "../protocol/types"

export interface Announcements {
  /** number of the last message known from now on; null while nothing is loaded */
  readonly announcedUpTo: number | null
  readonly messages: readonly Message[]
}

/** What others posted after `announcedUpTo`. The first page that is loaded (`announcedUpTo` null) is no news. */
export function toAnnounce(messages: readonly Message[], announcedUpTo: number | null, me: number): Announcements {
  const last = messages[messages.length - 1]
  if (!last) return { announcedUpTo, messages: [] }
  if (announcedUpTo === null) return { announcedUpTo: last.number, messages: [] }
  const fresh = messages.filter(
    message => message.number > announcedUpTo && message.author !== me && !message.system && !message.deleted,
  )
  return { announcedUpTo: Math.max(announcedUpTo, last.number), messages: fresh }
}
