import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { outputError } from '../io/errors.ts'
import { openInput } from '../io/input.ts'
import type { Input } from '../io/input.ts'

/**
 * The files of a capture, read one after the other; each can be read a second time, for which what comes through a pipe is kept in a temporary file.
 */

/** A file, and where its bytes can be read again. */
interface Source {
  readonly name: string
  again: string
}

export class CaptureInput {
  readonly #keepPipes: boolean
  readonly #sources: Source[] = []
  #folder: string | null = null
  #closed = false
  readonly #remove = (): void => this.close()

  /** `keepPipes`: whether there will be a second reading. */
  constructor(keepPipes: boolean) {
    this.#keepPipes = keepPipes
  }

  /** Names of the files that gave any bytes so far, in order: those that a second reading opens. */
  get readAgain(): readonly string[] {
    return this.#sources.map(({ again }) => again)
  }

  open(name: string): Input {
    return openInput(name)
  }

  /** Keeps what was read of a pipe. To be called for each chunk, in order; `first` is the first chunk of the input. */
  keep(input: Input, chunk: Uint8Array, first: boolean): void {
    if (!this.#keepPipes) return
    if (first) this.#sources.push({ name: input.name, again: input.size === null ? this.#spoolFile() : input.name })
    const source = this.#sources[this.#sources.length - 1]!
    if (source.again !== source.name) {
      try {
        fs.appendFileSync(source.again, chunk)
      } catch (error) {
        throw outputError(source.again, error)
      }
    }
  }

  /** Removes the temporary files. */
  close(): void {
    process.removeListener('exit', this.#remove)
    if (this.#closed) return
    this.#closed = true
    if (this.#folder !== null) fs.rmSync(this.#folder, { recursive: true, force: true })
  }

  #spoolFile(): string {
    if (this.#folder === null) {
      // Only the user can read it: a capture may hold passwords.
      this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mqtap-'))
      process.once('exit', this.#remove)
    }
    return path.join(this.#folder, `input-${this.#sources.length}`)
  }
}
