/**
 * Texts by their bytes, so that a topic seen a million times is decoded and examined once.
 *
 * Bounded in count and in bytes: when it is full it forgets everything and begins anew, which costs less than to keep account of use. A look-up looks at
 * a few places at most, whatever texts a capture was crafted with; a text that finds no place is only examined again each time.
 */
import { examineText } from './text-facts.ts'
import type { Text } from './packet.ts'

export interface TextTableLimits {
  /** How many texts are kept at once. */
  readonly internedTexts: number
  /** All their bytes together. */
  readonly internedBytes: number
  /** Longer texts are not kept; at most LONGEST. */
  readonly internedTextBytes: number
}

const NO_BYTES = new Uint8Array(0)
const EMPTY = examineText(NO_BYTES, 0, 0)

/**
 * A record is all that a look-up reads, in one place, since it waits for memory mostly: hash, length and facts, which of the texts it is, then the bytes, four
 * to a word.
 */
const HASH = 0
const LENGTH_AND_FACTS = 1
const TEXT = 2
const BYTES = 3
const LENGTH_BITS = 16
const LONGEST = (1 << LENGTH_BITS) - 1

/** Places looked at for one text. With half of them free, hashes that meet by chance need fewer. */
const PROBES = 8
/** The table begins small and grows with what it holds: as long as it fits in the processor's cache, a look-up costs a third. */
const FIRST_PLACES = 1_024
const FIRST_WORDS = 4_096

export class TextTable {
  /** The text looked up last. */
  text: Text = EMPTY.text
  readonly #longest: number
  readonly #most: number
  readonly #mostWords: number
  /** By hash: where the record begins, plus one; 0 for free. */
  #places = new Int32Array(FIRST_PLACES)
  #records = new Int32Array(FIRST_WORDS)
  #used = 0
  #texts: Text[] = []
  /** A view of the buffer that texts come from, made once for each: reading four bytes at a time is worth it. */
  #source: Uint8Array = NO_BYTES
  #view: DataView = new DataView(NO_BYTES.buffer)

  constructor(limits: TextTableLimits) {
    this.#longest = Math.min(limits.internedTextBytes, LONGEST)
    this.#most = limits.internedTexts
    this.#mostWords = (limits.internedBytes >> 2) + limits.internedTexts * BYTES
  }

  /** The facts of the text that is `buffer[start..end)`; `text` is then the text itself. */
  look(buffer: Uint8Array, start: number, end: number): number {
    const length = end - start
    if (length === 0 || length > this.#longest) return this.#examine(buffer, start, end)
    if (buffer !== this.#source) {
      this.#source = buffer
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    }
    const view = this.#view
    const hash = hashOf(view, start, end)
    const places = this.#places
    const records = this.#records
    for (let probe = 0; probe < PROBES; probe++) {
      const record = places[(hash + probe) & (places.length - 1)]! - 1
      if (record < 0) return this.#insert(hash, buffer, view, start, end)
      const lengthAndFacts = records[record + LENGTH_AND_FACTS]!
      if (records[record + HASH] === hash && (lengthAndFacts & LONGEST) === length && holds(records, record + BYTES, view, start, end)) {
        this.text = this.#texts[records[record + TEXT]!]!
        return lengthAndFacts >> LENGTH_BITS
      }
    }
    return this.#examine(buffer, start, end)
  }

  #examine(buffer: Uint8Array, start: number, end: number): number {
    const { text, facts } = start === end ? EMPTY : examineText(buffer, start, end)
    this.text = text
    return facts
  }

  #insert(hash: number, buffer: Uint8Array, view: DataView, start: number, end: number): number {
    const facts = this.#examine(buffer, start, end)
    const needed = BYTES + ((end - start + 3) >> 2)
    if (this.#texts.length === this.#most || this.#used + needed > this.#mostWords) this.#forget()
    else if (this.#texts.length * 2 > this.#places.length) this.#spread()
    if (this.#used + needed > this.#records.length) {
      const records = new Int32Array(this.#records.length * 2)
      records.set(this.#records)
      this.#records = records
    }
    const place = this.#freePlace(hash)
    if (place < 0) return facts
    const records = this.#records
    const record = this.#used
    records[record + HASH] = hash
    records[record + LENGTH_AND_FACTS] = (end - start) | (facts << LENGTH_BITS)
    records[record + TEXT] = this.#texts.length
    let word = record + BYTES
    let at = start
    for (; at + 4 <= end; at += 4) records[word++] = view.getInt32(at, true)
    if (at < end) records[word++] = lastWord(view, at, end)
    this.#places[place] = record + 1
    this.#texts.push(this.text)
    this.#used = word
    return facts
  }

  /** A place for a text with this hash; -1 where there is none. */
  #freePlace(hash: number): number {
    for (let probe = 0; probe < PROBES; probe++) {
      const place = (hash + probe) & (this.#places.length - 1)
      if (this.#places[place] === 0) return place
    }
    return -1
  }

  #forget(): void {
    this.#places.fill(0)
    this.#texts = []
    this.#used = 0
  }

  /** Twice as many places. A text that finds none among them is looked up in vain from now on. */
  #spread(): void {
    const before = this.#places
    this.#places = new Int32Array(before.length * 2)
    for (const occupied of before) {
      if (occupied === 0) continue
      const place = this.#freePlace(this.#records[occupied - 1 + HASH]!)
      if (place >= 0) this.#places[place] = occupied
    }
  }
}

/** Whether the words from `word` on are the bytes from `start` to `end`. */
function holds(records: Int32Array, word: number, view: DataView, start: number, end: number): boolean {
  let at = start
  for (; at + 4 <= end; at += 4) if (records[word++] !== view.getInt32(at, true)) return false
  return at === end || records[word] === lastWord(view, at, end)
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
