/** Keyboard events: modifiers, shortcut labels, and whether the target takes text. */

const apple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform)

/** Only the main modifier is pressed; Shift is ignored. It is Cmd on Apple keyboards, Ctrl on others. */
export function withCtrl(event: KeyboardEvent): boolean {
  return (apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) && !event.altKey
}

/** Whether neither Ctrl, Cmd nor Alt is pressed. Shift may be. */
export function noModifier(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey
}

/** The label of a shortcut on this keyboard: `shortcut("Ctrl", "K")` → “⌘K” or “Ctrl+K”. */
export function shortcut(...keys: string[]): string {
  if (!apple) return keys.join("+")
  const signs: Record<string, string> = { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" }
  return keys.map(key => signs[key] ?? key).join("")
}

/** Whether keys pressed on this target enter text: a form field or an editable element. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
}
