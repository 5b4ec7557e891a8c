/** One tab's whole state, and its line to the server. */

import type { CommandType, Fields } from "../protocol/commands"
import { CommandError } from "../protocol/errors"
import type { Member, Replies, Workspace } from "../protocol/types"
import type { Boot } from "./boot"
import { Drafts } from "./drafts.svelte"
import { Members } from "./members.svelte"
import { Outbox } from "./outbox.svelte"
import { Presence } from "./presence.svelte"
import { Reading } from "./reading"
import { type RoomState, Rooms } from "./rooms.svelte"
import { Timeline } from "./timeline.svelte"
import { Typing } from "./typing.svelte"

/**
 * `connecting` until the first snapshot, then `live` or `reconnecting`. The last three are final:
 * `signed_out` (4001: sign in), `revoked` (4003: this login was ended), `refused` (the server and this page do not
 * understand each other: reload).
 */
export type Status = "connecting" | "live" | "reconnecting" | "signed_out" | "revoked" | "refused"

export class Session {
  readonly boot: Boot
  status: Status = $state("connecting")
  /** milliseconds since 1970 of the next try to connect; null if none is planned */
  retryAt: number | null = $state(null)
  /** whether the first snapshot has come: before it `me` is nobody and there are no rooms */
  ready = $state(false)
  me: Member = $state.raw({ id: 0, handle: "", name: "", role: "member", about: "", hue: 0, active: true })
  workspace: Workspace = $state.raw({ name: "", open_rooms: false })
  epoch = $state("")
  readonly rooms = new Rooms()
  readonly members = new Members()
  readonly presence = new Presence()
  readonly typing = new Typing()
  readonly outbox = new Outbox()
  readonly drafts = new Drafts()
  readonly reading = new Reading()

  constructor(boot: Boot) {
    this.boot = boot
    this.workspace = { name: boot.workspace, open_rooms: false }
  }

  start(): void {}

  stop(): void {}

  /** Try to connect now instead of waiting. */
  retryNow(): void {}

  /** Ask the server. Rejects with CommandError; what the reply tells is in the state when it resolves. */
  async command<T extends CommandType>(_type: T, _fields: Fields<T>): Promise<Replies[T]> {
    throw new CommandError("offline", "There is no connection to the server.")
  }

  timeline(room: number): Timeline {
    return new Timeline(room)
  }

  /** A room by name or id, asked for if it is not known. Rejects with CommandError (`not_found`). */
  async findRoom(_by: { name: string } | { id: number }): Promise<RoomState> {
    throw new CommandError("offline", "There is no connection to the server.")
  }

  /** Say that one is typing in a room; call it as often as keys are pressed. */
  startTyping(_room: number): void {}

  /** Say whether somebody looks at this tab. */
  setPresence(_state: "active" | "away"): void {}
}
