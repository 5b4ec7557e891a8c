/** Who is typing. */

export class Typing {
  /** ids of those who are typing in a room now, without oneself */
  in(_room: number): number[] {
    return []
  }
}
