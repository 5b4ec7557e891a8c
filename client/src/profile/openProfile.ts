/** Opens the profile dialog of a member. */

import { dialogs } from "../ui/dialogs.svelte"

export function openProfile(member: number): void {
  void dialogs.show(() => import("./ProfileDialog.svelte"), { member })
}
