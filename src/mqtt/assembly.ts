/**
 * Bytes of a stream that cannot be handed on yet (an unfinished packet, a search for a boundary), and the segments that brought them.
 * The only place where the MQTT layer copies stream bytes.
 */
import type { StreamData } from '../tcp/stream-sink.ts'

/** What StreamData said of a run of the assembled bytes. `start` counts from the first assembled byte. */
export interface AssembledSegment {
  start: number
  /** Its first assembled byte is the first of the segment. */
  begins: boolean
  readonly frame: number
  readonly time: number
  readonly seenFrame: number
  readonly seenTime: number
  readonly acknowledged: number
  readonly acknowledgedTime: number
  /** Stream offset of the first assembled byte of it, and behind the segment. */
  offset: number
  readonly end: number
  readonly filledHole: boolean
  /** Where in the capture its first assembled byte is (Locate). */
  position: number
}

/** Where in the capture a byte is: its offset in all the bytes of it; -1 where it cannot be told, as of a segment that waited for another one. */
export type Locate = (buffer: Uint8Array, index: number) => number

/** Counts the bytes of all assemblies together, so that a limit can hold for the whole capture. */
export class AssemblyBudget {
  used = 0
  readonly limit: number
  constructor(limit: number) {
    this.limit = limit
  }
}

const EMPTY = new Uint8Array(0)
const NO_SEGMENTS: AssembledSegment[] = []
/** A buffer up to this size is kept for the next packet; most unfinished packets are smaller. */
const KEPT_CAPACITY = 4_096

export class Assembly {
  bytes: Uint8Array = EMPTY
  length = 0
  segments: AssembledSegment[] = NO_SEGMENTS
  readonly #budget: AssemblyBudget
  readonly #maximumSegments: number
  readonly #locate: Locate | null

  constructor(budget: AssemblyBudget, maximumSegments: number, locate: Locate | null = null) {
    this.#budget = budget
    this.#maximumSegments = maximumSegments
    this.#locate = locate
  }

  /** Copies `data.buffer[start..start + count)` behind what is there. False, and nothing done, where the budget does not allow it. */
  append(data: StreamData, start: number, count: number): boolean {
    const needed = this.length + count
    if (needed > this.bytes.length) {
      const capacity = Math.max(256, needed, Math.min(this.bytes.length * 2, this.bytes.length + 1_048_576))
      const more = capacity - this.bytes.length
      if (this.#budget.used + more > this.#budget.limit) return false
      this.#budget.used += more
      const grown = new Uint8Array(capacity)
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    }
    this.note(data, this.length, start)
    const bytes = this.bytes
    if (count < 64) for (let i = 0; i < count; i++) bytes[this.length + i] = data.buffer[start + i]!
    else bytes.set(data.buffer.subarray(start, start + count), this.length)
    this.length = needed
    return true
  }

  /** Remembers which segment brought the bytes from `start` on, which are those of `data` from `index` on, without keeping the bytes themselves. */
  note(data: StreamData, start: number, index: number): void {
    const last = this.segments[this.segments.length - 1]
    if (last !== undefined && last.seenFrame === data.seenFrame && last.frame === data.frame) return
    if (this.segments.length >= this.#maximumSegments) return
    if (this.segments === NO_SEGMENTS) this.segments = []
    this.segments.push({
      start,
      begins: index === data.start,
      frame: data.frame,
      time: data.time,
      seenFrame: data.seenFrame,
      seenTime: data.seenTime,
      acknowledged: data.acknowledged,
      acknowledgedTime: data.acknowledgedTime,
      offset: data.offset + index - data.start,
      end: data.offset + data.end - data.start,
      filledHole: data.filledHole,
      position: data.position >= 0 ? data.position + index - data.start : this.#locate === null ? -1 : this.#locate(data.buffer, index),
    })
  }

  /** Hands over all that is assembled; the assembly is empty afterwards. Its buffer still counts until `recycle`. */
  take(): { bytes: Uint8Array; length: number; segments: AssembledSegment[] } {
    const taken = { bytes: this.bytes, length: this.length, segments: this.segments }
    this.bytes = EMPTY
    this.length = 0
    this.segments = NO_SEGMENTS
    return taken
  }

  /** Gives a taken buffer back. */
  recycle(bytes: Uint8Array): void {
    if (this.bytes.length === 0 && bytes.length <= KEPT_CAPACITY) this.bytes = bytes
    else this.#budget.used -= bytes.length
  }

  /** Keeps only the first `length` bytes, in a buffer of just that size. Segments stay. */
  shrink(length: number): void {
    this.#budget.used -= this.bytes.length - length
    this.bytes = this.bytes.slice(0, length)
    this.length = length
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
    let first = 0
    while (first + 1 < this.segments.length && this.segments[first + 1]!.start <= count) first++
    this.segments.splice(0, first)
    for (const segment of this.segments) {
      const dropped = Math.max(0, count - segment.start)
      if (dropped > 0) segment.begins = false
      segment.offset += dropped
      if (segment.position >= 0) segment.position += dropped
      segment.start = Math.max(0, segment.start - count)
    }
  }

  clear(): void {
    this.length = 0
    this.segments = NO_SEGMENTS
    if (this.bytes.length > KEPT_CAPACITY) this.release()
  }

  release(): void {
    this.#budget.used -= this.bytes.length
    this.bytes = EMPTY
    this.length = 0
    this.segments = NO_SEGMENTS
  }
}
