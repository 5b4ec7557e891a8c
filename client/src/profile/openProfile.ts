/** Opens a member's profile; one's own is the one that can be changed. */

import { dialogs } from "../ui/dialogs.svelte"

export function openProfile(member: number): void {
  void dialogs.show(() => import("./ProfileDialog.svelte"), { member })
}
