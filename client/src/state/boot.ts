/** Boot data: the JSON with addresses and settings that the server embeds in the page. */

export interface Links {
  sign_in: string | null
  sign_out: string | null
  account: string | null
  invite: string | null
  admin: string | null
}

export interface Boot {
  /** path of the socket: `/ws/` */
  socket: string
  /** path prefix of commands over HTTP: `/chat/api/` */
  api: string
  /** path prefix of the client's own addresses: `/chat/` */
  base: string
  csrf: string
  workspace: string
  language: string
  links: Links
}

export function readBoot(document: Document): Boot {
  const element = document.getElementById("hubbub-boot")
  if (!element?.textContent) throw new Error("the page has no element #hubbub-boot with JSON")
  return JSON.parse(element.textContent) as Boot
}
