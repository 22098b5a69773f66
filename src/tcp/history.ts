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

export class SegmentHistory {
  readonly #entryMask: number
  readonly #byteMask: number
  readonly #bytes: Uint8Array
  /** Per entry: sequence, length, signature, position in #bytes (modulo 2³¹), the entry before of the same direction. */
  readonly #sequence: Int32Array
  readonly #length: Int32Array
  readonly #signature: Int32Array
  readonly #previous: Int32Array
  readonly #position: Float64Array
  readonly #time: Float64Array
  #entries = 0
  #written = 0

  constructor(limits: HistoryLimits) {
    this.#entryMask = limits.historySegments - 1
    this.#byteMask = limits.historyBytes - 1
    this.#bytes = new Uint8Array(limits.historyBytes)
    this.#sequence = new Int32Array(limits.historySegments)
    this.#length = new Int32Array(limits.historySegments)
    this.#signature = new Int32Array(limits.historySegments)
    this.#previous = new Int32Array(limits.historySegments)
    this.#position = new Float64Array(limits.historySegments)
    this.#time = new Float64Array(limits.historySegments)
  }

  /** Remembers a segment's bytes; returns its entry, to be handed in as `previous` with the direction's next segment. */
  add(previous: number, sequence: number, signature: number, buffer: Uint8Array, start: number, end: number, time: number): number {
    const entry = this.#entries
    this.#entries = (entry + 1) & 0x7fffffff
    const slot = entry & this.#entryMask
    const length = end - start
    this.#sequence[slot] = sequence
    this.#length[slot] = length
    this.#signature[slot] = signature
    this.#previous[slot] = previous
    this.#position[slot] = this.#written
    this.#time[slot] = time
    const bytes = this.#bytes
    const mask = this.#byteMask
    const at = this.#written & mask
    if (length < 128 || at + length > bytes.length) {
      for (let i = 0; i < length; i++) bytes[(at + i) & mask] = buffer[start + i]!
    } else {
      bytes.set(buffer.subarray(start, end), at)
    }
    this.#written += length
    return entry
  }

  /** Whether the direction whose newest entry is `newest` had a segment with this signature just before: the same frame twice. */
  isTwin(newest: number, signature: number, time: number): boolean {
    for (let entry = newest; this.#holds(entry); entry = this.#previous[entry & this.#entryMask]!) {
      const slot = entry & this.#entryMask
      if (this.#signature[slot] === signature) {
        const apart = Math.abs(time - this.#time[slot]!)
        return Number.isNaN(apart) || apart <= TWIN_NANOSECONDS
      }
    }
    return false
  }

  /** How many of these bytes differ from those first seen at the same sequence numbers, as far as they are still held. */
  countDiffering(newest: number, sequence: number, buffer: Uint8Array, start: number, end: number): number {
    let differing = 0
    for (let entry = newest; this.#holds(entry); entry = this.#previous[entry & this.#entryMask]!) {
      const slot = entry & this.#entryMask
      const position = this.#position[slot]!
      if (this.#written - position > this.#bytes.length) break
      const ahead = sequenceDistance(sequence, this.#sequence[slot]!)
      const from = Math.max(0, -ahead)
      const to = Math.min(end - start, this.#length[slot]! - ahead)
      for (let i = from; i < to; i++) {
        if (this.#bytes[(position + ahead + i) % this.#bytes.length] !== buffer[start + i]) differing++
      }
    }
    return differing
  }

  #holds(entry: number): boolean {
    return entry >= 0 && ((this.#entries - entry) & 0x7fffffff) <= this.#entryMask
  }
}
