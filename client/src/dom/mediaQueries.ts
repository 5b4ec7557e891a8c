/** The breakpoints of the layout. The style sheets use the same widths. */

import { MediaQuery } from "svelte/reactivity"

/** One column: the sidebar and the room are shown one at a time. */
export const narrow = new MediaQuery("width < 45rem", false)

/** Wide enough for the room panel next to the messages; otherwise the panel opens as a sheet over them. */
export const roomy = new MediaQuery("width >= 70rem", true)

/** Touch screen without a mouse: Enter inserts a new line, and a button sends. */
export const touch = new MediaQuery("(hover: none) and (pointer: coarse)", false)
