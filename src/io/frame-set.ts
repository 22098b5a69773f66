/** A set of frame numbers that grows as it is needed: one bit a frame, so that ten million frames take little more than a megabyte. */
export class FrameSet {
  #bits = new Uint32Array(1024)

  add(frame: number): void {
    const word = frame >>> 5
    if (word >= this.#bits.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#bits.length * 2))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[word]! |= 1 << (frame & 31)
  }

  has(frame: number): boolean {
    return ((this.#bits[frame >>> 5] ?? 0) & (1 << (frame & 31))) !== 0
  }
}
