/** Whether the panel with a room's people stands beside the messages, where there is space for it. */

import { LocalSetting } from "../dom/localSetting.svelte"

export const panelBeside = new LocalSetting("panel", true)
