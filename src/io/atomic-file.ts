import fs from 'node:fs'
import path from 'node:path'
import { OutputError, outputError } from './errors.ts'

/** Writing would replace a file that is there. Of one of `inputs` it would not: that is refused. */
export function wouldReplace(name: string, inputs: readonly string[]): boolean {
  try {
    return fs.statSync(name, { throwIfNoEntry: false })?.isFile() === true && !inputs.some((input) => isSameFile(input, name))
  } catch {
    // What is wrong with the name is told by whoever writes.
    return false
  }
}

/**
 * Writes a file so that it is there whole or not at all: into a temporary file beside it, which takes its name at the end.
 *
 * Refuses to overwrite a file that is read from. A pipe or device (`/dev/stdout`) is written straight, for there is nothing to replace. `abandon` removes what
 * was written; it also happens when the process exits without `commit`. Every failure is an OutputError.
 */
export class AtomicFile {
  readonly name: string
  /** What the temporary file is to replace, and its name; null where the target is written straight. */
  readonly #target: string
  readonly #temporary: string | null
  readonly #file: number
  #open = true
  readonly #abandon = (): void => this.abandon()

  /** `inputs` are the names of the files read from; `-` among them is passed over. */
  constructor(name: string, inputs: readonly string[]) {
    this.name = name
    try {
      const status = fs.statSync(name, { throwIfNoEntry: false })
      if (status?.isDirectory() === true) throw new OutputError('is-directory', `${name} could not be written: it is a folder`)
      if (status !== undefined && inputs.some((input) => isSameFile(input, name))) {
        throw new OutputError('is-input', `${name} is one of the files that are read; write to another one`)
      }
      // Behind a symbolic link the file itself is replaced, not the link.
      this.#target = status === undefined ? name : fs.realpathSync(name)
      const direct = status !== undefined && !status.isFile()
      // Renaming needs no right to the file that it replaces; so that a write-protected one stays, it is opened once.
      if (status !== undefined && !direct) fs.closeSync(fs.openSync(this.#target, 'r+'))
      this.#temporary = direct ? null : path.join(path.dirname(this.#target), temporaryName(this.#target))
      this.#file = this.#temporary === null ? fs.openSync(this.#target, 'w') : fs.openSync(this.#temporary, 'wx', status === undefined ? 0o666 : status.mode & 0o777)
    } catch (error) {
      throw outputError(name, error)
    }
    process.once('exit', this.#abandon)
  }

  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#file, bytes, at)
    } catch (error) {
      this.abandon()
      throw outputError(this.name, error)
    }
  }

  writeText(text: string): void {
    this.write(Buffer.from(text))
  }

  /** Puts the file in place. */
  commit(): void {
    try {
      if (this.#temporary !== null) fs.fsyncSync(this.#file)
      fs.closeSync(this.#file)
      this.#open = false
      if (this.#temporary !== null) fs.renameSync(this.#temporary, this.#target)
    } catch (error) {
      this.abandon()
      throw outputError(this.name, error)
    }
    process.removeListener('exit', this.#abandon)
  }

  /** Leaves things as they were before. May be called at any time; after `commit` it does nothing. */
  abandon(): void {
    process.removeListener('exit', this.#abandon)
    if (this.#open) fs.closeSync(this.#file)
    this.#open = false
    if (this.#temporary !== null) fs.rmSync(this.#temporary, { force: true })
  }
}

/** Not secret, only not in use: it is opened with `x`, which refuses what is there already. */
function temporaryName(target: string): string {
  return `.${path.basename(target)}.${process.pid.toString(36)}${Math.random().toString(36).slice(2, 10)}.part`
}

function isSameFile(input: string, output: string): boolean {
  if (input === '-') return false
  // As bigints: file numbers of Windows do not fit a number.
  const one = fs.statSync(input, { throwIfNoEntry: false, bigint: true })
  const other = fs.statSync(output, { bigint: true })
  return one !== undefined && one.dev === other.dev && one.ino === other.ino
}
