import fs from 'node:fs'
import { outputError } from '../io/errors.ts'
import { openInput } from '../io/input.ts'
import { TemporaryFolder } from '../io/temporary-folder.ts'
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
  readonly #folder = new TemporaryFolder()

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
    this.#folder.remove()
  }

  #spoolFile(): string {
    return this.#folder.pathOf(`input-${this.#sources.length}`)
  }
}
