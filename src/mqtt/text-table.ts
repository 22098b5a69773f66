/**
 * Texts by their bytes, so that a topic seen a million times is decoded and examined once.
 *
 * Bounded in count and in bytes: when it is full it forgets everything and begins anew, which costs less than to keep account of use. A look-up looks at
 * a few places at most, whatever texts a capture was crafted with; a text that finds no place is only examined again each time.
 */
import { TextEntry, examineText } from './text-facts.ts'

export interface TextTableLimits {
  /** How many texts are kept at once. A power of two. */
  readonly internedTexts: number
  /** All their bytes together. */
  readonly internedBytes: number
  /** Longer texts are not kept. */
  readonly internedTextBytes: number
}

/** Numbers for each slot of the table: hash, length (0 where it is free), and where its bytes begin. The fourth keeps a slot within one cache line. */
const SLOT = 4
/** Slots looked at for one text. With half of them free, hashes that meet by chance need fewer. */
const PROBES = 8

export class TextTable {
  readonly #longest: number
  readonly #most: number
  readonly #mask: number
  readonly #slots: Int32Array
  readonly #entries: TextEntry[]
  /** The bytes of the texts, four to a word, one text behind the other. */
  readonly #words: Int32Array
  #used = 0
  #count = 0

  constructor(limits: TextTableLimits) {
    const slots = 2 * limits.internedTexts
    if ((slots & (slots - 1)) !== 0) throw new RangeError('TextTable: internedTexts is a power of two')
    this.#longest = limits.internedTextBytes
    this.#most = limits.internedTexts
    this.#mask = slots - 1
    this.#slots = new Int32Array(slots * SLOT)
    this.#entries = new Array<TextEntry>(slots).fill(EMPTY)
    this.#words = new Int32Array(limits.internedBytes >> 2)
  }

  entry(buffer: Uint8Array, start: number, end: number): TextEntry {
    const length = end - start
    if (length === 0) return EMPTY
    if (length > this.#longest) return examineText(buffer, start, end)
    const hash = hashOf(buffer, start, end)
    const slots = this.#slots
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (hash + probe) & this.#mask
      const base = slot * SLOT
      const kept = slots[base + 1]!
      if (kept === 0) return this.#insert(slot, hash, buffer, start, end)
      if (kept === length && slots[base] === hash && this.#equals(slots[base + 2]!, buffer, start, end)) return this.#entries[slot]!
    }
    return examineText(buffer, start, end)
  }

  #equals(offset: number, buffer: Uint8Array, start: number, end: number): boolean {
    const words = this.#words
    let at = start
    for (; at + 4 <= end; at += 4) if (words[offset++] !== wordAt(buffer, at)) return false
    return at === end || words[offset] === lastWord(buffer, at, end)
  }

  #insert(slot: number, hash: number, buffer: Uint8Array, start: number, end: number): TextEntry {
    const entry = examineText(buffer, start, end)
    if (this.#count === this.#most || this.#used + (this.#longest >> 2) + 1 > this.#words.length) {
      this.#slots.fill(0)
      this.#used = 0
      this.#count = 0
    }
    const base = slot * SLOT
    this.#slots[base] = hash
    this.#slots[base + 1] = end - start
    this.#slots[base + 2] = this.#used
    this.#entries[slot] = entry
    this.#count++
    let at = start
    for (; at + 4 <= end; at += 4) this.#words[this.#used++] = wordAt(buffer, at)
    if (at < end) this.#words[this.#used++] = lastWord(buffer, at, end)
    return entry
  }
}

const EMPTY: TextEntry = examineText(new Uint8Array(0), 0, 0)

/** Each multiplication mixes upwards only, so each step brings the high bits down again. */
function hashOf(buffer: Uint8Array, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ wordAt(buffer, at), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (at < end) hash = Math.imul(hash ^ lastWord(buffer, at, end), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

function wordAt(buffer: Uint8Array, at: number): number {
  return buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24)
}

/** One to three bytes. */
function lastWord(buffer: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let from = at; from < end; from++) word = (word << 8) | buffer[from]!
  return word
}
