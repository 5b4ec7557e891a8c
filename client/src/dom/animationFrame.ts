/** Runs work after the next animation frame. */

/** A hidden tab gets no animation frames, but its title must stay current: then the work runs after this time. */
const HIDDEN_TAB_MS = 100

/**
 * Runs `run` in its own task after the next animation frame, or after 100 ms in a hidden tab. The changes it makes are
 * painted with the following frame, so computing and painting are two short tasks instead of one long one.
 */
export function afterFrame(run: () => void): void {
  const frame = requestAnimationFrame(() => {
    clearTimeout(hidden)
    setTimeout(run)
  })
  const hidden = setTimeout(() => {
    cancelAnimationFrame(frame)
    run()
  }, HIDDEN_TAB_MS)
}
