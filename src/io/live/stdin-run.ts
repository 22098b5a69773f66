import { openInput } from '../input.ts'
import type { EngineRun } from './engine.ts'

/** What another program captures and pipes in, as `tcpdump -U -w -` does. */
export class StdinRun implements EngineRun {
  readonly interfaces: readonly string[] = []
  readonly dropped = null
  readonly bytes: AsyncIterable<Uint8Array>
  #stopped = false
  /** Ends what is waited for now. (One promise raced with each chunk would keep all of them in memory.) */
  #hurry: () => void = () => undefined

  constructor() {
    this.bytes = this.#read()
  }

  stop(): void {
    this.#stopped = true
    this.#hurry()
  }

  kill(): void {
    this.stop()
  }

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    const chunks = openInput('-')[Symbol.asyncIterator]()
    while (!this.#stopped) {
      const next = await new Promise<IteratorResult<Uint8Array, void> | null>((resolve, reject) => {
        this.#hurry = () => resolve(null)
        chunks.next().then(resolve, reject)
      })
      if (next === null || this.#stopped) break
      if (next.done === true) return
      yield next.value
    }
    process.stdin.destroy()
  }
}
