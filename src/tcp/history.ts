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

/** A frame captured twice follows its twin within this time; a retransmission needs at least a round trip and mostly 200 ms (RFC 6298 §2.4 says 1 s). */
const TWIN_NANOSECONDS = 20_000_000

/** One entry: sequence, length, signature, position of its bytes, the entry before of the same direction; a power of two of words. */
const ENTRY_WORDS = 8
const SEQUENCE = 0
const LENGTH = 1
const SIGNATURE = 2
const POSITION = 3
const PREVIOUS = 4

export class SegmentHistory {
  readonly #entryMask: number
  readonly #byteMask: number
  readonly #bytes: Uint8Array
  readonly #byteView: DataView
  readonly #entries: Int32Array
  readonly #times: Float64Array
  #count = 0
  /** Bytes written so far, modulo 2³², signed. */
  #written = 0
  /** A view of the buffer that segments come from, made once for each read chunk: copying four bytes at a time is worth it. */
  #source: Uint8Array
  #sourceView: DataView

  constructor(limits: HistoryLimits) {
    this.#entryMask = limits.historySegments - 1
    this.#byteMask = limits.historyBytes - 1
    this.#bytes = new Uint8Array(limits.historyBytes)
    this.#byteView = new DataView(this.#bytes.buffer)
    this.#entries = new Int32Array(limits.historySegments * ENTRY_WORDS)
    this.#times = new Float64Array(limits.historySegments)
    this.#source = this.#bytes
    this.#sourceView = this.#byteView
  }

  /** Remembers a segment's bytes; returns its entry, to be handed in as `previous` with the direction's next segment. */
  add(previous: number, sequence: number, signature: number, buffer: Uint8Array, start: number, end: number, time: number): number {
    const entry = this.#count
    this.#count = (entry + 1) & 0x7fffffff
    const entries = this.#entries
    const at = (entry & this.#entryMask) * ENTRY_WORDS
    const length = end - start
    entries[at + SEQUENCE] = sequence
    entries[at + LENGTH] = length
    entries[at + SIGNATURE] = signature
    entries[at + POSITION] = this.#written
    entries[at + PREVIOUS] = previous
    this.#times[entry & this.#entryMask] = time
    this.#copy(buffer, start, length)
    this.#written = (this.#written + length) | 0
    return entry
  }

  #copy(buffer: Uint8Array, start: number, length: number): void {
    const to = this.#written & this.#byteMask
    const bytes = this.#bytes
    if (to + length > bytes.length) {
      for (let i = 0; i < length; i++) bytes[(to + i) & this.#byteMask] = buffer[start + i]!
      return
    }
    if (buffer !== this.#source) {
      this.#source = buffer
      this.#sourceView = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    }
    if (length > 256) {
      bytes.set(buffer.subarray(start, start + length), to)
      return
    }
    const from = this.#sourceView
    const into = this.#byteView
    let i = 0
    for (; i + 4 <= length; i += 4) into.setInt32(to + i, from.getInt32(start + i, true), true)
    for (; i < length; i++) bytes[to + i] = buffer[start + i]!
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
      if ((this.#written - position) >>> 0 > this.#bytes.length) break
      const ahead = sequenceDistance(sequence, this.#word(entry, SEQUENCE))
      const from = Math.max(0, -ahead)
      const to = Math.min(end - start, this.#word(entry, LENGTH) - ahead)
      for (let i = from; i < to; i++) {
        if (this.#bytes[(position + ahead + i) & this.#byteMask] !== buffer[start + i]) differing++
      }
    }
    return differing
  }

  #word(entry: number, word: number): number {
    return this.#entries[(entry & this.#entryMask) * ENTRY_WORDS + word]!
  }

  #holds(entry: number): boolean {
    return entry >= 0 && ((this.#count - entry) & 0x7fffffff) <= this.#entryMask
  }
}
