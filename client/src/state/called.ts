/** What a member is called in a sentence: by name, and by handle too where another one's name looks the same. */

import type { Member } from "../protocol/types"

export function called({ name, handle, namesake }: Pick<Member, "name" | "handle" | "namesake">): string {
  // The handle is isolated: its script may run in the other direction than the name's.
  return namesake ? `${name} (\u2068@${handle}\u2069)` : name
}
