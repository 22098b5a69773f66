/**
 * Counts how many different texts there were, without keeping them: eight to thirty-two bytes for each. Two of them are taken for one where 53 bits of their hashes are
 * the same, which among a million texts happens once in twenty thousand captures.
 */

const FIRST_SLOTS = 1_024

export class DistinctCount {
  readonly #most: number
  /** Open addressing, at most half full; 0 is free. */
  #slots = new Float64Array(FIRST_SLOTS)
  #size = 0

  /** `most`: how far it counts. */
  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  add(text: string): void {
    if (this.#size >= this.#most) return
    if (this.#size * 2 >= this.#slots.length) this.#grow()
    if (put(this.#slots, hashOf(text))) this.#size++
  }

  #grow(): void {
    const slots = new Float64Array(this.#slots.length * 2)
    for (const hash of this.#slots) if (hash !== 0) put(slots, hash)
    this.#slots = slots
  }
}

/** False where it is there already. */
function put(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1
  let slot = hash & mask
  for (; slots[slot] !== 0; slot = (slot + 1) & mask) if (slots[slot] === hash) return false
  slots[slot] = hash
  return true
}

/** 53 bits, never 0: two hashes of 32 bits that begin apart, each mixed with the other at the end. */
function hashOf(text: string): number {
  let first = 0xdeadbeef
  let second = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    first = Math.imul(first ^ unit, 0x9e3779b1)
    second = Math.imul(second ^ unit, 0x5f356495)
  }
  first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35)
  second = Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second >>> 11) * 2 ** 32 + (first >>> 0) || 1
}
