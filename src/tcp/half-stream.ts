/**
 * One direction of a TCP connection: what has been delivered, and what waits behind a hole.
 *
 * A box without policy: it puts bytes in order; when a hole is given up is decided by the connection table. Where bytes overlap, those
 * seen first stay. Sequence numbers are signed 32-bit (bytes/sequence.ts).
 */
import { sequenceDistance } from '../bytes/sequence.ts'
import { HALF, STATE, type Row } from './row.ts'

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

/** What a direction needs only where segments are lost, repeated or swapped, and at its end. Few have one of their own: most connections just work. */
export class Disorder {
  waiting: Waiting[] | null = null
  /** Behind the last byte seen, while bytes wait. */
  highest = 0
  /** Bytes that wait behind a hole. */
  waitingBytes = 0
  /** When the hole at `next` was first known to be lost: capture time and the connection's frame count. Only while `lost`. */
  lostTime = NaN
  lostAtFrames = 0
  /** When bytes behind the hole at `next` were first seen. */
  holeTime = NaN
  gaps = 0
  gapBytes = 0
  retransmissions = 0
  outOfOrder = 0
  /** Frames that the capture holds twice. */
  duplicates = 0
  /** The RST of this end stands behind bytes that the capture does not hold. */
  unseenBeforeReset = false
}

/** That of all directions without one of their own. Only read. */
const NONE = new Disorder()

export class HalfStream {
  readonly #row: Row
  /** Where this direction's words begin in its connection's row. */
  readonly #from: number
  #disorder: Disorder = NONE
  /** Sequence number of the FIN, where one was seen. */
  finSequence = 0

  constructor(row: Row, from: number) {
    this.#row = row
    this.#from = from
  }

  get disorder(): Readonly<Disorder> {
    return this.#disorder
  }

