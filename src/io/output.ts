import type { Writable } from 'node:stream'
import { outputError, systemCode } from './errors.ts'
import type { TextSink } from '../bytes/text-sink.ts'
import type { OutputError } from './errors.ts'

/**
 * Text (or bytes) to standard output, gathered into large writes.
 *
 * `write` is cheap and never waits; call `drained` from time to time, such as after each chunk of input, so that a slow reader slows the program and not
 * fills its memory. A reader that has gone (`| head`) is no error: `closed` turns true, and what is written then is dropped, so that the caller can stop.
 */

/** Bytes gathered before they are written: as much as a pipe of Linux holds. */
const BUFFER = 65_536
/** Up to this many characters, a loop is quicker than the system's encoder. */
const SHORT = 96
/** The most bytes that UTF-8 needs for a UTF-16 unit. */
const BYTES_PER_UNIT = 3
/** Numbers below it are written without making text of them. */
const SMALL_NUMBER = 1e9
const ZERO = 0x30
const NOTHING = new Uint8Array(0)
/** How the system says that nobody reads any more. */
const READER_GONE: readonly string[] = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']

export class TextOutput implements TextSink {
  readonly #stream: Writable
  readonly #bytes = Buffer.allocUnsafeSlow(BUFFER)
  #used = 0
  #closed = false
  /** Something was given to the stream since `drained`. */
  #handedOver = false
  #error: OutputError | null = null

  constructor(stream: Writable = process.stdout, name = 'standard output') {
    this.#stream = stream
    stream.on('error', (error: Error) => {
      this.#closed = true
      this.#used = 0
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
    if (text.length > SHORT || !this.#addAscii(text)) this.#addUtf8(text)
    return !this.#closed
  }

  /** Adds a number in decimal. False once nothing more can be written. */
  writeNumber(value: number): boolean {
    if (!Number.isInteger(value) || value < 0 || value >= SMALL_NUMBER) return this.write(String(value))
    if (this.#closed) return false
    let digits = 1
    for (let power = 10; power <= value; power *= 10) digits++
    this.#makeRoom(digits)
    const bytes = this.#bytes
    let rest = value
    for (let at = this.#used + digits - 1; at >= this.#used; at--) {
      const tens = (rest / 10) | 0
      bytes[at] = ZERO + rest - tens * 10
      rest = tens
    }
    this.#used += digits
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

  /** Adds a short text. False, and nothing added, where not all of it is ASCII. */
  #addAscii(text: string): boolean {
    const { length } = text
    this.#makeRoom(length)
    const bytes = this.#bytes
    const used = this.#used
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return false
      bytes[used + index] = unit
    }
    this.#used = used + length
    return true
  }

  #addUtf8(text: string): void {
    const most = text.length * BYTES_PER_UNIT
    this.#makeRoom(most)
    if (most > BUFFER) this.#handOver(Buffer.from(text))
    else this.#used += this.#bytes.write(text, this.#used)
  }

  /** Hands over what was gathered where there is no room for as many bytes more behind it. */
  #makeRoom(length: number): void {
    if (this.#used + length > BUFFER) this.#flush()
  }

  #flush(): void {
    if (this.#used === 0) return
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#used))
    this.#used = 0
    this.#handOver(bytes)
  }
}
