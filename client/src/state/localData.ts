/** Counts and deletes the data that this browser stores for a member: the next person in it must find nothing. */

import type { Drafts } from "./drafts.svelte"
import type { Outbox } from "./outbox.svelte"

interface LocalData {
  readonly outbox: Outbox
  readonly drafts: Drafts
}

export interface Unsaved {
  /** messages that the server has not confirmed */
  unsent: number
  drafts: number
}

/** Count what signing out would delete; the screen asks before it does. */
export async function countUnsaved({ outbox, drafts }: LocalData): Promise<Unsaved> {
  return { unsent: await outbox.countUnsent(), drafts: drafts.count }
}

/** Delete everything: the person signs out. Resolves when nothing is left on the disk. */
export async function deleteLocalData({ outbox, drafts }: LocalData): Promise<void> {
  drafts.clear()
  await outbox.clear()
}

/** Delete all but unsent messages: the login was revoked, and nobody could be asked. Their author may sign in again. */
export function keepOnlyUnsent({ outbox, drafts }: LocalData): void {
  drafts.clear()
  outbox.discardConfirmed()
}
