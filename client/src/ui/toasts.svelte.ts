/** Toasts, short messages at the edge of the window: what was done, how to undo it, what went wrong. */

export interface Toast {
  readonly key: number
  readonly text: string
  readonly mood: "plain" | "problem"
  readonly action?: { readonly label: string; run(): void }
}

/** Long enough to read two lines and to press “Undo”. */
const SHOWN_MS = 6000

class Toasts {
  shown = $state.raw<readonly Toast[]>([])
  #keys = 0

  /** Shows a toast for `shownMs`; returns a function that removes it. */
  show(text: string, options: { mood?: Toast["mood"]; action?: Toast["action"]; shownMs?: number } = {}): () => void {
    const key = ++this.#keys
    const toast: Toast = { key, text, mood: options.mood ?? "plain", action: options.action }
    this.shown = [...this.shown.filter(other => other.text !== text), toast].slice(-3)
    const remove = () => this.remove(key)
    setTimeout(remove, options.shownMs ?? SHOWN_MS)
    return remove
  }

  problem(text: string): void {
    this.show(text, { mood: "problem" })
  }

  remove(key: number): void {
    this.shown = this.shown.filter(toast => toast.key !== key)
  }
}

export const toasts = new Toasts()
