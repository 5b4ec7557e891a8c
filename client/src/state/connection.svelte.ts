/** The session's connection: its status, how it starts and ends, and the commands that go through it. */

import type { CommandType, Fields } from "../protocol/commands"
import { CommandError, noConnection } from "../protocol/errors"
import { Socket } from "../protocol/socket"
import { Close, type Event, type Hello, type Replies } from "../protocol/types"
import { type AfterFrame, EventBuffer } from "./eventBuffer"
import { WaitingCommands } from "./waitingCommands"

/**
 * `connecting` until the first snapshot, then `live` or `reconnecting`. The last three are final:
 * `signed_out` (4001: sign in), `revoked` (4003: this login was ended), `refused` (the server and this page use
 * different protocols, or another member has signed in: reload the page).
 */
export type Status = "connecting" | "live" | "reconnecting" | "signed_out" | "revoked" | "refused"

const FINAL: ReadonlySet<Status> = new Set(["signed_out", "revoked", "refused"])

/**
 * Pauses before each new try to connect after this login was revoked. A password change in another tab revokes the
 * login of the whole browser and gives it a new one a moment later.
 */
const REVOKED_RETRIES_MS = [500, 2_000]

export interface Listener {
  /** The server has accepted a socket: bring the state up to date. Rejects with CommandError. */
  opened(hello: Hello): Promise<void>
  /** The state is up to date, and the status is `live`. */
  live(): void
  event(event: Event): void
  /** The connection is lost or has ended. */
  lost(): void
  /** The login was revoked for good. */
  revoked(): void
}

export interface ConnectionOptions {
  WebSocket?: typeof WebSocket
  /** schedules the handling of events; the default handles them at once */
  afterFrame?: AfterFrame
}

export class Connection {
  status: Status = $state("connecting")
  /** milliseconds since 1970 of the next try to connect; null if none is planned */
  retryAt: number | null = $state(null)
  readonly #listener: Listener
  readonly #socket: Socket
  readonly #events: EventBuffer
  readonly #waiting = new WaitingCommands()
  /** id of the member whose state this tab holds; null before the first snapshot */
  #member: number | null = null
  /** the next try: to bring the state up to date on a busy server, or to connect after a revocation */
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  /** tries to connect since the login was revoked */
  #revokedRetries = 0

  /** `url`: address of the socket, with `ws:` or `wss:`. */
  constructor(url: string, listener: Listener, { WebSocket, afterFrame = run => run() }: ConnectionOptions) {
    this.#listener = listener
    this.#events = new EventBuffer(event => listener.event(event), afterFrame)
    this.#socket = new Socket(
      url,
      {
        opened: hello => void this.#opened(hello),
        event: event => this.#events.push(event),
        lost: retryAt => this.#lost(retryAt),
        ended: code => this.#ended(code),
      },
      WebSocket,
    )
  }

  open(): void {
    this.#socket.open()
  }

  close(): void {
    this.#socket.close()
    clearTimeout(this.#retryTimer)
    this.#waiting.settle(new CommandError("offline", "The session has ended."))
  }

  retryNow(): void {
    this.#socket.retryNow()
  }

  check(): void {
    this.#socket.check()
  }

  /** Send a command now. Rejects with CommandError. Events that came before the reply are handled before it. */
  async request<T extends CommandType>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    const reply = await this.#socket.request(type, fields)
    this.#events.flush()
    return reply
  }

  /** Send a command that needs no reply; without a connection it is dropped. */
  send<T extends CommandType>(type: T, fields: Fields<T>): void {
    this.#socket.send(type, fields)
  }

  /** Resolves when the status is `live`. Rejects with CommandError `offline` if that takes too long. */
  async untilLive(): Promise<void> {
    if (FINAL.has(this.status)) throw noConnection()
    if (this.status !== "live") await this.#waiting.wait()
  }

  async #opened(hello: Hello): Promise<void> {
    if (this.#member !== null && hello.member !== this.#member) return this.#ended(Close.PROTOCOL_ERROR)
    try {
      await this.#listener.opened(hello)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      if (error.final) this.#ended(Close.PROTOCOL_ERROR)
      else if (error.code !== "offline") {
        this.#retryTimer = setTimeout(() => void this.#opened(hello), (error.retryAfter ?? 1) * 1000)
      }
      return
    }
    this.#member = hello.member
    this.#revokedRetries = 0
    this.retryAt = null
    this.status = "live"
    this.#listener.live()
    this.#waiting.settle()
  }

  #lost(retryAt: number | null): void {
    this.#events.flush()
    if (this.#member !== null) this.status = "reconnecting"
    this.retryAt = retryAt
    clearTimeout(this.#retryTimer)
    this.#listener.lost()
  }

  #ended(code: number): void {
    this.#socket.close()
    this.#lost(null)
    const revoked = code === Close.REVOKED || (code === Close.SIGN_IN && this.#revokedRetries > 0)
    const pause = revoked ? REVOKED_RETRIES_MS[this.#revokedRetries] : undefined
    if (pause !== undefined) {
      this.#revokedRetries += 1
      this.#retryTimer = setTimeout(() => this.#socket.open(), pause)
      return
    }
    if (revoked) this.#listener.revoked()
    this.status = revoked ? "revoked" : code === Close.SIGN_IN ? "signed_out" : "refused"
    this.#waiting.settle(noConnection())
  }
}
