/** Menu items and keyboard navigation between them. */

import type { LucideIcon } from "@lucide/svelte"

export interface MenuItem {
  readonly label: string
  readonly icon?: LucideIcon
  /** the keyboard shortcut of the same action */
  readonly hint?: string
  readonly dangerous?: boolean
  /** has a separator line before it */
  readonly separated?: boolean
  /** makes the item a link */
  readonly href?: string
  run?(): void
}

/**
 * The index of the item that a key focuses, or null. Arrow keys wrap around, Home and End go to the ends, a letter goes to
 * the next label that starts with it.
 */
export function itemForKey(key: string, labels: readonly string[], current: number): number | null {
  const size = labels.length
  if (size === 0) return null
  if (key === "ArrowDown") return (current + 1) % size
  if (key === "ArrowUp") return current <= 0 ? size - 1 : current - 1
  if (key === "Home") return 0
  if (key === "End") return size - 1
  if ([...key].length !== 1) return null
  const letter = key.toLocaleLowerCase()
  for (let step = 1; step <= size; step++) {
    const index = (current + step) % size
    if (labels[index]?.toLocaleLowerCase().startsWith(letter)) return index
  }
  return null
}
