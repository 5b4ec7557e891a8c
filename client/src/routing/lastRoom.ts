/** The id of the room that was last on the screen: the chat opens it again. */

import { Remembered } from "../dom/remembered.svelte"

export const lastRoom = new Remembered<number | null>("room", null)
