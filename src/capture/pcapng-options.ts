import { u16 } from './integers.ts'

/** Codes that mean the same in every block (§3.5). */
const END_OF_OPTIONS = 0
export const COMMENT = 1

/**
 * Walks the options at the end of a pcapng block (draft-ietf-opsawg-pcapng §3.5). One object is used again for every block.
 *
 * Never leaves the block: an option that claims more bytes than the block has ends the walk and sets `damaged`.
 */
export class OptionReader {
  code = 0
  /** The option's value is `[start, end)`. */
  start = 0
  end = 0
  damaged = false
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #limit = 0
  #little = false

  open(bytes: Uint8Array, start: number, limit: number, little: boolean): void {
    this.#bytes = bytes
    this.#at = start
    this.#limit = limit
    this.#little = little
    this.damaged = false
  }

  next(): boolean {
    // §3.5: opt_endofopt may be left out where the block ends.
    if (this.#limit - this.#at < 4) return false
    this.code = u16(this.#bytes, this.#at, this.#little)
    if (this.code === END_OF_OPTIONS) return false
    this.start = this.#at + 4
    this.end = this.start + u16(this.#bytes, this.#at + 2, this.#little)
    if (this.end > this.#limit) {
      this.damaged = true
      return false
    }
    this.#at = this.end + (-(this.end - this.start) & 3)
    return true
  }
}
