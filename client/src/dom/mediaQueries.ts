/** The widths at which the layout changes; the style sheets name the same ones. */

import { MediaQuery } from "svelte/reactivity"

/** One column: the sidebar is a screen of its own. */
export const narrow = new MediaQuery("width < 45rem", false)

/** Room for the panel beside the messages; below, it is a sheet over them. */
export const roomy = new MediaQuery("width >= 70rem", true)

/** A finger rather than a mouse: Enter makes a new line, a button sends. */
export const touch = new MediaQuery("(hover: none) and (pointer: coarse)", false)
