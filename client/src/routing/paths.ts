/** The client's URL paths: `/chat/`, `/chat/<room name>/`, `/chat/~<id>/` (direct rooms), and `…/<number>/` for one message. */

export interface Route {
  /** a room's name, or `~` and its id; null at home */
  readonly room: string | null
  /** the number of the message to show; null: none */
  readonly number: number | null
}

export const HOME: Route = { room: null, number: null }

/** The path of a room or of one message in it. */
export function pathOf(base: string, room: { id: number; kind: string; name: string }, number?: number): string {
  const name = hasNamePath(room) ? encodeURIComponent(room.name) : `~${room.id}`
  return `${base}${name}/${number === undefined ? "" : `${number}/`}`
}

/** The route of a path. A path outside the client is the home route. */
export function routeAt(base: string, path: string): Route {
  if (!path.startsWith(base)) return HOME
  const [room, number] = path.slice(base.length).split("/")
  if (!room) return HOME
  return { room: decoded(room), number: /^[1-9]\d{0,15}$/.test(number ?? "") ? Number(number) : null }
}

/** Whether this is the path of a room or a message, and not of another page served below `base`. */
export function isRoomPath(base: string, path: string): boolean {
  return path.startsWith(base) && /^[^/]+\/(?:[1-9]\d{0,15}\/)?$/.test(path.slice(base.length))
}

/** The arguments of `room.get` for the room part of a route. */
export function roomQuery(room: string): { id: number } | { name: string } {
  const id = /^~(\d{1,16})$/.exec(room)?.[1]
  return id === undefined ? { name: room } : { id: Number(id) }
}

/** Rooms called “.” or “..” have no path by name: browsers resolve these as dot segments, even when they are escaped. */
function hasNamePath({ kind, name }: { kind: string; name: string }): boolean {
  return (kind === "public" || kind === "private") && name !== "." && name !== ".."
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
