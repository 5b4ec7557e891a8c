/** The moment before the page is drawn. */

/** A page that nobody sees is not drawn; what it shows in its title should not be much later all the same. */
const UNSEEN_MS = 100

/** Runs something before the next frame is drawn, or soon where none is. */
export function beforeNextFrame(run: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    run()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, UNSEEN_MS)
}
