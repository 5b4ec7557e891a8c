/** The types of commands, and the fields of each besides `type` and `id`. */

import type { Command, Replies } from "./types"

export type CommandType = Command["type"]
export type Fields<T extends CommandType> = Omit<Extract<Command, { type: T }>, "type" | "id">

/** Sends a command and resolves with its reply. Rejects with CommandError. */
export type SendCommand = <T extends CommandType>(type: T, fields: Fields<T>) => Promise<Replies[T]>
