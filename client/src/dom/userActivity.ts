/** Detects whether the user is active in this tab: the tab is visible and had input within the last five minutes. */

const IDLE_MS = 5 * 60 * 1000
const INPUT_EVENTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const

/** Calls `changed` immediately and on every change. Returns a function that stops watching. */
export function watchUserActivity(changed: (state: "active" | "away") => void): () => void {
  let state: "active" | "away" | undefined
  let idle: ReturnType<typeof setTimeout> | undefined

  function become(next: "active" | "away"): void {
    if (next === state) return
    state = next
    changed(next)
  }
  function input(): void {
    if (document.hidden) return
    clearTimeout(idle)
    idle = setTimeout(() => become("away"), IDLE_MS)
    become("active")
  }
  function visibility(): void {
    if (document.hidden) become("away")
    else input()
  }

  const listening = new AbortController()
  const options = { passive: true, signal: listening.signal }
  for (const type of INPUT_EVENTS) window.addEventListener(type, input, options)
  document.addEventListener("visibilitychange", visibility, options)
  visibility()
  return () => {
    listening.abort()
    clearTimeout(idle)
  }
}
