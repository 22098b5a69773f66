/**
 * Ctrl-C, and a polite end of the process: the first one asks the command to come to an end, the second one ends the program at once.
 */
export class Interrupt {
  #happened = false
  /** Resolves with `'interrupted'` at the first signal. */
  readonly signalled: Promise<'interrupted'>
  readonly #stop: () => void

  constructor() {
    let resolve: (value: 'interrupted') => void
    this.signalled = new Promise((done) => (resolve = done))
    const heard = (): void => {
      this.#happened = true
      this.#stop()
      resolve('interrupted')
    }
    this.#stop = () => {
      process.removeListener('SIGINT', heard)
      process.removeListener('SIGTERM', heard)
    }
    process.once('SIGINT', heard)
    process.once('SIGTERM', heard)
  }

  get happened(): boolean {
    return this.#happened
  }

  /** Leaves the signals to the system again. */
  release(): void {
    this.#stop()
  }
}
