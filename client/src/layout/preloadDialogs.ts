/** Preloads dialogs in the background, so that they open immediately, and also offline. */

const DIALOGS = [
  () => import("../sidebar/QuickSwitcher.svelte"),
  () => import("../directory/BrowseRooms.svelte"),
  () => import("../directory/CreateRoom.svelte"),
  () => import("../directory/NewDirect.svelte"),
  () => import("../directory/InviteMembers.svelte"),
  () => import("../profile/ProfileDialog.svelte"),
  () => import("../roomPanel/RenameRoom.svelte"),
  () => import("../settings/Appearance.svelte"),
  () => import("../settings/KeyboardHelp.svelte"),
  () => import("../ui/ConfirmDialog.svelte"),
]

/** Waits until the first messages are loaded, so that the preloading does not compete with them. */
const WAIT_MS = 3000

/** Starts after a delay; returns a function that cancels it. */
export function preloadDialogs(): () => void {
  const waiting = setTimeout(async () => {
    for (const load of DIALOGS) {
      // A dialog that cannot be loaded now is loaded when it is opened, and that reports a failure.
      await load().catch(() => undefined)
    }
  }, WAIT_MS)
  return () => clearTimeout(waiting)
}
