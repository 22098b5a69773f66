import type { Readable } from 'node:stream'
import { DECOMPRESS, compressionOf } from './compression.ts'
import type { Compression } from './compression.ts'
import type { InputErrorCode } from './errors.ts'
import { InputError } from './errors.ts'
import { STDIN_NAME, openRaw } from './raw-input.ts'
import type { RawInput } from './raw-input.ts'

/**
 * A capture file, or standard input (`-`), as chunks of bytes, decompressed where its content says so (gzip, zstd, lz4).
 *
 * A chunk is valid only until the next one is asked for. What can be read is delivered first; then an InputError says in one sentence what is wrong.
 * Leaving the loop early closes the file and ends any child process. Nothing is opened before the loop begins.
 */

/** Enough to tell the compression, even of a pipe that gives a byte at a time; more of the beginning is not worth waiting for. */
const LONGEST_BEGINNING = 1_048_576
/** What decompresses does not know of which file. */
const OF_COMPRESSION: ReadonlySet<InputErrorCode> = new Set<InputErrorCode>(['damaged-compression', 'unsupported-compression', 'tool-missing'])

export class Input implements AsyncIterable<Uint8Array> {
  readonly name: string
  /** Bytes read so far, before decompression: for a progress bar, together with `size`. */
  bytesRead = 0
  /** Of the file as it stands, in bytes; null where it cannot be known (a pipe), and before the loop begins. */
  size: number | null = null
  /** Null where there is none, and before the first chunk. */
  compression: Compression | null = null
  readonly #stdin: Readable | null

  constructor(name: string, stdin: Readable | null) {
    this.name = name
    this.#stdin = stdin
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const raw = await openRaw(this.name, this.#stdin)
    this.size = raw.size
    try {
      const chunks = this.#counted(raw)
      const beginning = await readBeginning(chunks)
      this.compression = told(beginning)
      const all = resumed(beginning, chunks)
      yield* this.compression === null ? all : DECOMPRESS[this.compression](all)
    } catch (error) {
      throw error instanceof InputError && OF_COMPRESSION.has(error.code) ? new InputError(error.code, `${this.#shownName}: ${error.message}`, error) : error
    } finally {
      await raw.close()
    }
  }

  get #shownName(): string {
    return this.name === '-' ? STDIN_NAME : this.name
  }

  async *#counted(raw: RawInput): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of raw.chunks()) {
      this.bytesRead += chunk.length
      yield chunk
    }
  }
}

/** `-` is standard input, or the stream given in its place. */
export function openInput(name: string, stdin: Readable | null = null): Input {
  return new Input(name, stdin)
}

/** A beginning of frames to skip, with nothing behind them, is as good as zstd. */
function told(beginning: Uint8Array): Compression | null {
  const found = compressionOf(beginning)
  if (found === 'more') return beginning.length < 4 ? null : 'zstd'
  return found === 'plain' ? null : found
}

/** Chunks until they tell the compression. */
async function readBeginning(chunks: AsyncGenerator<Uint8Array, void, void>): Promise<Uint8Array> {
  let beginning: Uint8Array = new Uint8Array(0)
  while (beginning.length < LONGEST_BEGINNING && compressionOf(beginning) === 'more') {
    const { value, done } = await chunks.next()
    if (done === true) break
    if (beginning.length === 0) {
      beginning = value
    } else {
      const longer = new Uint8Array(beginning.length + value.length)
      longer.set(beginning)
      longer.set(value, beginning.length)
      beginning = longer
    }
  }
  return beginning
}

async function* resumed(beginning: Uint8Array, chunks: AsyncGenerator<Uint8Array, void, void>): AsyncGenerator<Uint8Array, void, void> {
  if (beginning.length > 0) yield beginning
  yield* chunks
}
