/** Whether somebody looks at this tab: it is visible, and was touched not long ago. */

const IDLE_MS = 5 * 60 * 1000
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const

/** Calls `changed` at once and on every change. Returns how to stop. */
export function watchUserActivity(changed: (state: "active" | "away") => void): () => void {
  let state: "active" | "away" | undefined
  let idle: ReturnType<typeof setTimeout> | undefined

  function become(next: "active" | "away"): void {
    if (next === state) return
    state = next
    changed(next)
  }
  function sign(): void {
    if (document.hidden) return
    clearTimeout(idle)
    idle = setTimeout(() => become("away"), IDLE_MS)
    become("active")
  }
  function visibility(): void {
    if (document.hidden) become("away")
    else sign()
  }

  const listening = new AbortController()
  const options = { passive: true, signal: listening.signal }
  for (const type of SIGNS) window.addEventListener(type, sign, options)
  document.addEventListener("visibilitychange", visibility, options)
  visibility()
  return () => {
    listening.abort()
    clearTimeout(idle)
  }
}
