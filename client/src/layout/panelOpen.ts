/** Whether the room panel is open next to the messages on a wide screen. */

import { LocalSetting } from "../dom/localSetting.svelte"

export const panelOpen = new LocalSetting("panel", true)
