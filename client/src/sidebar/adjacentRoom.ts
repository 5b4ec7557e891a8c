/** Finds the room above or below another in the sidebar, for keyboard shortcuts. */

export interface Listed {
  readonly id: number
  readonly highlighted: boolean
}

/** The next room from `current` in a direction, wrapping around. `onlyUnread` skips the others. Undefined if there is none. */
export function adjacentRoom<Room extends Listed>(
  rooms: readonly Room[],
  current: number | undefined,
  direction: -1 | 1,
  onlyUnread = false,
): Room | undefined {
  const here = rooms.findIndex(room => room.id === current)
  const start = here === -1 && direction === -1 ? rooms.length : here
  for (let step = 1; step <= rooms.length; step++) {
    const room = rooms[(((start + direction * step) % rooms.length) + rooms.length) % rooms.length]
    if (room && room.id !== current && (!onlyUnread || room.highlighted)) return room
  }
  return undefined
}
