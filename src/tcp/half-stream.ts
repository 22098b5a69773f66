/**
 * One direction of a TCP connection: what has been delivered, and what waits behind a hole.
 *
 * A box without policy: it puts bytes in order; when a hole is given up, and when bytes without a hole before them wait, is decided by the connection
 * table. Where bytes overlap, those seen first stay. Sequence numbers are signed 32-bit (bytes/sequence.ts).
 */
import { sequenceDistance } from '../bytes/sequence.ts'
import { HALF, STATE, type Row } from './row.ts'

/** What came in one segment of the bytes that wait: behind a hole, or for what they acknowledge. They are a copy. */
export interface Arrival {
  readonly sequence: number
  readonly bytes: Uint8Array
  /** Bytes of the segment beyond `bytes` that the frame did not hold (snap length). */
  readonly missing: number
  readonly frame: number
  readonly time: number
  /** As in StreamData. */
  readonly acknowledged: number
  readonly acknowledgedTime: number
  readonly checksumValid: boolean
}

/** A segment with RST: where it stands, how many bytes of the other direction it acknowledges (-1 where unknown), and where it was seen. */
export interface Reset {
  readonly sequence: number
  readonly acknowledged: number
  readonly frame: number
  readonly time: number
}

/** A run of bytes that waits. */
export interface Waiting extends Arrival {
  sequence: number
  bytes: Uint8Array
  missing: number
  /** Later bytes had been seen before. */
  readonly filledHole: boolean
  /** The frame that filled the last hole before it, and its time; its own where there was none, or was given up; 0 while there is one. */
  readyFrame: number
  readyTime: number
}

/** What a run takes besides its bytes: measured, with the array that holds those. */
const RUN_MEMORY = 400

/** What a direction needs only where segments are lost, repeated or swapped, and at its end. Few have one of their own: most connections just work. */
export class Disorder {
  waiting: Waiting[] | null = null
  /** While bytes wait: behind the last byte seen, and behind the last one without a hole before it. */
  highest = 0
  reached = 0
  waitingBytes = 0
  /** When the hole at `next` was first known to be lost: capture time and the connection's frame count. Only while `lost`. */
  lostTime = NaN
  lostAtFrames = 0
  /** When bytes behind the hole at `next` were first seen. */
  holeTime = NaN
  gaps = 0
  gapBytes = 0
  /** Stream offset behind the newest gap. */
  gapEnd = -1
  /** Stream offset up to which bytes that were told of the other direction had acknowledged this one before it was told. */
  overtaken = -1
  retransmissions = 0
  outOfOrder = 0
  /** Frames that the capture holds twice. */
  duplicates = 0
  /** The first RST that this end sent. */
  reset: Reset | null = null
  /** When the end of this direction began to wait for what was sent before it: capture time and the connection's frame count. */
  endTime = NaN
  endAtFrames = 0
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
  /** Where a FIN was seen: its sequence number, and how many bytes of the other direction it acknowledged, -1 where unknown. */
  finSequence = 0
  finAcknowledged = -1
  /** Its frame, or the one that filled the last hole before it, and the time of that. */
  finFrame = 0
  finTime = NaN
  /** No hole is before it any more. */
  #finReady = false

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

