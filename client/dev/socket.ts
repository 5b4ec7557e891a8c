/** A WebSocket whose server is an object in the same page. */

import type { Command, Event } from "../src/protocol/types"
import { answer } from "./answers"
import type { World } from "./world"

const CLOSED_WITH: Record<string, number> = { offline: 1006, signed_out: 4001, revoked: 4003, refused: 4000 }

export class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  /** `WebSocket.OPEN` */
  readonly readyState = 1
  readonly #world: World
  readonly #scene: string

  constructor(world: World, scene: string) {
    this.#world = world
    this.#scene = scene
    setTimeout(() => this.#open(), 20)
  }

  /** A class that the client can use in place of WebSocket. */
  static of(world: World, scene: string): typeof WebSocket {
    return class extends FakeSocket {
      constructor() {
        super(world, scene)
      }
    } as unknown as typeof WebSocket
  }

  send(data: string): void {
    const command = JSON.parse(data) as Command
    const wait = this.#scene === "slow" ? 2000 : 5
    setTimeout(() => {
      const document = answer(this.#world, command, this.#scene)
      if (command.id !== undefined) this.onmessage?.({ data: JSON.stringify({ re: command.id, ...document }) })
    }, wait)
  }

  close(): void {
    this.#world.listeners.delete(this.#receive)
  }

  #open(): void {
    const refused = CLOSED_WITH[this.#scene]
    const ends = refused !== undefined && (this.#scene === "offline" || this.#world.visits > 0)
    if (ends) return this.#closed(refused)
    this.#world.visits += 1
    if (this.#scene === "cut" && this.#world.visits > 1) return this.#closed(1006)
    this.#world.listeners.add(this.#receive)
    this.#receive({ type: "hello", epoch: this.#world.epoch, member: this.#world.me.id, heartbeat: 20 })
    if (this.#scene === "cut" || refused !== undefined) setTimeout(() => this.#closed(refused ?? 1006), 800)
  }

  #closed(code: number): void {
    this.close()
    this.onclose?.({ code, reason: "" })
  }

  readonly #receive = (event: Event): void => {
    this.onmessage?.({ data: JSON.stringify(event) })
  }
}
