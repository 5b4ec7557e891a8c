/** Detects links whose text names one address while they lead to another. The reader then sees the real target. */

/** A URL with its scheme, or a word that looks like a host name or an e-mail address. */
const ADDRESS =
  /[a-z][a-z0-9+.-]*:\/\/[^\s<>"]+|[^\s<>"/@]+@[^\s<>"/@]+|[\p{L}\p{N}-]+(?:[.\u3002\uff0e][\p{L}\p{N}-]+)+/giu
/** `v1.2.3` is not a host name: the last label of a host name has no digits, unless it is an IPv4 address. */
const VERSION = /^(?!\d+(?:\.\d+){3}$)[^:/@]*[.][^.]*\d[^.]*$/u
const INVISIBLE = /[\p{Cf}\p{Mn}\p{Me}]/gu
const LONGEST = 80
/** Only this many UTF-16 units of the link text are searched for addresses. */
const READ = 2000

/** The shortened target of a link whose text names another address; null if the text names none or the same. */
export function mismatchedTarget(text: string, href: string): string | null {
  const written = text.slice(0, READ).normalize("NFKC").replace(INVISIBLE, "")
  const named = (written.match(ADDRESS) ?? []).filter(address => !VERSION.test(address))
  const lies = named.some(address => !leadsTo(address, href)) || namesOtherPath(written, href)
  return lies ? shortened(href) : null
}

/** `ADDRESS` finds only the host of `bank.example/pay`, but the whole text is an address: its path must match, too. */
function namesOtherPath(text: string, href: string): boolean {
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
