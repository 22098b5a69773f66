import { openInput } from '../input.ts'
import type { EngineRun } from './engine.ts'

/** What another program captures and pipes in, as `tcpdump -U -w -` does. */
export class StdinRun implements EngineRun {
  readonly interfaces: readonly string[] = []
  readonly dropped = null
  readonly bytes: AsyncIterable<Uint8Array>
  readonly #stopped: Promise<'stopped'>
  readonly stop: () => void
  readonly kill: () => void

  constructor() {
    let stop: () => void = () => undefined
    this.#stopped = new Promise((resolve) => (stop = () => resolve('stopped')))
    this.stop = stop
    this.kill = stop
    this.bytes = this.#read()
  }

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    const chunks = openInput('-')[Symbol.asyncIterator]()
    for (;;) {
      const next = await Promise.race([chunks.next(), this.#stopped])
      if (next === 'stopped') {
        process.stdin.destroy()
        return
      }
      if (next.done === true) return
      yield next.value
    }
  }
}
