/** Which addresses a message may link to. */

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"])

/** The address as the browser understands it; null unless it is a whole http, https or mailto address. */
export function safeUrl(written: string): string | null {
  try {
    const { protocol, href } = new URL(written)
    return SCHEMES.has(protocol) ? href : null
  } catch {
    return null
  }
}
