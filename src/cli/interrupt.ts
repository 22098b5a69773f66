/** The last one comes when the terminal goes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ctrl-C, and a polite end of the process: the first one asks the command to come to an end, the second one ends the program at once.
 */
export class Interrupt {
  #happened = false
  /** Ends what is waited for now. */
  #hurry: () => void = () => undefined
  readonly #stop: () => void

  constructor() {
    const heard = (): void => {
      this.#happened = true
      this.#stop()
      this.#hurry()
    }
    this.#stop = () => {
      for (const signal of SIGNALS) process.removeListener(signal, heard)
    }
    for (const signal of SIGNALS) process.once(signal, heard)
  }

  get happened(): boolean {
    return this.#happened
  }

  /**
   * What comes first: the value, or the first signal. Only one value can be waited for at a time. (One promise of the signal, raced with each of them, would keep all of
   * them in memory.)
   */
  orSooner<Value>(value: Promise<Value>): Promise<Value | 'interrupted'> {
    if (this.#happened) return Promise.resolve('interrupted')
    return new Promise((resolve, reject) => {
      this.#hurry = () => resolve('interrupted')
      value.then(resolve, reject)
    })
  }

  /** Does this at the first signal; not together with `orSooner`. */
  atOnce(act: () => void): void {
    if (this.#happened) act()
    else this.#hurry = act
  }

  /** Leaves the signals to the system again. */
  release(): void {
    this.#stop()
  }
}
