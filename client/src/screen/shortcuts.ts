/** The keys that work everywhere on the screen. */

import { isTyping, plain, withCommand } from "../dom/keys"

export interface Deeds {
  quickSwitch(): void
  help(): void
  neighbour(direction: -1 | 1, onlyUnread: boolean): void
  write(): void
}

/** Does what a key means here; returns whether it meant anything. */
export function pressed(event: KeyboardEvent, deeds: Deeds): boolean {
  if (event.isComposing || event.defaultPrevented) return false
  if (withCommand(event) && event.key.toLowerCase() === "k" && !event.shiftKey) return done(deeds.quickSwitch)
  if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    return done(() => deeds.neighbour(event.key === "ArrowUp" ? -1 : 1, event.shiftKey))
  }
  if (isTyping(event.target) || !plain(event)) return false
  if (event.key === "?") return done(deeds.help)
  // A letter typed at nothing in particular is the beginning of a message.
  if (event.target === document.body && /^[\p{L}\p{N}]$/u.test(event.key)) deeds.write()
  return false
}

function done(deed: () => void): true {
  deed()
  return true
}
