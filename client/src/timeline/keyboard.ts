/** Walking the list of messages by keyboard: one message at a time, the ends at once, Escape back to writing. */

/** Moves from a row; returns whether the key meant that. */
export function walk(event: KeyboardEvent, row: HTMLElement, toLatest: () => Promise<void>): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false
  switch (event.key) {
    case "ArrowUp":
      return focus(next(row, "previousElementSibling"))
    case "ArrowDown":
      return focus(next(row, "nextElementSibling"))
    case "Home":
      return focus(row.parentElement?.querySelector<HTMLElement>("li[data-number]"))
    case "End":
      void toLatest().then(() => requestAnimationFrame(() => focus(last(row))))
      return true
    case "Escape":
      document.getElementById("composer")?.focus()
      return true
    default:
      return false
  }
}

/** Where the keyboard goes when its row is gone: to the next one that was after it and still is, else to one before. */
export function survivor(before: readonly string[], after: readonly string[], gone: string): string | undefined {
  const still = new Set(after)
  const index = before.indexOf(gone)
  return (
    before.slice(index + 1).find(key => still.has(key)) ??
    before.slice(0, Math.max(index, 0)).findLast(key => still.has(key))
  )
}

function next(row: HTMLElement, step: "previousElementSibling" | "nextElementSibling"): HTMLElement | null {
  let element = row[step]
  while (element && !(element instanceof HTMLElement && element.dataset.number !== undefined)) element = element[step]
  return element as HTMLElement | null
}

function last(row: HTMLElement): HTMLElement | undefined {
  return [...(row.parentElement?.querySelectorAll<HTMLElement>("li[data-number]") ?? [])].at(-1)
}

function focus(row: HTMLElement | null | undefined): true {
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: "nearest" })
  return true
}
