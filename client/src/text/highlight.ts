/** Syntax highlighting. The grammars are loaded when the first code block is shown. */

import type { Highlighted } from "./tree"

/** In UTF-16 units. Longer code is shown plain, because highlighting it would block the page. */
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
 * Code → highlighted spans; null for an unknown language or a text that is too long. Blocks are highlighted one per task,
 * so that a page full of code does not block scrolling. The promise of a block that is aborted before its task never settles.
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
