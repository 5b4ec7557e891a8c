/** How far one has read. */

export class Reading {
  /** Read up to this number. Never moves back; said to the server a moment later. */
  markRead(_room: number, _number: number): void {}

  /** Unread from this number on. */
  async markUnread(_room: number, _number: number): Promise<void> {}
}
