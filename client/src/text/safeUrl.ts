/** Which URLs a message may link to. */

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"])

/** The URL as the browser normalizes it; null unless it is an absolute http, https or mailto URL. */
export function safeUrl(written: string): string | null {
  try {
    const { protocol, href } = new URL(written)
    return SCHEMES.has(protocol) ? href : null
  } catch {
    return null
  }
}
