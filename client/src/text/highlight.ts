/** Code → highlighted pieces. The grammars are loaded when the first code block is shown. */

import type { Highlighted } from "./tree"

/** Longer code is shown plain: colours are not worth a page that stands still. */
export const LONGEST = 20_000

interface Job {
  readonly text: string
  readonly language: string
  readonly signal: AbortSignal
  done(pieces: Highlighted[] | null): void
}

const waiting: Job[] = []
let working = false

/**
 * null where there is nothing to highlight: an unknown language, or too long a text. One block has its turn at a time,
 * so that a page full of code does not stand in the way of scrolling; what is aborted before its turn stays unanswered.
 */
export async function highlight(text: string, language: string, signal: AbortSignal): Promise<Highlighted[] | null> {
  if (language === "" || text.length > LONGEST) return null
  return new Promise((done, failed) => {
    waiting.push({ text, language, signal, done })
    if (!working) work().catch(failed)
  })
}

async function work(): Promise<void> {
  working = true
  try {
    const { highlighted } = await import("./grammars")
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      if (job.signal.aborted) continue
      job.done(highlighted(job.text, job.language))
      await new Promise(turn => setTimeout(turn))
    }
  } finally {
    working = false
  }
}
