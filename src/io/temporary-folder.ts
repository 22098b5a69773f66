import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A folder for what must be kept on disk for a while. Only the user can read it: a capture may hold passwords. Made with its first file, and gone when the process ends. */
export class TemporaryFolder {
  #folder: string | null = null
  readonly #remove = (): void => this.remove()

  /** The path of a file in it, which is not made. Throws the error of the system. */
  pathOf(name: string): string {
    if (this.#folder === null) {
      this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mqtap-'))
      process.once('exit', this.#remove)
    }
    return path.join(this.#folder, name)
  }

  /** With all that is in it. */
  remove(): void {
    process.removeListener('exit', this.#remove)
    if (this.#folder !== null) fs.rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = null
  }
}
