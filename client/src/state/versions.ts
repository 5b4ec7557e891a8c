/**
 * Which changes of what only one knows oneself were taken: memberships and permissions.
 *
 * All up to one version, which a whole state brought, and of each room the newest change beyond it. The server sends
 * events in the order in which they reach it, and a bus may hold one back: an older one changes nothing.
 */

/** What is not about a room: permissions. Rooms count from 1. */
export const NO_ROOM = 0

export class Versions {
  #whole = 0
  readonly #newest = new Map<number, number>()

  /** A whole state of this version was taken. */
  begin(version: number): void {
    this.#whole = version
    this.#newest.clear()
  }

  /** The version of the newest change that was taken of a room. */
  of(room: number): number {
    return this.#newest.get(room) ?? this.#whole
  }

  /** Whether a change of a room tells anything new. If so it counts as taken. */
  take(room: number, version: number): boolean {
    if (version <= this.of(room)) return false
    this.#newest.set(room, version)
    return true
  }
}
