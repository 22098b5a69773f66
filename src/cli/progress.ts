import type { Input } from '../io/input.ts'

/** How far a long reading is, as a bar on standard error. Not shown for what is done in a moment, nor where the size is not known. */

/** Milliseconds after which a reading counts as long. */
const PATIENCE = 500

export class Progress {
  readonly #began = performance.now()
  #bar: { start(total: number, value: number): void; update(value: number): void; stop(): void } | null = null
  #loading = false

  /** To be called for each chunk. */
  async show(input: Input): Promise<void> {
    if (input.size === null || performance.now() - this.#began < PATIENCE) return
    if (this.#bar === null && !this.#loading) {
      this.#loading = true
      const { default: cliProgress } = await import('cli-progress')
      this.#bar = new cliProgress.SingleBar({
        stream: process.stderr,
        format: ' {bar} {percentage}%  {eta_formatted} left',
        clearOnComplete: true,
        barsize: 30,
        etaBuffer: 50,
        fps: 5,
      }, cliProgress.Presets.legacy)
      this.#bar.start(input.size, input.bytesRead)
    }
    this.#bar?.update(input.bytesRead)
  }

  /** Takes the bar away, so that other text can follow. The next `show` brings it back. */
  clear(): void {
    this.#bar?.stop()
    this.#bar = null
    this.#loading = false
  }
}
