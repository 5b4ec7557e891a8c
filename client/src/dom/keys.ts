/** Keys, told apart the way people press and read them. */

const apple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform)

/** The main modifier alone: Cmd on Apple's keyboards, Ctrl on others. */
export function withCtrl(event: KeyboardEvent): boolean {
  return (apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) && !event.altKey
}

/** No modifier but perhaps Shift. */
export function noModifier(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey
}

/** A shortcut as this keyboard labels it: `shortcut("Ctrl", "K")` → “⌘K” or “Ctrl+K”. */
export function shortcut(...keys: string[]): string {
  if (!apple) return keys.join("+")
  const signs: Record<string, string> = { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" }
  return keys.map(key => signs[key] ?? key).join("")
}

/** Whether keys pressed here are text: a field, or something that edits. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
}
