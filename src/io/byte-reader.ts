/** Takes exact numbers of bytes from a source of chunks. Holds no more than the chunk at hand and what is taken. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)
  #at = 0

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source
  }

  /** Fills `target[start..end)`; returns how many bytes there were, which is less only at the end of the source. */
  async fill(target: Uint8Array, start: number, end: number): Promise<number> {
    let filled = 0
    while (filled < end - start) {
      if (this.#at === this.#chunk.length && !(await this.#next())) break
      const step = Math.min(end - start - filled, this.#chunk.length - this.#at)
      target.set(this.#chunk.subarray(this.#at, this.#at + step), start + filled)
      this.#at += step
      filled += step
    }
    return filled
  }

  /** Passes over bytes; returns how many there were. */
  async skip(count: number): Promise<number> {
    let skipped = 0
    while (skipped < count) {
      if (this.#at === this.#chunk.length && !(await this.#next())) break
      const step = Math.min(count - skipped, this.#chunk.length - this.#at)
      this.#at += step
      skipped += step
    }
    return skipped
  }

  async #next(): Promise<boolean> {
    const result = await this.#source.next()
    if (result.done === true) return false
    this.#chunk = result.value
    this.#at = 0
    return true
  }
}
