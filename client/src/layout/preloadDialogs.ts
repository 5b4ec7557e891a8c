/** Fetches what is opened later while nothing else is to do: dialogs open at once, and without a network too. */

const LATER = [
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

/** After the first messages are there: their pictures and the socket come first. */
const WAIT_MS = 3000

/** Begins a moment later; returns how to call it off. */
export function preloadDialogs(): () => void {
  const waiting = setTimeout(async () => {
    for (const load of LATER) {
      // What cannot be fetched now is fetched when it is opened, and that tells if it fails again.
      await load().catch(() => undefined)
    }
  }, WAIT_MS)
  return () => clearTimeout(waiting)
}
