/** Keyboard shortcuts that work everywhere in the client. */

import { isTyping, noModifier, withCtrl } from "../dom/keys"

export interface ShortcutActions {
  quickSwitch(): void
  help(): void
  adjacentRoom(direction: -1 | 1, onlyUnread: boolean): void
  write(): void
}

/** Runs the action of a key. Returns true if the event is handled and its default must be prevented. */
export function handleShortcut(event: KeyboardEvent, actions: ShortcutActions): boolean {
  if (event.isComposing || event.defaultPrevented) return false
  if (withCtrl(event) && event.key.toLowerCase() === "k" && !event.shiftKey) return done(actions.quickSwitch)
  if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    return done(() => actions.adjacentRoom(event.key === "ArrowUp" ? -1 : 1, event.shiftKey))
  }
  if (isTyping(event.target) || !noModifier(event)) return false
  if (event.key === "?") return done(actions.help)
  // A letter typed while nothing has the focus starts a message: focus the composer, and the browser types it there.
  if (event.target === document.body && /^[\p{L}\p{N}]$/u.test(event.key)) actions.write()
  return false
}

function done(action: () => void): true {
  action()
  return true
}
