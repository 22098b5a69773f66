import fs from 'node:fs'
import { inputError, outputError } from './errors.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/**
 * The bytes of a capture, to be read again at any place while and after it is read from beginning to end.
 *
 * A plain file is read where it is. What was compressed, comes through a pipe or is captured now goes to temporary files, as far as their limit goes: beyond it the
 * oldest bytes are given up. Positions count over all bytes of all inputs, in the order in which they were read.
 */

/** A file with a run of the bytes: a file of the user, or one part of the spool. */
interface Part {
  readonly start: number
  /** Bytes in it; of a plain file, those that were read. */
  length: number
  readonly file: number
  /** Null for a file of the user's. */
  readonly temporary: string | null
}

/** Positions from `start` to before `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The spool is given up in parts of this share of its limit. */
const PARTS = 16

export class CaptureStore {
  readonly #limit: number
  readonly #parts: Part[] = []
  #end = 0
  #spooled = 0
  readonly #givenUp: Span[] = []
  readonly #folder = new TemporaryFolder()
  #spooling = false

  /** `limit`: bytes of temporary files, at least. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes below this position are not there any more, but for those of plain files. */
  get givenUp(): number {
    return this.#givenUp[this.#givenUp.length - 1]?.end ?? 0
  }

  /** What is not there any more, in its order: plain files may lie between. */
  get givenUpSpans(): readonly Span[] {
    return this.#givenUp
  }

  /** Bytes in temporary files. */
  get spooled(): number {
    return this.#spooled
  }

  /** What is appended from now on is in this file, from its beginning. Throws InputError. */
  beginFile(name: string): void {
    this.#spooling = false
    try {
      this.#parts.push({ start: this.#end, length: 0, file: fs.openSync(name, 'r'), temporary: null })
    } catch (error) {
      throw inputError(name, error)
    }
  }

  /** What is appended from now on is not in a file, and is kept in temporary ones. */
  beginSpool(): void {
    this.#spooling = true
  }

  /** The next bytes of the capture. Throws OutputError where they cannot be kept. */
  append(chunk: Uint8Array): void {
    if (this.#spooling) this.#spool(chunk)
    else this.#parts[this.#parts.length - 1]!.length += chunk.length
    this.#end += chunk.length
  }

  /** Up to `length` bytes from a position on, fewer where there are no more in one piece; null where there is none. */
  read(position: number, length: number): Uint8Array | null {
    const part = this.#partOf(position)
    if (part === null) return null
    const wanted = Math.min(length, part.start + part.length - position)
    // What goes on in the next part of the spool.
    const more = length > wanted && part.temporary !== null ? this.read(part.start + part.length, length - wanted) : null
    const bytes = new Uint8Array(wanted + (more?.length ?? 0))
    if (fs.readSync(part.file, bytes, 0, wanted, position - part.start) < wanted) return null
    if (more !== null) bytes.set(more, wanted)
    return bytes
  }

  /** Closes the files and removes the temporary ones. */
  close(): void {
    for (const { file } of this.#parts.splice(0)) fs.closeSync(file)
    this.#folder.remove()
  }

  #partOf(position: number): Part | null {
    let low = 0
    let high = this.#parts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#parts[middle]!.start <= position) low = middle
      else high = middle - 1
    }
    const part = this.#parts[low]
    return part === undefined || position < part.start || position >= part.start + part.length ? null : part
  }

  #spool(chunk: Uint8Array): void {
    let part = this.#parts[this.#parts.length - 1]
    const partBytes = this.#limit / PARTS
    if (part === undefined || part.temporary === null || part.length + chunk.length > partBytes) {
      part = this.#newPart()
      this.#giveUp(chunk.length)
    }
    try {
      for (let at = 0; at < chunk.length;) at += fs.writeSync(part.file, chunk, at)
    } catch (error) {
      throw outputError(part.temporary ?? '', error)
    }
    part.length += chunk.length
    this.#spooled += chunk.length
  }

  #newPart(): Part {
    let temporary = 'a temporary file'
    try {
      temporary = this.#folder.pathOf(`capture-${this.#end}`)
      const part = { start: this.#end, length: 0, file: fs.openSync(temporary, 'wx+', 0o600), temporary }
      this.#parts.push(part)
      return part
    } catch (error) {
      throw outputError(temporary, error)
    }
  }

  /** The oldest temporary files, until there is room for more. */
  #giveUp(more: number): void {
    while (this.#spooled + more > this.#limit) {
      const oldest = this.#parts.findIndex(({ temporary, length }) => temporary !== null && length > 0)
      if (oldest < 0) return
      const [part] = this.#parts.splice(oldest, 1)
      fs.closeSync(part!.file)
      fs.rmSync(part!.temporary!, { force: true })
      this.#spooled -= part!.length
      this.#extendGivenUp(part!.start, part!.start + part!.length)
    }
  }

  #extendGivenUp(start: number, end: number): void {
    const last = this.#givenUp[this.#givenUp.length - 1]
    if (last?.end === start) this.#givenUp[this.#givenUp.length - 1] = { start: last.start, end }
    else this.#givenUp.push({ start, end })
  }
}
