/** The client's addresses: `/chat/`, `/chat/<room name>/`, `/chat/~<id>/` (direct rooms), and `…/<number>/` for one message. */

export interface Route {
  /** a room's name, or `~` and its id; null at the beginning */
  readonly room: string | null
  /** the message that is pointed at */
  readonly number: number | null
}

export const HOME: Route = { room: null, number: null }

/** The address of a room or of one message in it. */
export function pathOf(base: string, room: { id: number; kind: string; name: string }, number?: number): string {
  const name = hasAddress(room) ? encodeURIComponent(room.name) : `~${room.id}`
  return `${base}${name}/${number === undefined ? "" : `${number}/`}`
}

/** The place that an address means. What is no address of the client's means the beginning. */
export function routeAt(base: string, path: string): Route {
  if (!path.startsWith(base)) return HOME
  const [room, number] = path.slice(base.length).split("/")
  if (!room) return HOME
  return { room: decoded(room), number: /^[1-9]\d{0,15}$/.test(number ?? "") ? Number(number) : null }
}

/** Whether this is the address of a room or a message, and of nothing else that may be served below `base`. */
export function isRoomPath(base: string, path: string): boolean {
  return path.startsWith(base) && /^[^/]+\/(?:[1-9]\d{0,15}\/)?$/.test(path.slice(base.length))
}

/** How to ask for the room of a place. */
export function roomQuery(room: string): { id: number } | { name: string } {
  const id = /^~(\d{1,16})$/.exec(room)?.[1]
  return id === undefined ? { name: room } : { id: Number(id) }
}

/** Browsers read “.” and “..” in an address as steps, however they are written. */
function hasAddress({ kind, name }: { kind: string; name: string }): boolean {
  return (kind === "public" || kind === "private") && name !== "." && name !== ".."
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
