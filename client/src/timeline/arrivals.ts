/** Which messages have just come, as against those that were loaded. */

import type { Message } from "../protocol/types"

export interface Arrivals {
  /** number of the last message known from now on; null while nothing is loaded */
  readonly heard: number | null
  readonly messages: readonly Message[]
}

/** What others posted after `heard`. The first page that is loaded (`heard` null) is no news. */
export function arrivals(messages: readonly Message[], heard: number | null, me: number): Arrivals {
  const last = messages[messages.length - 1]
  if (!last) return { heard, messages: [] }
  if (heard === null) return { heard: last.number, messages: [] }
  const fresh = messages.filter(
    message => message.number > heard && message.author !== me && !message.system && !message.deleted,
  )
  return { heard: Math.max(heard, last.number), messages: fresh }
}
