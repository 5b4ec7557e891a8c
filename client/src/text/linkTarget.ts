/** Whether a link says one address and leads to another: then the reader is shown where it leads. */

/** An address with its scheme, or something that reads like a host or an e-mail address. */
const ADDRESS =
  /[a-z][a-z0-9+.-]*:\/\/[^\s<>"]+|[^\s<>"/@]+@[^\s<>"/@]+|[\p{L}\p{N}-]+(?:[.\u3002\uff0e][\p{L}\p{N}-]+)+/giu
/** `v1.2.3` is no host: the last part of one is a word, unless it is four numbers. */
const VERSION = /^(?!\d+(?:\.\d+){3}$)[^:/@]*[.][^.]*\d[^.]*$/u
const INVISIBLE = /[\p{Cf}\p{Mn}\p{Me}]/gu
const LONGEST = 80
/** Text of a link beyond this is not read for addresses. */
const READ = 2000

/** Where a link leads, as short as it is clear; null if its text promises nothing else. */
export function mismatchedTarget(text: string, href: string): string | null {
  const written = text.slice(0, READ).normalize("NFKC").replace(INVISIBLE, "")
  const named = (written.match(ADDRESS) ?? []).filter(address => !VERSION.test(address))
  const lies = named.some(address => !leadsTo(address, href)) || looksWritten(written, href)
  return lies ? shortened(href) : null
}

/** `bank.example/pay` is one address though only its host matches: the rest has to agree, too. */
function looksWritten(text: string, href: string): boolean {
  const whole = text.trim()
  if (/\s/.test(whole) || !/^[^/@:]+\.[^/@:]+\//.test(whole)) return false
  return !sameAddress(`https://${whole}`, href)
}

function leadsTo(address: string, href: string): boolean {
  if (address.includes("://")) return sameAddress(address, href)
  if (address.includes("@")) return new URL(href).protocol === "mailto:" && mailbox(href) === address.toLowerCase()
  if (href.startsWith("mailto:")) return mailbox(href).endsWith(address.toLowerCase())
  return hostOf(`https://${address}`) === hostOf(href)
}

function sameAddress(written: string, href: string): boolean {
  try {
    const [one, other] = [new URL(written), new URL(href)]
    return hostOf(written) === hostOf(href) && tail(one) === tail(other)
  } catch {
    return false
  }
}

function tail({ port, pathname, search, hash }: URL): string {
  return `${port}${pathname.replace(/\/$/, "")}${search}${hash}`
}

function hostOf(address: string): string {
  try {
    return new URL(address).hostname.replace(/^www\./, "")
  } catch {
    return ""
  }
}

function mailbox(href: string): string {
  return decodeURI(href.slice("mailto:".length).split("?")[0] ?? "").toLowerCase()
}

function shortened(href: string): string {
  const bare = href.replace(/^(https?:\/\/|mailto:)/, "").replace(/\/$/, "")
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}…` : bare
}
