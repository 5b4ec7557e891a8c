/** The connection to the server: one WebSocket at a time, reconnected with back-off when it is lost. */

import { delay } from "./backoff"
import { decode, encode } from "./codec"
import type { CommandType, Fields } from "./commands"
import { CommandError, noConnection } from "./errors"
import { type Event, type Hello, type Replies, STAY_AWAY } from "./types"

export interface Listener {
  /** A new socket is ready: the server has sent its hello, and waits for a snapshot or resume command. */
  opened(hello: Hello): void
  event(event: Event): void
  /** The socket is lost; the next try is at `retryAt` (milliseconds since 1970). */
  lost(retryAt: number): void
  /** The server closed the socket with a code of STAY_AWAY: the client does not reconnect. */
  ended(code: number): void
}

/** Deadline for the server's hello, counted from the opening of the socket. */
const HELLO_MS = 10_000
/** Deadline for any frame after `check`. */
const CHECK_MS = 4_000
/** A socket that was open for this long resets the back-off. */
const STABLE_MS = 10_000

/** `readyState` of a socket that can send. */
const OPEN = 1

interface Pending {
  resolve(ok: unknown): void
  reject(error: CommandError): void
}

export class Socket {
  /** `waiting`: a try is planned. `handshake`: opened, and the server has not sent its hello yet. */
  state: "closed" | "waiting" | "handshake" | "open" = "closed"
  readonly #url: string
  readonly #listener: Listener
  readonly #WebSocket: typeof WebSocket
  #ws: WebSocket | null = null
  #failures = 0
  #openedAt = 0
  #receivedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #lastId = 0
  readonly #pending = new Map<number, Pending>()

  constructor(url: string, listener: Listener, implementation: typeof WebSocket = WebSocket) {
    this.#url = url
    this.#listener = listener
    this.#WebSocket = implementation
  }

  /** Connect, and stay connected until `close`. */
  open(): void {
    if (this.state === "closed") this.#connect()
  }

  close(): void {
    this.#drop(new CommandError("offline", "The connection was closed."))
    this.state = "closed"
  }

  /** Connect now if a try is planned for later. */
  retryNow(): void {
    if (this.state === "waiting") this.#connect()
  }

  /**
   * The network has changed, or the machine has slept: make a planned try now, and test an open socket with a round
   * trip. Without the test a dead socket would be noticed only after two heartbeats.
   */
  check(): void {
    this.retryNow()
    if (this.state !== "open") return
    const [ws, sentAt] = [this.#ws, Date.now()]
    this.request("beat", {}).catch(() => {
      // The reply does not matter: any frame shows that the socket works.
    })
    setTimeout(() => {
      if (this.#ws === ws && this.#receivedAt < sentAt) this.#lost(1006, "")
    }, CHECK_MS)
  }

  /** Send a command; resolves with its reply. Rejects with CommandError, `offline` if the socket is not open. */
  request<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    return new Promise((resolve, reject) => {
      if (!this.#canSend) {
        reject(noConnection())
        return
      }
      this.#lastId += 1
      this.#pending.set(this.#lastId, { resolve: ok => resolve(ok as Replies[T]), reject })
      this.#ws?.send(encode(type, fields, this.#lastId))
    })
  }

  /** Send a command that needs no reply; without a connection it is dropped. */
  send<T extends CommandType>(type: T, fields: Fields<T>): void {
    if (this.#canSend) this.#ws?.send(encode(type, fields))
  }

  /** False also while the socket is closing: it is not lost yet, but sends nothing more. */
  get #canSend(): boolean {
    return this.state === "open" && this.#ws?.readyState === OPEN
  }

  #connect(): void {
    clearTimeout(this.#timer)
    this.state = "handshake"
    const ws = new this.#WebSocket(this.#url)
    this.#ws = ws
    ws.onmessage = ({ data }) => this.#receive(String(data))
    ws.onclose = ({ code, reason }) => this.#lost(code, reason)
    this.#timer = setTimeout(() => this.#lost(1006, ""), HELLO_MS)
  }

  #receive(text: string): void {
    this.#receivedAt = Date.now()
    const frame = decode(text)
    if (frame.kind === "event") return this.#event(frame.event)
    const request = this.#pending.get(frame.re ?? -1)
    if (!request) return
    this.#pending.delete(frame.re as number)
    if (frame.kind === "reply") request.resolve(frame.ok)
    else request.reject(frame.error)
  }

  #event(event: Event): void {
    if (event.type === "hello") this.#onHello(event)
    else {
      if (event.type === "heartbeat") this.send("beat", {})
      this.#listener.event(event)
    }
  }

  #onHello(hello: Hello): void {
    clearTimeout(this.#timer)
    this.state = "open"
    this.#openedAt = Date.now()
    // A connection that died without a close frame stays silent; the server is never silent for two heartbeats.
    const silence = hello.heartbeat * 2000
    this.#watch = setInterval(() => {
      if (Date.now() - this.#receivedAt > silence) this.#lost(1006, "")
    }, silence / 8)
    this.#listener.opened(hello)
  }

  #lost(code: number, reason: string): void {
    const wasStable = this.state === "open" && Date.now() - this.#openedAt > STABLE_MS
    this.#drop(new CommandError("offline", "The connection was lost before the server answered."))
    if (STAY_AWAY.has(code)) {
      this.state = "closed"
      this.#listener.ended(code)
      return
    }
    if (wasStable) this.#failures = 0
    const wait = delay(this.#failures, retryAfter(reason))
    this.#failures += 1
    this.state = "waiting"
    this.#timer = setTimeout(() => this.#connect(), wait)
    this.#listener.lost(Date.now() + wait)
  }

  /** Drop the socket without waiting for its closing handshake: a dead connection never finishes it. */
  #drop(why: CommandError): void {
    clearTimeout(this.#timer)
    clearInterval(this.#watch)
    if (this.#ws) {
      this.#ws.onmessage = null
      this.#ws.onclose = null
      this.#ws.close()
      this.#ws = null
    }
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of pending) reject(why)
  }
}

/** Seconds, from a close reason like `retry_after=1.5`. */
function retryAfter(reason: string): number | null {
  const found = /retry_after=(\d+(?:\.\d+)?)/.exec(reason)
  return found ? Number(found[1]) : null
}