  /** The stream offset behind the newest of these gaps; -1 where there is none. */
  get gapEnd(): number {
    return this.#disorder.gapEnd
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

  /** False until a segment of it told where the stream stands. */
  get started(): boolean {
    return this.placed && !this.expected
  }

  /** It is known where the stream stands, be it from what the other end acknowledged. */
  get placed(): boolean {
    return this.#is(STATE.started)
  }

  /** It is known from the other end where it begins, and nothing of it was seen yet: it comes later in the capture, or not at all. */
  get expected(): boolean {
    return this.#is(STATE.expected)
  }

  /** The next sequence number to deliver. */
  get next(): number {
    return this.#word(HALF.next)
  }

  /** Stream offset of `next`: bytes delivered or missing before it. */
  get offset(): number {
    return ((this.next - this.#word(HALF.first)) >>> 0) + this.#word(HALF.turns) * 2 ** 32
  }

  /** About how much memory all that waits takes. */
  get waitingMemory(): number {
    const { waiting, waitingBytes } = this.#disorder
    return waiting === null ? 0 : waitingBytes + waiting.length * RUN_MEMORY
  }

  /** Sorted by sequence, without overlaps; null where none wait. */
  get waiting(): readonly Waiting[] | null {
    return this.#disorder.waiting
  }

  /** Bytes before those seen last, or before the FIN, are not here yet, and may never come. */
  get hasHole(): boolean {
    const { waiting, highest, reached } = this.#disorder
    return (waiting !== null && highest !== reached) || this.lost || (this.finSeen && this.#isBeforeFin)
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
    return this.acknowledgedKnown && this.started ? this.offset + sequenceDistance(this.acknowledged, this.next) : -1
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
    // What was acknowledged before was of another stream.
    words[own + HALF.state]! &= ~(STATE.expected | STATE.acknowledged | STATE.lost)
    words[own + HALF.state]! |= STATE.started
  }

  /** The other end has acknowledged all before `first`, and that is where it begins. */
  expect(first: number): void {
    this.start(first, false)
    this.#mark(STATE.expected, true)
  }

  /** The expected stream begins indeed. */
  appear(): void {
    this.#mark(STATE.expected, false)
  }

  /** Nothing of the expected stream comes. */
  forget(): void {
    const { words, at } = this.#row
    words[at + this.#from + HALF.state]! &= ~(STATE.started | STATE.expected | STATE.acknowledged | STATE.lost)
  }

  end(finSequence: number, acknowledged: number, frame: number, time: number): void {
    this.finSequence = finSequence
    this.finAcknowledged = acknowledged
    this.finFrame = frame
    this.finTime = time
    this.#mark(STATE.fin, true)
  }

  /** A segment came after which there may be no hole before the FIN any more. */
  noteFin(frame: number, time: number): void {
    if (this.#finReady || this.#isBeforeFin) return
    this.#finReady = true
    this.finFrame = frame
    this.finTime = time
  }

  get #isBeforeFin(): boolean {
    const { waiting, reached } = this.#disorder
    return sequenceDistance(waiting === null ? this.next : reached, this.finSequence) < 0
  }

  /** The next `length` bytes are delivered. */
  advance(length: number): void {
    const before = this.offset
    this.#set(HALF.next, (this.next + length) | 0)
    if (this.offset < before) this.#set(HALF.turns, this.#word(HALF.turns) + 1)
    this.#mark(STATE.lost, false)
  }

  /** What was told of the other direction had acknowledged this one up to this stream offset before it was told; -1 where that never was. */
  get overtaken(): number {
    return this.#disorder.overtaken
  }

  /** Bytes of the other direction that acknowledge this one up to there are told now. */
  overtake(acknowledged: number): void {
    if (acknowledged > this.offset && acknowledged > this.overtaken) this.ownDisorder.overtaken = acknowledged
  }

  /** The byte before `next` is not in the capture. */
  get behindGap(): boolean {
    return this.gapEnd === this.offset
  }

  /** The next `length` bytes are given up: a gap, or more of the one before. */
  skip(length: number): void {
    const own = this.ownDisorder
    if (!this.behindGap) own.gaps++
    this.advance(length)
    own.gapBytes += length
    own.gapEnd = this.offset
    if (own.waiting !== null) this.#noteReady(own, own.waiting, null)
  }

  /** The stream offset that an acknowledgement number stands for, or -1 where this direction has not been seen. */
  offsetOf(acknowledgement: number): number {
    return this.placed ? this.offset + sequenceDistance(acknowledgement, this.next) : -1
  }

  /**
   * Puts bytes among those that wait. Returns how many of them repeat waiting bytes with other values.
   * Repeated bytes keep their first value, unless that segment's checksum was wrong and this one's is right.
   */
  wait(added: Arrival): number {
    const own = this.ownDisorder
    if (own.waiting === null) own.highest = own.reached = this.next
    const list = (own.waiting ??= [])
    this.#mark(STATE.waiting, true)
    const end = (added.sequence + added.bytes.length + added.missing) | 0
    if (added.sequence === own.reached && added.sequence === own.highest) {
      // In order: it only waits for what it acknowledges.
      own.highest = own.reached = end
      list.push(runOf(own, added, added.sequence, added.bytes, added.missing, added))
      return 0
    }
    if (sequenceDistance(added.sequence, own.highest) >= 0) {
      // Behind all that was seen, and a hole.
      own.highest = end
      list.push(runOf(own, added, added.sequence, added.bytes, added.missing, null))
      return 0
    }
    if (sequenceDistance(end, own.highest) > 0) own.highest = end
    const conflicts = this.#place(own, list, added)
    this.#noteReady(own, list, added)
    return conflicts
  }

  #place(own: Disorder, list: Waiting[], added: Arrival): number {
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
        list.splice(index, 0, runOf(own, added, sequence, bytes.subarray(0, before), 0, null))
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
    if (bytes.length > 0 || added.missing > 0) list.splice(index, 0, runOf(own, added, sequence, bytes, added.missing, null))
    return conflicts
  }

  /** Finds the runs that have no hole before them any more, because of this segment, or (null) because the hole was given up. */
  #noteReady(own: Disorder, list: readonly Waiting[], filled: Arrival | null): void {
    let reached = this.next
    for (const run of list) {
      if (sequenceDistance(run.sequence, reached) > 0) break
      if (run.readyFrame === 0) {
        const { frame, time } = filled ?? run
        run.readyFrame = frame
        run.readyTime = time
      }
      const end = (run.sequence + run.bytes.length + run.missing) | 0
      if (sequenceDistance(end, reached) > 0) reached = end
    }
    own.reached = reached
    if (filled === null && this.finSeen && !this.#isBeforeFin) this.#finReady = true
  }

  /** The first waiting run if no hole is before it. */
  get ready(): Waiting | null {
    const first = this.#disorder.waiting?.[0]
    return first === undefined || sequenceDistance(first.sequence, this.next) > 0 ? null : first
  }

  /** Nobody wants what waits any more. */
  dropWaiting(): void {
    if (this.waiting === null) return
    const own = this.#disorder
    own.waiting = null
    own.waitingBytes = 0
    this.#mark(STATE.waiting, false)
  }

  /** Takes the run that is `ready` out of the list. */
  takeReady(): void {
    const own = this.#disorder
    const first = own.waiting!.shift()!
    own.waitingBytes -= first.bytes.length
    if (own.waiting!.length === 0) {
      own.waiting = null
      this.#mark(STATE.waiting, false)
    }
    const repeated = sequenceDistance(this.next, first.sequence)
    if (repeated > 0) {
      first.bytes = first.bytes.subarray(Math.min(repeated, first.bytes.length))
      first.sequence = this.next
    }
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

/** A run of bytes of this segment, counted among those that wait. `ready`: the segment since which no hole is before it; null while there is one. */
function runOf(own: Disorder, added: Arrival, sequence: number, bytes: Uint8Array, missing: number, ready: Arrival | null): Waiting {
  own.waitingBytes += bytes.length
  const { frame, time, acknowledged, acknowledgedTime, checksumValid } = added
  const filledHole = sequenceDistance(own.highest, (sequence + bytes.length + missing) | 0) > 0
  return { sequence, bytes, missing, frame, time, acknowledged, acknowledgedTime, checksumValid, filledHole, readyFrame: ready?.frame ?? 0, readyTime: ready?.time ?? NaN }
}
