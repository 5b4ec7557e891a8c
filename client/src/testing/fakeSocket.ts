/** A WebSocket for tests: the test plays the server. */

import type { Event } from "../protocol/types"

type Sent = { id?: number; type: string } & Record<string, unknown>

export class FakeSocket {
  /** all sockets that were opened, oldest first */
  static opened: FakeSocket[] = []

  static get last(): FakeSocket {
    const socket = FakeSocket.opened.at(-1)
    if (!socket) throw new Error("no socket was opened")
    return socket
  }

  /** This class as the `WebSocket` that a Socket takes. */
  static get implementation(): typeof WebSocket {
    return FakeSocket as unknown as typeof WebSocket
  }

  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  closed = false
  /** 1: open, 2: closing */
  readyState = 1
  readonly url: string
  readonly sent: Sent[] = []

  constructor(url: string) {
    this.url = url
    FakeSocket.opened.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent)
  }

  close(): void {
    this.closed = true
  }

  /** The server sends a frame. */
  says(frame: Event | { re: number | null; ok?: unknown; error?: unknown }): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  hello(epoch = "e1", member = 1): void {
    this.says({ type: "hello", epoch, member, heartbeat: 20 })
  }

  /** The server replies to the last command of this type. */
  answers(type: string, ok: unknown): void {
    this.says({ re: this.asked(type).id as number, ok })
  }

  refuses(type: string, code: string, retry_after?: number): void {
    this.says({ re: this.asked(type).id as number, error: { code, message: `${code}!`, retry_after } })
  }

  /** The last command of this type that the client sent. */
  asked(type: string): Sent {
    const found = this.sent.findLast(sent => sent.type === type)
    if (!found) throw new Error(`no ${type} was sent, but: ${this.sent.map(sent => sent.type).join(", ")}`)
    return found
  }

  all(type: string): Sent[] {
    return this.sent.filter(sent => sent.type === type)
  }

  /** The server or the network closes the socket. */
  ends(code = 1006, reason = ""): void {
    this.onclose?.({ code, reason })
  }
}
