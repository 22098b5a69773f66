import type { Writable } from 'node:stream'
import { outputError, systemCode } from './errors.ts'
import type { OutputError } from './errors.ts'

/**
 * Text (or bytes) to standard output, gathered into large writes.
 *
 * `write` is cheap and never waits; call `drained` from time to time, such as after each chunk of input, so that a slow reader slows the program and not
 * fills its memory. A reader that has gone (`| head`) is no error: `closed` turns true, and what is written then is dropped, so that the caller can stop.
 */

/** Characters gathered before they are written: as much as a pipe of Linux holds. */
const BUFFER = 65_536
const NOTHING = new Uint8Array(0)
/** How the system says that nobody reads any more. */
const READER_GONE: readonly string[] = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']

export class TextOutput {
  readonly #stream: Writable
  #text = ''
  #closed = false
  /** Something was given to the stream since `drained`. */
  #handedOver = false
  #error: OutputError | null = null

  constructor(stream: Writable = process.stdout, name = 'standard output') {
    this.#stream = stream
    stream.on('error', (error: Error) => {
      this.#closed = true
      this.#text = ''
      if (!READER_GONE.includes(systemCode(error))) this.#error ??= outputError(name, error)
    })
    stream.on('close', () => (this.#closed = true))
  }

  /** True once nothing more can be written. */
  get closed(): boolean {
    return this.#closed
  }

  /** Adds text. False once nothing more can be written. */
  write(text: string): boolean {
    if (this.#closed) return false
    this.#text += text
    if (this.#text.length >= BUFFER) this.#flush()
    return !this.#closed
  }

  /** Adds bytes, behind all text so far. They are copied, so they need to be valid only during the call. */
  writeBytes(bytes: Uint8Array): boolean {
    this.#flush()
    this.#handOver(new Uint8Array(bytes))
    return !this.#closed
  }

  /** Hands everything to the system's buffers. False once nothing more can be written; throws OutputError where that is not for a reader that has gone. */
  async drained(): Promise<boolean> {
    this.#flush()
    const waits = this.#handedOver && !this.#closed
    this.#handedOver = false
    if (waits) await new Promise<void>((resolve) => this.#stream.write(NOTHING, () => resolve()))
    // A failed write is told to the callback first and to the listener for errors in the next turn.
    if (this.#stream.errored !== null) await new Promise<void>((resolve) => setImmediate(resolve))
    if (this.#error !== null) throw this.#error
    return !this.#closed
  }

  #handOver(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#handedOver = true
    this.#stream.write(bytes)
  }

  #flush(): void {
    if (this.#text.length === 0) return
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    this.#handOver(bytes)
  }
}
