/** Keyboard navigation in the message list: arrow keys, Home, End, and Escape to the composer. */

/** Moves the focus from a row. Returns true if the key is handled. */
export function moveFocus(event: KeyboardEvent, row: HTMLElement, toLatest: () => Promise<void>): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false
  switch (event.key) {
    case "ArrowUp":
      return focus(adjacent(row, "previousElementSibling"))
    case "ArrowDown":
      return focus(adjacent(row, "nextElementSibling"))
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

/** The key of the row to focus after the row `gone` was removed: the next remaining row after it, else the last before it. */
export function nextFocus(before: readonly string[], after: readonly string[], gone: string): string | undefined {
  const still = new Set(after)
  const index = before.indexOf(gone)
  return (
    before.slice(index + 1).find(key => still.has(key)) ??
    before.slice(0, Math.max(index, 0)).findLast(key => still.has(key))
  )
}

function adjacent(row: HTMLElement, step: "previousElementSibling" | "nextElementSibling"): HTMLElement | null {
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
