import fs from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { InputError, inputError } from './errors.ts'

/**
 * The bytes of a file, a pipe or standard input as they stand, in chunks that are valid until the next one is asked for.
 *
 * A regular file is read ahead by one chunk, so that reading goes on while the last chunk is worked on. `close` may be called at any time, also while a
 * chunk is awaited; it lets go of the file, the pipe and any wait.
 */
export interface RawInput {
  /** Of a regular file in bytes; null where it cannot be known. */
  readonly size: number | null
  chunks(): AsyncGenerator<Uint8Array, void, void>
  close(): Promise<void>
}

/** Measured on a 112 MB file: 256 KiB to 1 MiB are equally fast to read, larger chunks fall out of the processor's cache; reassembly likes the largest. */
const CHUNK = 1_048_576
const SMALLEST_CHUNK = 65_536
/**
 * The first chunk; each further one is twice as long. So the first packets show at once, and the engine has met the end of a chunk several times before it
 * compiles what works on them: of code that saw none it throws most away at the first.
 */
const FIRST_CHUNK = 8_192

const STDIN = 0
export const STDIN_NAME = 'standard input'

const open = promisify(fs.open)
const fstat = promisify(fs.fstat)
const close = promisify(fs.close)
const read = promisify(fs.read)

/** Opens a file by name, or for `-` the stream given, or the standard input of the process. Throws InputError. */
export async function openRaw(name: string, stdin: Readable | null): Promise<RawInput> {
  if (name === '-') return stdin === null ? openStdin() : new StreamInput(STDIN_NAME, stdin)
  try {
    // Opening a regular file never waits, so no other thread is asked to; a pipe waits for its writer.
    if (fs.statSync(name).isFile()) {
      const file = fs.openSync(name, 'r')
      return new FileInput(name, file, fs.fstatSync(file).size, true)
    }
    const file = await open(name, 'r')
    try {
      const status = await fstat(file)
      if (status.isDirectory()) throw new InputError('is-directory', `${name} is a folder, not a capture file`)
      // A read of a pipe by the thread pool could not be given up while the pipe is silent; a socket can.
      if (status.isFIFO() || status.isSocket()) return new StreamInput(name, new Socket({ fd: file, readable: true, writable: false }))
      return new FileInput(name, file, null, true)
    } catch (error) {
      await close(file)
      throw error
    }
  } catch (error) {
    throw inputError(name, error)
  }
}

async function openStdin(): Promise<RawInput> {
  if (isatty(STDIN)) throw new InputError('is-terminal', 'standard input is a terminal; "-" reads a capture that is piped in, as in: tcpdump -w - | mqtap read -')
  const status = await fstat(STDIN).catch((error: unknown) => {
    throw inputError(STDIN_NAME, error)
  })
  return status.isFile() ? new FileInput(STDIN_NAME, STDIN, status.size, false) : new StreamInput(STDIN_NAME, process.stdin)
}

class FileInput implements RawInput {
  readonly size: number | null
  readonly #name: string
  readonly #file: number
  readonly #owned: boolean
  #reading: Promise<{ bytesRead: number }> | null = null
  #closed = false

  constructor(name: string, file: number, size: number | null, owned: boolean) {
    this.#name = name
    this.#file = file
    this.size = size
    this.#owned = owned
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const length = Math.min(CHUNK, Math.max(this.size ?? CHUNK, SMALLEST_CHUNK))
    const buffers: [Uint8Array, Uint8Array] = [new Uint8Array(length), new Uint8Array(length)]
    let wanted = Math.min(FIRST_CHUNK, length)
    try {
      this.#read(buffers[0], wanted)
      for (let turn: 0 | 1 = 0; ; turn = turn === 0 ? 1 : 0) {
        const { bytesRead } = await this.#reading!
        if (bytesRead === 0 || this.#closed) return
        wanted = Math.min(wanted * 2, length)
        this.#read(buffers[turn === 0 ? 1 : 0], wanted)
        yield buffers[turn].subarray(0, bytesRead)
      }
    } catch (error) {
      throw inputError(this.#name, error)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#reading?.catch(() => undefined)
    if (this.#owned) await close(this.#file)
  }

  #read(buffer: Uint8Array, length: number): void {
    this.#reading = read(this.#file, buffer, 0, length, null)
    // An error is met when the chunk is asked for; until then it must not count as unhandled.
    this.#reading.catch(() => undefined)
  }
}

class StreamInput implements RawInput {
  readonly size = null
  readonly #name: string
  readonly #stream: Readable

  constructor(name: string, stream: Readable) {
    this.#name = name
    this.#stream = stream
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for await (const chunk of this.#stream) yield chunk as Uint8Array
    } catch (error) {
      if (!this.#stream.destroyed || !isPrematureClose(error)) throw inputError(this.#name, error)
    }
  }

  async close(): Promise<void> {
    this.#stream.destroy()
  }
}

/** What a stream says to its reader after `close` destroyed it. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE'
}
