/** Whether the panel with a room's people stands beside the messages, where there is space for it. */

import { Remembered } from "../dom/remembered.svelte"

export const panelBeside = new Remembered("panel", true)
