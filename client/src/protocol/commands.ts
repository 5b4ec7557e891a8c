/** The commands by their names: what each takes besides its type and request id. */

import type { Command } from "./types"

export type CommandType = Command["type"]
export type Fields<T extends CommandType> = Omit<Extract<Command, { type: T }>, "type" | "id">
