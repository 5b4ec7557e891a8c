/** The seconds left until a time, updated twice a second. */
export class Countdown {
  #now = $state(Date.now())
  readonly #until: () => number | null

  constructor(until: () => number | null) {
    this.#until = until
  }

  get seconds(): number | null {
    const until = this.#until()
    return until === null ? null : Math.max(0, Math.ceil((until - this.#now) / 1000))
  }

  /** Starts counting; returns a function that stops it. */
  run(): () => void {
    this.#now = Date.now()
    const ticking = setInterval(() => {
      this.#now = Date.now()
    }, 500)
    return () => clearInterval(ticking)
  }
}
