/**
 * One direction of a TCP connection: what has been delivered, and what waits behind a hole.
 *
 * A box without policy: it puts bytes in order; when a hole is given up is decided by the connection table. Where bytes overlap, those
 * seen first stay. Sequence numbers are signed 32-bit (bytes/sequence.ts).
 */
import { sequenceDistance } from '../bytes/sequence.ts'

/** A run of bytes that waits behind a hole. Its bytes are a copy. */
export interface Waiting {
  sequence: number
  bytes: Uint8Array
  /** Bytes of the segment beyond `bytes` that the frame did not hold (snap length). */
  missing: number
  readonly frame: number
  readonly time: number
  readonly acknowledged: number
  readonly checksumValid: boolean
}

export class HalfStream {
  // What every segment needs comes first: with thousands of connections, each further cache line counts.

  /** False until a segment told where the stream stands. */
  started = false
  /** The next sequence number to deliver, and its stream offset. */
  next = 0
  offset = 0
  /** Behind the last byte seen, delivered or waiting. */
  highest = 0
  /** Sorted by sequence, without overlaps, all behind a hole; null while in order. */
  waiting: Waiting[] | null = null
  /** Whether the other end has acknowledged anything, and up to where. */
  acknowledgedKnown = false
  acknowledged = 0
  /** Frame count of the connection when the hole at `next` was first known to be lost; -1 while there is none. */
  lostAtFrames = -1
  /** Newest entry of this direction in the segment history. */
  historyEntry = -1
  finSeen = false
  closed = false
  /** State of the layer above for this direction. This layer only carries it. */
  attachment: unknown = null

  /** Capture time of the same moment. */
  lostTime = NaN
  /** When bytes behind the hole at `next` were first seen. */
  holeTime = NaN
  /** Sequence number that its first segment had, less one where that was not a SYN: as Wireshark's base for relative numbers. */
  base = 0
  synSeen = false
  /** Sequence number of the FIN, where one was seen. */
  finSequence = 0
  waitingBytes = 0
  gaps = 0
  gapBytes = 0
  retransmissions = 0
  outOfOrder = 0
  /** Frames that the capture holds twice. */
  duplicates = 0

  start(sequence: number, syn: boolean): void {
    this.started = true
    this.synSeen = syn
    this.base = syn ? sequence : (sequence - 1) | 0
    this.next = syn ? (sequence + 1) | 0 : sequence
    this.highest = this.next
  }

  /** The stream offset that an acknowledgement number stands for, or -1 where this direction has not been seen. */
  offsetOf(acknowledgement: number): number {
    return this.started ? this.offset + sequenceDistance(acknowledgement, this.next) : -1
  }

  /**
   * Puts bytes behind a hole. Returns how many of them repeat waiting bytes with other values.
   * Repeated bytes keep their first value, unless that segment's checksum was wrong and this one's is right.
   */
  wait(added: Waiting): number {
    const list = (this.waiting ??= [])
    let conflicts = 0
    let sequence = added.sequence
    let bytes = added.bytes
    let index = 0
    while (index < list.length) {
      const held = list[index]!
      const heldEnd = (held.sequence + held.bytes.length) | 0
      if (sequenceDistance(heldEnd, sequence) <= 0) {
        index++
        continue
      }
      const before = sequenceDistance(held.sequence, sequence)
      if (before >= bytes.length) break
      if (before > 0) {
        list.splice(index, 0, { ...added, sequence, bytes: bytes.slice(0, before), missing: 0 })
        this.waitingBytes += before
        index++
        sequence = held.sequence
        bytes = bytes.subarray(before)
      }
      const from = sequenceDistance(sequence, held.sequence)
      const shared = Math.min(held.bytes.length - from, bytes.length)
      let differing = 0
      for (let i = 0; i < shared; i++) if (held.bytes[from + i] !== bytes[i]) differing++
      conflicts += differing
      if (differing > 0 && !held.checksumValid && added.checksumValid) held.bytes.set(bytes.subarray(0, shared), from)
      sequence = (sequence + shared) | 0
      bytes = bytes.subarray(shared)
      index++
      if (bytes.length === 0) return conflicts
    }
    if (bytes.length > 0 || added.missing > 0) {
      list.splice(index, 0, { ...added, sequence, bytes: bytes.slice() })
      this.waitingBytes += bytes.length
    }
    return conflicts
  }

  /** The first waiting run if it begins at or before `next`, taken out of the list; null while a hole is before it. */
  takeReady(): Waiting | null {
    const first = this.waiting?.[0]
    if (first === undefined || sequenceDistance(first.sequence, this.next) > 0) return null
    this.waiting!.shift()
    if (this.waiting!.length === 0) this.waiting = null
    this.waitingBytes -= first.bytes.length
    const repeated = sequenceDistance(this.next, first.sequence)
    if (repeated > 0) {
      first.bytes = first.bytes.subarray(Math.min(repeated, first.bytes.length))
      first.sequence = this.next
    }
    return first
  }
}
