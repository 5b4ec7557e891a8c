/** The name of a member in a sentence. Members whose names look the same also show their handles. */

import type { Member } from "../protocol/types"

export function displayName({ name, handle, namesake }: Pick<Member, "name" | "handle" | "namesake">): string {
  // The handle is isolated: its script may run in another direction than the script of the name.
  return namesake ? `${name} (\u2068@${handle}\u2069)` : name
}
