/** The id of the room that was shown last. The client opens it again on the next visit. */

import { LocalSetting } from "../dom/localSetting.svelte"

export const lastRoom = new LocalSetting<number | null>("room", null)
