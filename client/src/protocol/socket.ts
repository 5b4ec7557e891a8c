/** The line to the server: one socket at a time, opened again whenever it is lost. */

import { delay } from "./backoff"
import { decode, encode } from "./codec"
import type { CommandType, Fields } from "./commands"
import { CommandError } from "./errors"
import { type Event, type Hello, type Replies, STAY_AWAY } from "./types"

/** Who is told what happens. */
export interface Listener {
  /** A new socket is ready: the server has said hello, and knows nothing of us yet. */
  opened(hello: Hello): void
  event(event: Event): void
  /** The socket is gone; the next try is at `retryAt` (milliseconds since 1970). */
  lost(retryAt: number): void
  /** The server said not to come back (a close code of STAY_AWAY). */
  ended(code: number): void
}

/** How long a socket may take from its opening to the server's hello. */
const HELLO_MS = 10_000
/** How long a sign of life may take when we ask for one. */
const SIGN_MS = 4_000
/** A socket that lived this long was a good one: the next failure is the first again. */
const GOOD_MS = 10_000

/** `readyState` of a socket that takes what is sent. */
const OPEN = 1

interface Pending {
  resolve(ok: unknown): void
  reject(error: CommandError): void
}

export class Socket {
  /** `waiting`: lost, a try is planned. `greeting`: open, but the hello is not here yet. */
  state: "closed" | "waiting" | "greeting" | "open" = "closed"
  readonly #url: string
  readonly #listener: Listener
  readonly #WebSocket: typeof WebSocket
  #ws: WebSocket | null = null
  #failures = 0
  #openedAt = 0
  #lastHeard = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #request = 0
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

  /** Connect at once if a try is planned for later. */
  retryNow(): void {
    if (this.state === "waiting") this.#connect()
  }

  /**
   * Something happened to the network, or the machine has slept: a planned try is made now, and a link that seems to be
   * there has to show that it carries. A dead one would otherwise be noticed only by its silence.
   */
  check(): void {
    this.retryNow()
    if (this.state !== "open") return
    const [ws, asked] = [this.#ws, Date.now()]
    this.ask("beat", {}).catch(() => {
      // The answer does not matter, only that the server says anything.
    })
    setTimeout(() => {
      if (this.#ws === ws && this.#lastHeard < asked) this.#lost(1006, "")
    }, SIGN_MS)
  }

  /** Send a command; resolves with its reply. Rejects with CommandError, `offline` if the socket is not open. */
  ask<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    return new Promise((resolve, reject) => {
      if (!this.#carries) {
        reject(new CommandError("offline", "There is no connection to the server."))
        return
      }
      this.#request += 1
      this.#pending.set(this.#request, { resolve: ok => resolve(ok as Replies[T]), reject })
      this.#ws?.send(encode(type, fields, this.#request))
    })
  }

  /** Send a command that nobody waits for; without a connection it is forgotten. */
  tell<T extends CommandType>(type: T, fields: Fields<T>): void {
    if (this.#carries) this.#ws?.send(encode(type, fields))
  }

  /** Whether what is sent may arrive: a socket that is closing is not lost yet, but takes nothing more. */
  get #carries(): boolean {
    return this.state === "open" && this.#ws?.readyState === OPEN
  }

  #connect(): void {
    clearTimeout(this.#timer)
    this.state = "greeting"
    const ws = new this.#WebSocket(this.#url)
    this.#ws = ws
    ws.onmessage = ({ data }) => this.#hear(String(data))
    ws.onclose = ({ code, reason }) => this.#lost(code, reason)
    this.#timer = setTimeout(() => this.#lost(1006, ""), HELLO_MS)
  }

  #hear(text: string): void {
    this.#lastHeard = Date.now()
    const frame = decode(text)
    if (frame.kind === "event") return this.#event(frame.event)
    const asked = this.#pending.get(frame.re ?? -1)
    if (!asked) return
    this.#pending.delete(frame.re as number)
    if (frame.kind === "reply") asked.resolve(frame.ok)
    else asked.reject(frame.error)
  }

  #event(event: Event): void {
    if (event.type === "hello") this.#greeted(event)
    else {
      if (event.type === "heartbeat") this.tell("beat", {})
      this.#listener.event(event)
    }
  }

  #greeted(hello: Hello): void {
    clearTimeout(this.#timer)
    this.state = "open"
    this.#openedAt = Date.now()
    // A link that died without a close frame says nothing for ever; the server never does for two heartbeats.
    const silence = hello.heartbeat * 2000
    this.#watch = setInterval(() => {
      if (Date.now() - this.#lastHeard > silence) this.#lost(1006, "")
    }, silence / 8)
    this.#listener.opened(hello)
  }

  #lost(code: number, reason: string): void {
    const wasGood = this.state === "open" && Date.now() - this.#openedAt > GOOD_MS
    this.#drop(new CommandError("offline", "The connection was lost before the server answered."))
    if (STAY_AWAY.has(code)) {
      this.state = "closed"
      this.#listener.ended(code)
      return
    }
    if (wasGood) this.#failures = 0
    const wait = delay(this.#failures, retryAfter(reason))
    this.#failures += 1
    this.state = "waiting"
    this.#timer = setTimeout(() => this.#connect(), wait)
    this.#listener.lost(Date.now() + wait)
  }

  /** Let go of the socket without waiting for its closing handshake, which a dead link never finishes. */
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
