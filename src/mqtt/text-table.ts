/**
 * Texts by their bytes, so that a topic seen a million times is decoded and examined once.
 *
 * Bounded in count and in bytes: when it is full it forgets everything and begins anew, which costs less than to keep account of use. A look-up looks at
 * a few places at most, whatever texts a capture was crafted with; a text that finds no place is only examined again each time.
 */
import { TextEntry, examineText } from './text-facts.ts'

export interface TextTableLimits {
  /** How many texts are kept at once. */
  readonly internedTexts: number
  /** All their bytes together. */
  readonly internedBytes: number
  /** Longer texts are not kept. */
  readonly internedTextBytes: number
}

const NO_BYTES = new Uint8Array(0)
const EMPTY: TextEntry = examineText(NO_BYTES, 0, 0)

/** Numbers for each slot of the table: hash, length (0 where it is free), where its bytes begin, and which entry it is. */
const SLOT = 4
/** Slots looked at for one text. With half of them free, hashes that meet by chance need fewer. */
const PROBES = 8
/** The table begins small and grows with what it holds: as long as it fits in the processor's cache, a look-up costs a third. */
const FIRST_SLOTS = 1_024

export class TextTable {
  readonly #longest: number
  readonly #most: number
  readonly #mostWords: number
  #mask = FIRST_SLOTS - 1
  #slots = new Int32Array(FIRST_SLOTS * SLOT)
  #entries: TextEntry[] = []
  /** The bytes of the texts, four to a word, one text behind the other. */
  #words = new Int32Array(FIRST_SLOTS * SLOT)
  #used = 0
  /** A view of the buffer that texts come from, made once for each: reading four bytes at a time is worth it. */
  #source: Uint8Array = NO_BYTES
  #view: DataView = new DataView(NO_BYTES.buffer)

  constructor(limits: TextTableLimits) {
    this.#longest = limits.internedTextBytes
    this.#most = limits.internedTexts
    this.#mostWords = limits.internedBytes >> 2
  }

  entry(buffer: Uint8Array, start: number, end: number): TextEntry {
    const length = end - start
    if (length === 0) return EMPTY
    if (length > this.#longest) return examineText(buffer, start, end)
    if (buffer !== this.#source) {
      this.#source = buffer
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    }
    const view = this.#view
    const hash = hashOf(view, start, end)
    const slots = this.#slots
    for (let probe = 0; probe < PROBES; probe++) {
      const base = ((hash + probe) & this.#mask) * SLOT
      const kept = slots[base + 1]!
      if (kept === 0) return this.#insert(hash, buffer, view, start, end)
      if (kept === length && slots[base] === hash && this.#equals(slots[base + 2]!, view, start, end)) return this.#entries[slots[base + 3]!]!
    }
    return examineText(buffer, start, end)
  }

  #equals(offset: number, view: DataView, start: number, end: number): boolean {
    const words = this.#words
    let at = start
    for (; at + 4 <= end; at += 4) if (words[offset++] !== view.getInt32(at, true)) return false
    return at === end || words[offset] === lastWord(view, at, end)
  }

  #insert(hash: number, buffer: Uint8Array, view: DataView, start: number, end: number): TextEntry {
    const entry = examineText(buffer, start, end)
    const needed = this.#used + ((end - start + 3) >> 2)
    if (this.#entries.length === this.#most || needed > this.#mostWords) this.#forget()
    else if (this.#entries.length * 2 > this.#mask) this.#grow()
    if (needed > this.#words.length) {
      const words = new Int32Array(this.#words.length * 2)
      words.set(this.#words)
      this.#words = words
    }
    const base = this.#freeSlot(hash)
    if (base < 0) return entry
    this.#slots[base] = hash
    this.#slots[base + 1] = end - start
    this.#slots[base + 2] = this.#used
    this.#slots[base + 3] = this.#entries.length
    this.#entries.push(entry)
    let at = start
    for (; at + 4 <= end; at += 4) this.#words[this.#used++] = view.getInt32(at, true)
    if (at < end) this.#words[this.#used++] = lastWord(view, at, end)
    return entry
  }

  /** Where the slot for a text with this hash begins; -1 where there is none. */
  #freeSlot(hash: number): number {
    for (let probe = 0; probe < PROBES; probe++) {
      const base = ((hash + probe) & this.#mask) * SLOT
      if (this.#slots[base + 1] === 0) return base
    }
    return -1
  }

  #forget(): void {
    this.#slots.fill(0)
    this.#entries = []
    this.#used = 0
  }

  /** Twice as many slots. A text that finds no place among them is forgotten. */
  #grow(): void {
    const before = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Int32Array(before.length * 2)
    for (let from = 0; from < before.length; from += SLOT) {
      if (before[from + 1] === 0) continue
      const base = this.#freeSlot(before[from]!)
      if (base >= 0) this.#slots.set(before.subarray(from, from + SLOT), base)
    }
  }
}


/** Each multiplication mixes upwards only, so each step brings the high bits down again. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (at < end) hash = Math.imul(hash ^ lastWord(view, at, end), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

/** One to three bytes. */
function lastWord(view: DataView, at: number, end: number): number {
  let word = 0
  for (let from = at; from < end; from++) word = (word << 8) | view.getUint8(from)
  return word
}
