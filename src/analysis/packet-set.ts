/**
 * Some of the packets of a capture, by number, in order: those that a filter lets through. A bit for each, and a count for each BLOCK of them, so that ten million
 * packets take little more than a megabyte and the n-th is found at once.
 */
const BLOCK = 2_048
const WORDS = BLOCK / 32

export class PacketSet {
  #bits = new Uint32Array(WORDS * 16)
  /** How many are in the blocks before each block. */
  #before = new Uint32Array(16)
  #size = 0
  #blocks = 1

  get size(): number {
    return this.#size
  }

  /** Greater than all before it. */
  add(number: number): void {
    const block = Math.floor(number / BLOCK)
    if (block >= this.#before.length) this.#grow(block)
    for (; this.#blocks <= block; this.#blocks++) this.#before[this.#blocks] = this.#size
    this.#bits[number >>> 5]! |= 1 << (number & 31)
    this.#size++
  }

  has(number: number): boolean {
    return ((this.#bits[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0
  }

  /** The number at a place, from 0; 0 where there is none. */
  at(place: number): number {
    if (place < 0 || place >= this.#size) return 0
    let low = 0
    let high = this.#blocks - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#before[middle]! <= place) low = middle
      else high = middle - 1
    }
    let rest = place - this.#before[low]!
    for (let word = low * WORDS; ; word++) {
      let bits = this.#bits[word]!
      const inWord = ones(bits)
      if (rest >= inWord) {
        rest -= inWord
        continue
      }
      for (; rest > 0; rest--) bits &= bits - 1
      return word * 32 + 31 - Math.clz32(bits & -bits)
    }
  }

  /** How many are smaller than this number: the place of the number, or of the next one. */
  placeOf(number: number): number {
    const block = Math.floor(number / BLOCK)
    if (block >= this.#blocks) return this.#size
    let place = this.#before[block]!
    for (let word = block * WORDS; word < number >>> 5; word++) place += ones(this.#bits[word]!)
    return place + ones(this.#bits[number >>> 5]! & ((1 << (number & 31)) - 1))
  }

  #grow(block: number): void {
    const blocks = Math.max(block + 1, this.#before.length * 2)
    const before = new Uint32Array(blocks)
    before.set(this.#before)
    this.#before = before
    const bits = new Uint32Array(blocks * WORDS)
    bits.set(this.#bits)
    this.#bits = bits
  }
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
