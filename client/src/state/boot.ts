/** What the server put into the page: where things are, and what it is called. */

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
  /** path that commands are posted under: `/chat/api/` */
  api: string
  /** path that the client's own addresses begin with: `/chat/` */
  base: string
  csrf: string
  workspace: string
  language: string
  links: Links
}

export function readBoot(document: Document): Boot {
  const element = document.getElementById("hubbub-boot")
  if (!element?.textContent) throw new Error("the page holds no hubbub-boot JSON")
  return JSON.parse(element.textContent) as Boot
}