  /** One of its own, to be changed. */
  get ownDisorder(): Disorder {
    if (this.#disorder === NONE) this.#disorder = new Disorder()
    return this.#disorder
  }

  /** How often bytes of it were given up. */
  get gaps(): number {
    return this.#disorder.gaps
  }

  get synSeen(): boolean {
    return this.#is(STATE.syn)
  }

  set synSeen(seen: boolean) {
    this.#mark(STATE.syn, seen)
  }

  /** Sequence number that its first segment had, less one where that was not a SYN: as Wireshark's base for relative numbers. */
  get base(): number {
    return (this.#word(HALF.first) - 1) | 0
  }

  /** False until a segment told where the stream stands. */
  get started(): boolean {
    return this.#is(STATE.started)
  }

  /** The next sequence number to deliver. */
  get next(): number {
    return this.#word(HALF.next)
  }

  /** Stream offset of `next`: bytes delivered or missing before it. */
  get offset(): number {
    return ((this.next - this.#word(HALF.first)) >>> 0) + this.#word(HALF.turns) * 2 ** 32
  }

  /** Sorted by sequence, without overlaps, all behind a hole; null while in order. */
  get waiting(): readonly Waiting[] | null {
    return this.#disorder.waiting
  }

  /** Bytes before those seen last are not here yet, and may never come. */
  get hasHole(): boolean {
    return this.#disorder.waiting !== null || this.lost
  }

  /** Behind the last byte seen, delivered or waiting. */
  get highest(): number {
    const { waiting, highest } = this.#disorder
    return waiting === null ? this.next : highest
  }

  /** Up to where the other end has acknowledged; only where `acknowledgedKnown`. */
  get acknowledged(): number {
    return this.#word(HALF.acknowledged)
  }

  get acknowledgedKnown(): boolean {
    return this.#is(STATE.acknowledged)
  }

  /** When the other end acknowledged up to there: nanoseconds since the capture's first frame. */
  get acknowledgedTime(): number {
    const { times, at } = this.#row
    return times[(at + this.#from + HALF.acknowledgedTime) / 2]!
  }

  /** The stream offset behind the last byte that the other end has acknowledged; -1 where it acknowledged nothing yet. */
  get acknowledgedOffset(): number {
    return this.acknowledgedKnown ? this.offset + sequenceDistance(this.acknowledged, this.next) : -1
  }

  /** The end that sends here takes no more bytes itself. */
  get windowClosed(): boolean {
    return this.#is(STATE.windowClosed)
  }

  set windowClosed(closed: boolean) {
    this.#mark(STATE.windowClosed, closed)
  }

  acknowledge(acknowledgement: number, time: number): void {
    this.#set(HALF.acknowledged, acknowledgement)
    const { times, at } = this.#row
    times[(at + this.#from + HALF.acknowledgedTime) / 2] = time
    this.#mark(STATE.acknowledged, true)
  }

  /** The hole at `next` is known to be lost; only the time until it is given up has to pass. */
  get lost(): boolean {
    return this.#is(STATE.lost)
  }

  set lost(lost: boolean) {
    this.#mark(STATE.lost, lost)
  }

  get finSeen(): boolean {
    return this.#is(STATE.fin)
  }

  get closed(): boolean {
    return this.#is(STATE.closed)
  }

  set closed(closed: boolean) {
    this.#mark(STATE.closed, closed)
  }

  /** Newest entry of this direction in the segment history. */
  get historyEntry(): number {
    return this.#word(HALF.history)
  }

  set historyEntry(entry: number) {
    this.#set(HALF.history, entry)
  }

  start(sequence: number, syn: boolean): void {
    this.synSeen = syn
    const first = syn ? (sequence + 1) | 0 : sequence
    const { words, at } = this.#row
    const own = at + this.#from
    words[own + HALF.next] = first
    words[own + HALF.first] = first
    words[own + HALF.turns] = 0
    words[own + HALF.state]! |= STATE.started
  }

  end(finSequence: number): void {
    this.finSequence = finSequence
    this.#mark(STATE.fin, true)
  }

  /** The next `length` bytes are delivered, or missing for good. */
  advance(length: number): void {
    const before = this.offset
    this.#set(HALF.next, (this.next + length) | 0)
    if (this.offset < before) this.#set(HALF.turns, this.#word(HALF.turns) + 1)
    this.#mark(STATE.lost, false)
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
    const own = this.ownDisorder
    if (own.waiting === null) own.highest = this.next
    const list = (own.waiting ??= [])
    this.#mark(STATE.waiting, true)
    const end = (added.sequence + added.bytes.length + added.missing) | 0
    if (sequenceDistance(end, own.highest) > 0) own.highest = end
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
        own.waitingBytes += before
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
      own.waitingBytes += bytes.length
    }
    return conflicts
  }

  /** The first waiting run if it begins at or before `next`, taken out of the list; null while a hole is before it. */
  takeReady(): Waiting | null {
    const own = this.#disorder
    const list = own.waiting
    const first = list?.[0]
    if (list === null || first === undefined || sequenceDistance(first.sequence, this.next) > 0) return null
    list.shift()
    own.waitingBytes -= first.bytes.length
    if (list.length === 0) {
      own.waiting = null
      this.#mark(STATE.waiting, false)
    }
    const repeated = sequenceDistance(this.next, first.sequence)
    if (repeated > 0) {
      first.bytes = first.bytes.subarray(Math.min(repeated, first.bytes.length))
      first.sequence = this.next
    }
    return first
  }

  #word(word: number): number {
    const { words, at } = this.#row
    return words[at + this.#from + word]!
  }

  #set(word: number, value: number): void {
    const { words, at } = this.#row
    words[at + this.#from + word] = value
  }

  #is(state: number): boolean {
    const { words, at } = this.#row
    return (words[at + this.#from + HALF.state]! & state) !== 0
  }

  #mark(state: number, on: boolean): void {
    const { words, at } = this.#row
    const index = at + this.#from + HALF.state
    words[index] = on ? words[index]! | state : words[index]! & ~state
  }
}
