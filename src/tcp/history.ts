/**
 * The last segments with data, of all connections together: enough to say of a segment that repeats old bytes whether it is the same frame captured
 * twice (a mirror port, `any`), an honest retransmission, or one whose bytes differ from the first ones.
 *
 * Fixed memory: the oldest entries are overwritten, and a repetition of something older than that is simply taken for a retransmission.
 */
import { sequenceDistance } from '../bytes/sequence.ts'

export interface HistoryLimits {
  /** Entries and bytes kept; powers of two. */
  readonly historySegments: number
  readonly historyBytes: number
}

/** Nanoseconds. A frame captured twice follows its twin within this time; a retransmission needs at least a round trip and mostly 200 ms (RFC 6298 §2.4 says 1 s). */
export const TWIN_NANOSECONDS = 20_000_000

/**
 * One entry: sequence, length, signature, position of its bytes, the entry before of the same direction, and where its bytes are in the lent buffer;
 * a power of two of words.
 */
const ENTRY_WORDS = 8
const SEQUENCE = 0
const LENGTH = 1
const SIGNATURE = 2
const POSITION = 3
const PREVIOUS = 4
const LENT_START = 5
/** Entries are counted in 31 bits. */
const LAST_ENTRY = 0x7fffffff
const NO_BYTES = new Uint8Array(0)

export class SegmentHistory {
  readonly #entryMask: number
  readonly #byteMask: number
  readonly #bytes: Uint8Array
  readonly #entries: Int32Array
  readonly #times: Float64Array
  #count = 0
  /** Bytes written so far, modulo 2³², signed. */
  #written = 0
  /** The read chunk whose bytes stay where they are until `settle`. */
  #lent: ArrayBufferLike | null = null
  /** The buffer of the last segment, and whether it is part of the lent one. */
  #source: Uint8Array = NO_BYTES
  #sourceIsLent = false
  /** While the source is lent: entries from this one on have their bytes only there, up to `#lentEnd`. */
  #unsettled = 0
  #lentEnd = 0

  constructor(limits: HistoryLimits) {
    this.#entryMask = limits.historySegments - 1
    this.#byteMask = limits.historyBytes - 1
    this.#bytes = new Uint8Array(limits.historyBytes)
    this.#entries = new Int32Array(limits.historySegments * ENTRY_WORDS)
    this.#times = new Float64Array(limits.historySegments)
  }

  /** Segments that come in this chunk, in the order in which they lie there, need not be copied at once: most are forgotten again before it goes. */
  lend(chunk: Uint8Array): void {
    this.#lent = chunk.buffer
    this.#source = NO_BYTES
  }

  /** The lent chunk goes: what is still remembered of it is copied, with whatever lies between the segments, since one large copy is quick. */
  settle(): void {
    const first = Math.max(this.#unsettled, this.#count - this.#entryMask - 1)
    if (this.#sourceIsLent && first < this.#count) {
      const entries = this.#entries
      const mask = this.#entryMask
      const count = this.#count
      const from = Math.max(entries[(first & mask) * ENTRY_WORDS + LENT_START]!, this.#lentEnd - this.#bytes.length)
      const moved = this.#written - from
      this.#copy(this.#written, this.#source, from, this.#lentEnd - from)
      for (let entry = first; entry < count; entry++) {
        const at = (entry & mask) * ENTRY_WORDS
        entries[at + POSITION] = (entries[at + LENT_START]! + moved) | 0
        entries[at + LENT_START] = -1
      }
      this.#written = (this.#lentEnd + moved) | 0
    }
    this.#lent = null
    this.#source = NO_BYTES
    this.#sourceIsLent = false
  }

  /** Remembers a segment's bytes; returns its entry, to be handed in as `previous` with the direction's next segment. */
  add(previous: number, sequence: number, signature: number, buffer: Uint8Array, start: number, end: number, time: number): number {
    if (buffer !== this.#source) this.#turnTo(buffer)
    if (this.#count === LAST_ENTRY) this.#beginAnew()
    const entry = this.#count++
    const entries = this.#entries
    const at = (entry & this.#entryMask) * ENTRY_WORDS
    const length = end - start
    entries[at + SEQUENCE] = sequence
    entries[at + LENGTH] = length
    entries[at + SIGNATURE] = signature
    entries[at + PREVIOUS] = previous
    this.#times[entry & this.#entryMask] = time
    if (this.#sourceIsLent) {
      entries[at + LENT_START] = start
      this.#lentEnd = end
      return entry
    }
    entries[at + LENT_START] = -1
    entries[at + POSITION] = this.#written
    this.#copy(this.#written, buffer, start, length)
    this.#written = (this.#written + length) | 0
    return entry
  }

  #beginAnew(): void {
    this.settle()
    this.#count = 0
  }

  #turnTo(buffer: Uint8Array): void {
    const lent = buffer.buffer === this.#lent
    // Of the lent buffer there is one view at a time; another one means that what is remembered must be copied first.
    if (this.#sourceIsLent) {
      const chunk = this.#lent
      this.settle()
      this.#lent = chunk
    }
    this.#source = buffer
    this.#sourceIsLent = lent
    this.#unsettled = this.#count
  }

  /** At most as many bytes as are kept. */
  #copy(position: number, buffer: Uint8Array, start: number, length: number): void {
    const to = position & this.#byteMask
    const untilEnd = Math.min(length, this.#bytes.length - to)
    this.#bytes.set(buffer.subarray(start, start + untilEnd), to)
    if (untilEnd < length) this.#bytes.set(buffer.subarray(start + untilEnd, start + length), 0)
  }

  /** Whether the direction whose newest entry is `newest` had a segment with this signature just before: the same frame twice. */
  isTwin(newest: number, signature: number, time: number): boolean {
    for (let entry = newest; this.#holds(entry); entry = this.#word(entry, PREVIOUS)) {
      if (this.#word(entry, SIGNATURE) === signature) {
        const apart = Math.abs(time - this.#times[entry & this.#entryMask]!)
        return Number.isNaN(apart) || apart <= TWIN_NANOSECONDS
      }
    }
    return false
  }

  /** How many of these bytes differ from those first seen at the same sequence numbers, as far as they are still held. */
  countDiffering(newest: number, sequence: number, buffer: Uint8Array, start: number, end: number): number {
    let differing = 0
    for (let entry = newest; this.#holds(entry); entry = this.#word(entry, PREVIOUS)) {
      const position = this.#word(entry, POSITION)
      const lent = this.#word(entry, LENT_START)
      if (lent < 0 && !this.#holdsBytes(position)) break
      const ahead = sequenceDistance(sequence, this.#word(entry, SEQUENCE))
      const from = Math.max(0, -ahead)
      const to = Math.min(end - start, this.#word(entry, LENGTH) - ahead)
      for (let i = from; i < to; i++) {
        const first = lent >= 0 ? this.#source[lent + ahead + i] : this.#bytes[(position + ahead + i) & this.#byteMask]
        if (first !== buffer[start + i]) differing++
      }
    }
    return differing
  }

  #word(entry: number, word: number): number {
    return this.#entries[(entry & this.#entryMask) * ENTRY_WORDS + word]!
  }

  #holds(entry: number): boolean {
    return entry >= 0 && entry < this.#count && this.#count - entry <= this.#entryMask
  }

  /** Whether the bytes that were written at this position have not been overwritten since. */
  #holdsBytes(position: number): boolean {
    return (this.#written - position) >>> 0 <= this.#bytes.length
  }
}
