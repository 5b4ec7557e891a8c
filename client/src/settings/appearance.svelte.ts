/** Theme and text size, stored per browser because the same person uses different screens. */

import { LocalSetting } from "../dom/localSetting.svelte"

export const THEMES = ["system", "light", "dark"] as const
export const SIZES = ["small", "normal", "large"] as const
export type Theme = (typeof THEMES)[number]
export type Size = (typeof SIZES)[number]

export const theme = new LocalSetting<Theme>("theme", "system")
export const size = new LocalSetting<Size>("size", "normal")

/** Sets the data attributes of the root element that the design tokens depend on. */
export function applyAppearance(root: HTMLElement): void {
  put(root, "theme", theme.value === "system" ? undefined : theme.value)
  put(root, "size", size.value === "normal" ? undefined : size.value)
}

function put(root: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) delete root.dataset[name]
  else root.dataset[name] = value
}
