/** Shows unread messages in the browser tab: a count in the title and a dot on the icon. */

/** Sets the title (“(3) general · Workspace”) and the icon. */
export function showUnread(page: Document, unread: number, room: string, workspace: string): void {
  page.title = titleOf(unread, room, workspace)
  const link =
    page.querySelector<HTMLLinkElement>('link[rel="icon"][data-hubbub]') ?? page.head.appendChild(newLink(page))
  const address = iconOf(unread > 0)
  if (link.href !== address) link.href = address
}

export function titleOf(unread: number, room: string, workspace: string): string {
  const name = [room, workspace].filter(part => part !== "").join(" · ")
  return unread > 0 ? `(${unread > 99 ? "99+" : unread}) ${name}` : name
}

function newLink(page: Document): HTMLLinkElement {
  const link = page.createElement("link")
  link.rel = "icon"
  link.type = "image/svg+xml"
  link.dataset.hubbub = ""
  return link
}

/** The icon as a data URL: a speech bubble, with a dot in its corner if `dot`. */
function iconOf(dot: boolean): string {
  const bubble =
    '<path fill="#0a6b61" d="M9 4h14a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6h-8l-7 5v-5.1A6 6 0 0 1 3 18v-8a6 6 0 0 1 6-6z"/>'
  const dots =
    '<g fill="#fff"><circle cx="10" cy="14" r="2"/><circle cx="16" cy="14" r="2"/><circle cx="22" cy="14" r="2"/></g>'
  const notice = dot ? '<circle cx="25" cy="7" r="6.5" fill="#d9362b" stroke="#fff" stroke-width="2"/>' : ""
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${bubble}${dots}${notice}</svg>`)}`
}
