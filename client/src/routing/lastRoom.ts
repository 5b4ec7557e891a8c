/** The id of the room that was last on the screen: the chat opens it again. */

import { LocalSetting } from "../dom/localSetting.svelte"

export const lastRoom = new LocalSetting<number | null>("room", null)
