/**
 * Versions of what only this member gets: memberships and permissions.
 *
 * A snapshot includes all changes up to one version; beyond it the newest applied change of each room is remembered.
 * Events may come late, because the server's bus may delay one: an older change is not applied.
 */

/** Stands for permissions, which belong to no room. Rooms count from 1. */
export const NO_ROOM = 0

export class Versions {
  /** the snapshot's version */
  #base = 0
  readonly #newest = new Map<number, number>()

  /** A snapshot of this version was applied. */
  reset(version: number): void {
    this.#base = version
    this.#newest.clear()
  }

  /** The version of a room's newest applied change. */
  of(room: number): number {
    return this.#newest.get(room) ?? this.#base
  }

  /** True if a change is newer than the applied ones: the caller applies it. */
  accept(room: number, version: number): boolean {
    if (version <= this.of(room)) return false
    this.#newest.set(room, version)
    return true
  }
}
