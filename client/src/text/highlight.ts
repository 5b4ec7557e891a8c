/** Code → highlighted pieces. The grammars are loaded when the first code block is shown. */

import type { Highlighted } from "./tree"

/** Longer code is shown plain: colours are not worth a page that stands still. */
export const LONGEST = 20_000

/** null where there is nothing to highlight: an unknown language, or too long a text. */
export async function highlight(text: string, language: string): Promise<Highlighted[] | null> {
  if (language === "" || text.length > LONGEST) return null
  const { highlighted } = await import("./grammars")
  return highlighted(text, language)
}
