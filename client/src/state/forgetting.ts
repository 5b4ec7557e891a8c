/** What this browser forgets of a person whose sign-in ends, so that the next person in it finds nothing. */

import type { Drafts } from "./drafts.svelte"
import type { Outbox } from "./outbox.svelte"

/** What a session keeps in this browser. */
interface Kept {
  readonly outbox: Outbox
  readonly drafts: Drafts
}

export interface Losses {
  /** messages that have not reached the server */
  unsent: number
  drafts: number
}

/** What signing out would delete. The person is asked first. */
export async function lossesOf({ outbox, drafts }: Kept): Promise<Losses> {
  return { unsent: await outbox.unsent(), drafts: drafts.count }
}

/** Signing out on purpose. Resolves when nothing is left on the disk. */
export async function forgetAll(session: Kept): Promise<void> {
  session.drafts.clear()
  await session.outbox.clear()
}

/** The sign-in was ended from elsewhere, and nobody could be asked: messages that are not sent wait for their author. */
export function forgetOnDisk(session: Kept): void {
  session.drafts.clear()
  session.outbox.forgetConfirmed()
}
