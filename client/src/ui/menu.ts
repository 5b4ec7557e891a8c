/** What a menu is made of. */

import type { LucideIcon } from "@lucide/svelte"

export interface MenuItem {
  readonly label: string
  readonly icon?: LucideIcon
  /** the key that does the same */
  readonly hint?: string
  readonly dangerous?: boolean
  /** stands after a line */
  readonly separated?: boolean
  /** a link instead of a deed */
  readonly href?: string
  run?(): void
}

/** Which item a key leads to: arrows go round, Home and End to the ends, a letter to the next label that begins with it. */
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
