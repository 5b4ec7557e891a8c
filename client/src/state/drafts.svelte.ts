/** What one has begun to write, per room. */

export class Drafts {
  get(_room: number): string {
    return ""
  }

  /** Empty text forgets the draft. */
  set(_room: number, _text: string): void {}
}
