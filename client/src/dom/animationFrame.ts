/** The moment after the page was drawn. */

/** A page that nobody sees is not drawn; what it shows in its title should not be much later all the same. */
const UNSEEN_MS = 100

/**
 * Runs something in a turn of its own once the next frame is drawn, or soon where none is. What it changes is drawn with
 * the frame after that, so making it and drawing it are two short turns instead of a long one.
 */
export function afterFrame(run: () => void): void {
  const frame = requestAnimationFrame(() => {
    clearTimeout(unseen)
    setTimeout(run)
  })
  const unseen = setTimeout(() => {
    cancelAnimationFrame(frame)
    run()
  }, UNSEEN_MS)
}
