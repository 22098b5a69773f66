/**
 * TCP reassembly for a passive observer: segments in, the bytes of each direction in order out (StreamSink).
 *
 * Both directions are told in step (in-step.ts).
 *
 * It never waits for ever: a hole is given up when the other end has acknowledged bytes that the capture lacks and neither `lostAfter` of
 * capture time nor `lostAfterFrames` more frames of the connection brought them, when the other end is not captured and `unheardAfter` did not
 * bring them, when a limit is reached, or when the capture ends. It never
 * reorders what it has delivered, verifies no checksum (but to choose between bytes that differ), and keeps nothing of connections that the
 * layer above ignores but their existence.
 *
 * Connections are numbered as Wireshark's `tcp.stream`: a SYN whose sequence number is not that of the known connection, or that follows its
 * FIN or RST, begins a new one.
 */
import { sequenceDistance } from '../bytes/sequence.ts'
import { verifyTcpChecksum } from '../network/checksum.ts'
import { TCP_FLAGS, type TcpSegment } from '../network/segment.ts'
import { ConnectionIndex } from './connection-index.ts'
import { TcpConnection, type End } from './connection.ts'
import type { HalfStream } from './half-stream.ts'
import { SegmentHistory, TWIN_NANOSECONDS, type HistoryLimits } from './history.ts'
import {
  firstBehindHole, firstCaptured, firstPart, firstUnheard, holeOf, isAhead, isEndAhead, isFinished, isOpen, isResetAhead, LARGEST_WINDOW, lostBytes, nextReady,
} from './in-step.ts'
import { HALF, HALF_AT, ROW, ROW_WORDS, STATE } from './row.ts'
import { StreamData, type CloseReason, type GapReason, type StreamReader, type StreamSink } from './stream-sink.ts'

export interface TcpLimits extends HistoryLimits {
  /** Bytes and runs that may wait behind one hole, and the memory for those of all connections together. */
  readonly waitingBytes: number
  readonly waitingRuns: number
  readonly waitingMemoryTotal: number
  /** Nanoseconds of capture time, and frames of the connection, after which acknowledged bytes are taken for lost. */
  readonly lostAfter: number
  readonly lostAfterFrames: number
  /** Nanoseconds of capture time after which bytes are taken for lost where nothing of the other direction was captured. */
  readonly unheardAfter: number
  /** Connections remembered at once, and how long an ended one is (nanoseconds), so that late segments still belong to it. */
  readonly connections: number
  readonly endedKept: number
  /** Hours of capture time without a frame after which a connection is forgotten. */
  readonly silentHours: number
}

/** Bytes that come within this time after later ones were swapped on the way; later than that, they were sent again. Wireshark uses 3 ms too. */
const OUT_OF_ORDER_NANOSECONDS = 3_000_000

export class ConnectionTable {
  readonly #sink: StreamSink
  readonly #limits: TcpLimits
  readonly #history: SegmentHistory
  readonly #data = new StreamData()
  readonly #index: ConnectionIndex<TcpConnection>
  /** Two for each connection of the index. */
  #readers: StreamReader[] = []
  #sweepAt = 512
  #streams = 0
  #waitingMemory = 0
  /** Connections with bytes that are known to be lost, or with bytes behind a hole. */
  readonly #holes = new Set<TcpConnection>()
  #nextHoleCheck = -Infinity
  /** Segments since then. */
  #sinceHoleCheck = 0
  #gaps = 0
  #gapBytes = 0
  #retransmissions = 0
  #evicted = 0
  /** The newest frame at the end of each of the last hours, the oldest first. */
  readonly #hours: number[] = []

  constructor(sink: StreamSink, limits: TcpLimits) {
    this.#sink = sink
    this.#limits = limits
    this.#index = new ConnectionIndex(limits.connections, (segment, row) => new TcpConnection(this.#streams++, segment.frame, segment.time, row))
    this.#history = new SegmentHistory(limits)
  }

  /** TCP connections seen so far. */
  get streams(): number {
    return this.#streams
  }
  get gaps(): number {
    return this.#gaps
  }
  get gapBytes(): number {
    return this.#gapBytes
  }
  get retransmissions(): number {
    return this.#retransmissions
  }
  /** Connections forgotten while they may have been alive, because there were too many. */
  get evicted(): number {
    return this.#evicted
  }

  push(segment: TcpSegment): void {
    let index = this.#index.find(segment)
    let sender = this.#index.sender
    if (index < 0) {
      index = this.#open(segment)
      sender = 0
    }
    const words = this.#index.words
    const at = index * ROW_WORDS
    words[at + ROW.frames]!++
    words[at + ROW.lastFrame] = segment.frame
    if (!this.#takePlain(words, at, index, sender, segment)) this.#takeAny(index, sender, segment)
    if (this.#holes.size > 0) this.#checkHoles(this.#index.held[index]!, segment.frame, segment.time)
  }

  /** The segments that come now lie in this chunk, which stays as it is until `settle`. A hint only: without it all works, slower. */
  lend(chunk: Uint8Array): void {
    this.#history.lend(chunk)
  }

  settle(): void {
    this.#history.settle()
  }

  /** Capture time went on without segments: lost bytes are noticed. */
  tick(frame: number, now: number): void {
    for (const connection of this.#holes) this.#giveUpLost(connection, frame, now)
  }

  /** Those that are remembered: open ones, and those that ended a short while ago. */
  get held(): readonly TcpConnection[] {
    return this.#index.held
  }

  /** Another hour of capture time is over: connections without a frame in the last `silentHours` are forgotten, for they may have no end in the capture. */
  hour(frame: number, time: number): void {
    this.#hours.push(frame)
    if (this.#hours.length <= this.#limits.silentHours) return
    const since = this.#hours.shift()!
    const kept: number[] = []
    this.#index.held.forEach((connection, index) => {
      // A difference, since the row has only the lower 32 bits.
      if (((connection.lastFrame - since) | 0) > 0) kept.push(index)
      else {
        connection.silent = true
        this.#end(connection, frame, time)
      }
    })
    this.#keep(kept)
  }

  /** The capture ended: what waits is delivered behind its gaps, and every direction is closed. */
  finish(frame: number, time: number): void {
    for (const connection of this.#index.held.toSorted((a, b) => a.stream - b.stream)) this.#end(connection, frame, time)
    this.#holes.clear()
  }

  /**
   * The straight path: a segment in order, with data or none, in a connection without holes. It is all that most captures consist of, so it works on the
   * row's words alone. False where the segment is anything else; nothing has changed then.
   */
  #takePlain(words: Int32Array, at: number, index: number, sender: End, segment: TcpSegment): boolean {
    const own = at + HALF_AT[sender]
    const other = at + HALF_AT[1 - sender]!
    const flags = segment.flags
    if ((flags & (TCP_FLAGS.syn | TCP_FLAGS.fin | TCP_FLAGS.rst)) !== 0 || words[at + ROW.ignored] === 1) return false
    if ((words[own + HALF.state]! & PLAIN) !== STATE.started || segment.window === 0) return false
    const held = segment.end - segment.start
    if (held !== segment.length || (held > 0 && segment.sequence !== words[own + HALF.next])) return false
    let acknowledged = -1
    const isStarted = (words[other + HALF.state]! & STATE.started) !== 0
    const acknowledges = (flags & TCP_FLAGS.ack) !== 0
    // The first that it acknowledges may say where the other direction begins.
    if (acknowledges && !isStarted && words[own + HALF.next] === words[own + HALF.first]) return false
    if (acknowledges && isStarted) {
      const next = words[other + HALF.next]!
      const ahead = (segment.acknowledgement - next) | 0
      if (ahead > 0) return false
      const state = words[other + HALF.state]!
      if ((state & STATE.acknowledged) === 0 || ((segment.acknowledgement - words[other + HALF.acknowledged]!) | 0) > 0) {
        words[other + HALF.acknowledged] = segment.acknowledgement
        words[other + HALF.state] = state | STATE.acknowledged
        this.#index.times[(other + HALF.acknowledgedTime) >> 1] = segment.time
      }
      acknowledged = ((next - words[other + HALF.first]!) >>> 0) + words[other + HALF.turns]! * TURN + ahead
    }
    if (held === 0) return true
    const done = (segment.sequence - words[own + HALF.first]!) >>> 0
    const data = this.#data
    data.offset = done + words[own + HALF.turns]! * TURN
    data.acknowledged = acknowledged
    data.acknowledgedTime = this.#index.times[(other + HALF.acknowledgedTime) >> 1]!
    if (done + held >= TURN) words[own + HALF.turns]!++
    words[own + HALF.next] = (segment.sequence + held) | 0
    words[own + HALF.history] = this.#history.add(
      words[own + HALF.history]!, segment.sequence, signatureOf(segment), segment.buffer, segment.start, segment.end, segment.time,
    )
    if (data.buffer !== segment.buffer) data.buffer = segment.buffer
    data.start = segment.start
    data.end = segment.end
    data.frame = segment.frame
    data.time = segment.time
    data.seenFrame = segment.frame
    data.seenTime = segment.time
    data.filledHole = false
    this.#readers[index * 2 + sender]!.data(data)
    return true
  }

  /** Whatever a segment may be. */
  #takeAny(index: number, sender: End, segment: TcpSegment): void {
    const flags = segment.flags
    let connection = this.#index.held[index]!
    if ((flags & TCP_FLAGS.syn) !== 0 && beginsAnew(connection, sender, segment)) {
      this.#end(connection, segment.frame, segment.time)
      connection = this.#replace(index, segment)
      sender = 0
    }
    const half = connection.half(sender)
    const other = connection.otherHalf(sender)
    let sequence = segment.sequence
    if ((flags & TCP_FLAGS.syn) !== 0) {
      if (connection.synSignature === 0) connection.synSignature = signatureOf(segment)
      if (connection.initiator === null) connection.initiator = (flags & TCP_FLAGS.ack) !== 0 ? ((1 - sender) as End) : sender
      // A second SYN of a half without data (split handshake, a load balancer's answer): the newest one counts.
      if (!half.placed || (half.offset === 0 && half.waiting === null && half.base !== sequence)) half.start(sequence, true)
      half.appear()
      half.synSeen = true
      if (connection.initiator !== sender && Number.isNaN(connection.answeredTime)) connection.answeredTime = segment.time
      sequence = (sequence + 1) | 0
    }
    if ((flags & TCP_FLAGS.rst) !== 0) {
      this.#reset(connection, sender, segment)
      return
    }
    if (half.expected && isWithinWindow(sequence, half)) half.appear()
    else if (!half.started) half.start(sequence, false)
    if (!other.placed && showsBeginning(connection, sender, segment)) other.expect(segment.acknowledgement)
    const windowClosed = segment.window === 0
    if (windowClosed !== half.windowClosed) {
      half.windowClosed = windowClosed
      this.#sink.window(connection, sender, windowClosed, segment.frame, segment.time)
    }
    if ((flags & TCP_FLAGS.ack) !== 0 && !isOfEarlierConnection(half, other)) this.#acknowledge(connection, other, segment)
    if (segment.length > 0 && !connection.ignored) this.#takeData(connection, sender, half, other, segment, sequence)
    if ((flags & TCP_FLAGS.fin) !== 0 && !half.finSeen) half.end((sequence + segment.length) | 0, acknowledgedBy(segment, other), segment.frame, segment.time)
    if (half.finSeen) {
      half.noteFin(segment.frame, segment.time)
      this.#closeFinished(connection, sender, segment.time)
    }
  }

  /** New bytes, old bytes, bytes behind a hole, or bytes that fill one. */
  #takeData(connection: TcpConnection, sender: End, half: HalfStream, other: HalfStream, segment: TcpSegment, sequence: number): void {
    const held = segment.end - segment.start
    const end = (sequence + segment.length) | 0
    // Keep-alive probe (RFC 9293 §3.8.4): the byte before the next one, with any value.
    if (segment.length === 1 && half.offset > 0 && sequenceDistance(end, half.highest) === 0) return
    const signature = signatureOf(segment)
    // What has bytes that were not seen before is no twin of anything.
    if (sequenceDistance(end, half.highest) <= 0 && this.#history.isTwin(half.historyEntry, signature, segment.time)) {
      half.ownDisorder.duplicates++
      return
    }
    const old = Math.min(segment.length, Math.max(0, sequenceDistance(half.next, sequence)))
    const heldOld = Math.min(old, held)
    let differing = heldOld > 0
      ? this.#history.countDiffering(half.historyEntry, sequence, segment.buffer, segment.start, segment.start + heldOld)
      : 0
    if (old === segment.length) {
      this.#retransmission(connection, sender, half, old, segment)
      if (differing > 0) this.#sink.conflict(connection, sender, differing, segment.frame, segment.time)
      return
    }
    const acknowledged = acknowledgedBy(segment, other)
    if (old === 0 && held === segment.length && sequence === half.next && half.waiting === null && !isAhead(acknowledged, other)) {
      this.#deliverSegment(connection, sender, half, segment, sequence, signature, acknowledged)
      return
    }
    if (!half.hasHole) half.ownDisorder.holeTime = segment.time
    const behindHighest = sequenceDistance(half.highest, sequence) > 0
    const before = half.disorder.waitingBytes
    const memoryBefore = half.waitingMemory
    differing += half.wait({
      sequence: (sequence + heldOld) | 0,
      bytes: segment.buffer.slice(segment.start + heldOld, segment.end),
      missing: segment.length - held,
      frame: segment.frame,
      time: segment.time,
      acknowledged,
      acknowledgedTime: other.acknowledgedTime,
      checksumValid: verifyTcpChecksum(segment),
    })
    const added = half.disorder.waitingBytes - before
    this.#waitingMemory += half.waitingMemory - memoryBefore
    half.historyEntry = this.#history.add(
      half.historyEntry, (sequence + heldOld) | 0, signature, segment.buffer, segment.start + heldOld, segment.end, segment.time,
    )
    if (added < held) {
      this.#retransmission(connection, sender, half, held - added, segment)
    } else if (behindHighest) {
      if (Math.abs(segment.time - half.disorder.holeTime) <= OUT_OF_ORDER_NANOSECONDS) half.ownDisorder.outOfOrder++
      else this.#retransmission(connection, sender, half, held, segment)
    }
    if (differing > 0) this.#sink.conflict(connection, sender, differing, segment.frame, segment.time)
    this.#drain(connection, segment.frame, segment.time)
    if (half.waiting !== null) {
      this.#holes.add(connection)
      if (half.disorder.waitingBytes > this.#limits.waitingBytes || half.waiting.length > this.#limits.waitingRuns) {
        this.#giveUp(connection, sender, 'limit', segment.frame, segment.time)
      }
      if (this.#waitingMemory > this.#limits.waitingMemoryTotal) this.#relieve(segment.frame, segment.time)
    }
  }

  /** A segment in order, and nothing to wait for. */
  #deliverSegment(connection: TcpConnection, sender: End, half: HalfStream, segment: TcpSegment, sequence: number, signature: number, acknowledged: number): void {
    const data = this.#data
    half.historyEntry = this.#history.add(half.historyEntry, sequence, signature, segment.buffer, segment.start, segment.end, segment.time)
    data.buffer = segment.buffer
    data.start = segment.start
    data.end = segment.end
    data.offset = half.offset
    data.frame = data.seenFrame = segment.frame
    data.time = data.seenTime = segment.time
    data.acknowledged = acknowledged
    data.acknowledgedTime = connection.otherHalf(sender).acknowledgedTime
    data.filledHole = false
    connection.otherHalf(sender).overtake(acknowledged)
    half.advance(segment.end - segment.start)
    connection.reader(sender).data(data)
  }

  #retransmission(connection: TcpConnection, sender: End, half: HalfStream, length: number, segment: TcpSegment): void {
    half.ownDisorder.retransmissions++
    this.#retransmissions++
    this.#sink.retransmitted(connection, sender, half.offsetOf(segment.sequence), length, segment.frame, segment.time)
  }

  /** Delivers what no longer waits. */
  #drain(connection: TcpConnection, frame: number, time: number): void {
    for (let sender = nextReady(connection); sender !== null; sender = nextReady(connection)) this.#deliverRun(connection, sender, frame, time)
  }

  /** The first waiting run, which has no hole before it. */
  #deliverRun(connection: TcpConnection, sender: End, frame: number, time: number): void {
    const half = connection.half(sender)
    const run = half.ready!
    const before = half.waitingMemory
    half.takeReady()
    this.#waitingMemory += half.waitingMemory - before
    if (run.bytes.length > 0) {
      const data = this.#data
      data.buffer = run.bytes
      data.start = 0
      data.end = run.bytes.length
      data.offset = half.offset
      data.frame = run.readyFrame
      data.time = run.readyTime
      data.seenFrame = run.frame
      data.seenTime = run.time
      data.acknowledged = connection.otherHalf(sender).started ? run.acknowledged : -1
      data.acknowledgedTime = run.acknowledgedTime
      data.filledHole = run.filledHole
      connection.otherHalf(sender).overtake(run.acknowledged)
      half.advance(run.bytes.length)
      connection.reader(sender).data(data)
    }
    if (run.missing > 0) {
      const missing = sequenceDistance((run.sequence + run.bytes.length + run.missing) | 0, half.next)
      if (missing > 0) this.#skip(connection, sender, half, missing, 'cut', frame, time)
    }
  }

  /** Declares the next `length` bytes missing: all of them, or those that the waiting bytes of the other direction had been sent after. */
  #skip(connection: TcpConnection, sender: End, half: HalfStream, hole: number, reason: GapReason, frame: number, time: number): void {
    if (half.expected) {
      half.forget()
      return
    }
    const length = firstPart(hole, half, connection.otherHalf(sender))
    if (!half.behindGap) this.#gaps++
    half.skip(length)
    half.lost = lostBytes(half) > 0
    this.#gapBytes += length
    this.#sink.gap(connection, sender, length, reason, frame, time)
  }

  /** What is first among the waiting bytes of this direction waits no longer: the hole before it is given up, or the one in the other direction. */
  #giveUp(connection: TcpConnection, sender: End, reason: GapReason, frame: number, time: number): void {
    const half = connection.half(sender)
    const other = connection.otherHalf(sender)
    if (half.ready === null) this.#skip(connection, sender, half, holeOf(half), reason, frame, time)
    else this.#skip(connection, (1 - sender) as End, other, Math.max(holeOf(other), lostBytes(other)), reason, frame, time)
    this.#drain(connection, frame, time)
  }

  /** `half`'s peer has acknowledged up to `segment.acknowledgement`. */
  #acknowledge(connection: TcpConnection, half: HalfStream, segment: TcpSegment): void {
    const acknowledgement = segment.acknowledgement
    if (!half.placed || sequenceDistance(acknowledgement, half.next) > LARGEST_WINDOW) return
    if (half.acknowledgedKnown && sequenceDistance(acknowledgement, half.acknowledged) <= 0) return
    half.acknowledge(acknowledgement, segment.time)
    if (connection.ignored) return
    if (!half.lost && lostBytes(half) > 0) {
      half.lost = true
      half.ownDisorder.lostAtFrames = connection.frames
      half.ownDisorder.lostTime = segment.time
      this.#holes.add(connection)
    }
  }

  #checkHoles(connection: TcpConnection, frame: number, time: number): void {
    if (this.#holes.has(connection)) this.#giveUpLost(connection, frame, time)
    if (Number.isNaN(time)) return
    if (++this.#sinceHoleCheck * HOLES_PER_SEGMENT < this.#holes.size) return
    if (!(time < this.#nextHoleCheck && time > this.#nextHoleCheck - 10 * this.#limits.lostAfter)) {
      this.#nextHoleCheck = time + this.#limits.lostAfter
      this.#sinceHoleCheck = 0
      for (const open of this.#holes) this.#giveUpLost(open, frame, time)
    }
  }

  /** Declares the gaps of a connection whose waiting time is over. */
  #giveUpLost(connection: TcpConnection, frame: number, time: number): void {
    if (connection.ignored) {
      this.#dropWaiting(connection, frame, time)
      return
    }
    this.#drain(connection, frame, time)
    const one = connection.half(0)
    const other = connection.half(1)
    const oneOverdue = this.#isOverdue(connection, one, time)
    const otherOverdue = this.#isOverdue(connection, other, time)
    if (oneOverdue || otherOverdue) {
      for (;;) {
        const sender = firstCaptured(oneOverdue && lostBytes(one) > 0 ? one : null, otherOverdue && lostBytes(other) > 0 ? other : null)
        if (sender === null) break
        const half = connection.half(sender)
        this.#skip(connection, sender, half, lostBytes(half), 'lost', frame, time)
        this.#drain(connection, frame, time)
      }
    }
    for (const sender of ENDS) {
      while (time - firstUnheard(connection, sender) >= this.#limits.unheardAfter) this.#giveUp(connection, sender, 'limit', frame, time)
    }
    this.#closeEnds(connection, frame, time)
    if (!isOpen(one) && !isOpen(other)) this.#holes.delete(connection)
  }

  /** Since something waited, it has turned out that nobody wants to know of the connection. */
  #dropWaiting(connection: TcpConnection, frame: number, time: number): void {
    for (const sender of ENDS) {
      const half = connection.half(sender)
      this.#waitingMemory -= half.waitingMemory
      half.dropWaiting()
    }
    this.#closeEnds(connection, frame, time)
    this.#holes.delete(connection)
  }

  /** Bytes of this direction are known to be lost, and have been long enough. */
  #isOverdue(connection: TcpConnection, half: HalfStream, time: number): boolean {
    if (lostBytes(half) === 0) return false
    if (!half.lost) {
      half.lost = true
      half.ownDisorder.lostAtFrames = connection.frames
      half.ownDisorder.lostTime = time
    } else if (time < half.disorder.lostTime) {
      half.ownDisorder.lostTime = time
    }
    return time - half.disorder.lostTime >= this.#limits.lostAfter || connection.frames - half.disorder.lostAtFrames >= this.#limits.lostAfterFrames
  }

  /** Too many bytes wait in all connections together: the holes that are open longest are given up. */
  #relieve(frame: number, time: number): void {
    for (const connection of this.#holes) {
      this.#flush(connection, 'limit', frame, time)
      this.#closeEnds(connection, frame, Infinity)
      this.#holes.delete(connection)
      if (this.#waitingMemory <= this.#limits.waitingMemoryTotal / 2) return
    }
  }

  #reset(connection: TcpConnection, sender: End, segment: TcpSegment): void {
    const half = connection.half(sender)
    // RFC 9293 §3.5.2: the reset that refuses a SYN has sequence number 0 and stands for a direction without any byte.
    if (half.started && !half.hasHole && sequenceDistance(segment.sequence, half.highest) < 0 && segment.sequence !== 0) return
    connection.endedTime ??= segment.time
    if (half.closed || half.disorder.reset !== null) return
    const other = connection.otherHalf(sender)
    half.ownDisorder.reset = { sequence: segment.sequence, acknowledged: acknowledgedBy(segment, other), frame: segment.frame, time: segment.time }
    this.#closeReset(connection, sender, segment.frame, segment.time)
  }

  /** An end that sent RST is closed once all before it was told, as with a FIN. Then nothing waits any longer. */
  #closeReset(connection: TcpConnection, sender: End, frame: number, time: number): void {
    const half = connection.half(sender)
    const { reset } = half.disorder
    if (reset === null || half.closed) return
    const other = connection.otherHalf(sender)
    const isEarly = half.waiting !== null || other.waiting !== null || lostBytes(half) > 0 || lostBytes(other) > 0 || isResetAhead(reset, half, other)
    if (!connection.ignored && isEarly && this.#mayWait(connection, half, time)) return
    this.#flush(connection, 'end', frame, time)
    if (half.started && sequenceDistance(reset.sequence, half.next) > 0) half.ownDisorder.unseenBeforeReset = true
    if (!half.closed) this.#close(connection, sender, 'rst', reset.frame, reset.time)
  }

  /** The end of this direction can wait for what was sent before it. `now`: Infinity where it cannot in any case. */
  #mayWait(connection: TcpConnection, half: HalfStream, now: number): boolean {
    if (now === Infinity) return false
    const own = half.ownDisorder
    if (own.endAtFrames === 0) {
      own.endAtFrames = connection.frames
      own.endTime = now
      this.#holes.add(connection)
    } else if (now < own.endTime) own.endTime = now
    return !(now - own.endTime >= this.#limits.lostAfter) && connection.frames - own.endAtFrames < this.#limits.lostAfterFrames
  }

  #closeEnds(connection: TcpConnection, frame: number, time: number): void {
    // Of two FINs, the first may wait for the second.
    for (const sender of [0, 1, 0] as const) if (connection.half(sender).finSeen) this.#closeFinished(connection, sender, time)
    for (const sender of ENDS) this.#closeReset(connection, sender, frame, time)
  }

  #close(connection: TcpConnection, sender: End, reason: CloseReason, frame: number, time: number): void {
    connection.half(sender).closed = true
    if (connection.half(0).closed && connection.half(1).closed) connection.endedTime ??= time
    this.#sink.closed(connection, sender, reason, frame, time)
  }

  /** A direction whose FIN was seen is closed once all before it was told, and all of the other direction that the FIN acknowledges. */
  #closeFinished(connection: TcpConnection, sender: End, time: number): void {
    const half = connection.half(sender)
    if (half.closed) return
    if (!connection.ignored) {
      if (!isFinished(half)) return
      if (isEndAhead(half.finAcknowledged, connection.otherHalf(sender)) && this.#mayWait(connection, half, time)) return
    }
    this.#close(connection, sender, 'fin', half.finFrame, half.finTime)
  }

  /** Delivers all that waits, behind gaps. */
  #flush(connection: TcpConnection, reason: GapReason, frame: number, time: number): void {
    for (;;) {
      this.#drain(connection, frame, time)
      const sender = firstBehindHole(connection)
      if (sender !== null) this.#giveUp(connection, sender, reason, frame, time)
      else if (!this.#skipLost(connection, frame, time)) return
    }
  }

  /** False where nothing is known to be lost. */
  #skipLost(connection: TcpConnection, frame: number, time: number): boolean {
    if (connection.ignored) return false
    for (const sender of ENDS) {
      const half = connection.half(sender)
      const lost = lostBytes(half)
      if (lost === 0) continue
      this.#skip(connection, sender, half, lost, 'lost', frame, time)
      return true
    }
    return false
  }

  #end(connection: TcpConnection, frame: number, time: number): void {
    this.#flush(connection, 'end', frame, time)
    this.#closeEnds(connection, frame, Infinity)
    for (const sender of ENDS) {
      if (!connection.half(sender).closed) this.#close(connection, sender, 'capture', frame, time)
    }
    this.#holes.delete(connection)
    this.#sink.forgotten(connection)
  }

  // --- the table itself ---

  #open(segment: TcpSegment): number {
    if (this.#index.held.length >= this.#sweepAt) {
      this.#sweep(segment.frame, segment.time)
      this.#index.find(segment)
    }
    const index = this.#index.add(segment)
    this.#setReaders(index, this.#index.held[index]!)
    return index
  }

  #replace(index: number, segment: TcpSegment): TcpConnection {
    const connection = this.#index.replace(index, segment)
    connection.words[connection.at + ROW.frames] = 1
    connection.words[connection.at + ROW.lastFrame] = segment.frame
    this.#setReaders(index, connection)
    return connection
  }

  #setReaders(index: number, connection: TcpConnection): void {
    const readers = connection.begin(this.#sink)
    this.#readers[index * 2] = readers[0]
    this.#readers[index * 2 + 1] = readers[1]
  }

  /** Forgets ended connections; if that is not enough, those that were silent longest. */
  #sweep(frame: number, now: number): void {
    let kept: number[] = []
    const { held } = this.#index
    held.forEach((connection, index) => {
      const { endedTime } = connection
      const age = endedTime === null ? 0 : now - endedTime
      if (endedTime !== null && !(age < this.#limits.endedKept && age >= 0)) this.#end(connection, frame, now)
      else kept.push(index)
    })
    if (kept.length >= this.#limits.connections) {
      kept.sort((a, b) => (held[a]!.lastFrame - held[b]!.lastFrame) | 0)
      for (const index of kept.splice(0, kept.length >> 2)) {
        this.#evicted++
        this.#end(held[index]!, frame, now)
      }
      kept = kept.sort((a, b) => a - b)
    }
    this.#sweepAt = Math.min(Math.max(512, kept.length * 2), this.#limits.connections)
    this.#keep(kept)
  }

  /** Only the rows with these indexes, ascending. */
  #keep(kept: readonly number[]): void {
    if (kept.length === this.#index.held.length) return
    this.#readers = kept.flatMap((index) => this.#readers.slice(index * 2, index * 2 + 2))
    this.#index.keep(kept)
  }
}

/**
 * To look at the connections of `#holes` may cost no more than this many for each segment, on average: where thousands have a hole that nobody acknowledged, as where one
 * direction alone is captured, and frames are far apart or have two clocks, each segment would look at all of them.
 */
const HOLES_PER_SEGMENT = 16

/** Frames between the two copies of a SYN, in which a whole connection may lie. */
const TWIN_FRAMES = 256

const ENDS: readonly End[] = [0, 1]
const TURN = 2 ** 32
/** A direction with none of the others of these is plain. */
const PLAIN = STATE.started | STATE.waiting | STATE.lost | STATE.closed | STATE.fin | STATE.windowClosed | STATE.expected

/** As Wireshark: a SYN belongs to the known connection only if its sequence number does, and if that one has not ended. */
function beginsAnew(connection: TcpConnection, sender: End, segment: TcpSegment): boolean {
  const half = connection.half(sender)
  // Split handshake: the end that answered with a bare ACK now sends its own SYN.
  if (!half.synSeen && half.offset === 0 && half.waiting === null && connection.otherHalf(sender).synSeen) return false
  const isAnswer = (segment.flags & TCP_FLAGS.ack) !== 0
  if (isAnswer) return half.started && half.base !== segment.sequence && (half.offset > 0 || half.waiting !== null || half.closed || connection.ended)
  if (!half.started || (half.base === segment.sequence && isSameSyn(connection, segment))) return false
  return half.base !== segment.sequence || connection.ended || half.finSeen
}

/** The SYN that the connection began with was captured twice: a short one may have ended before the second copy. Far behind it, the same capture begins once more. */
function isSameSyn({ synSignature, firstFrame, firstTime }: TcpConnection, segment: TcpSegment): boolean {
  return synSignature === signatureOf(segment) && !(Math.abs(segment.time - firstTime) > TWIN_NANOSECONDS) && segment.frame - firstFrame <= TWIN_FRAMES
}

/**
 * One end has sent its SYN and no more, and the other has not answered with its own: what that says is of a connection that the first has forgotten, since it
 * began anew (RFC 9293 §3.10.7.4). `half`: the end that answers.
 */
function isOfEarlierConnection(half: HalfStream, other: HalfStream): boolean {
  return other.synSeen && other.offset === 0 && other.waiting === null && !half.synSeen && !half.acknowledgedKnown
}

/** Not before what was seen of it, and not so far ahead that it makes no sense. */
function isWithinWindow(sequence: number, { next }: HalfStream): boolean {
  const ahead = sequenceDistance(sequence, next)
  return ahead >= 0 && ahead <= LARGEST_WINDOW
}

/** The segment acknowledges the SYN of the other end and nothing else: it is the answer to it, or the first that the end sends which has had the answer to its own. */
function showsBeginning(connection: TcpConnection, sender: End, { flags }: TcpSegment): boolean {
  if ((flags & TCP_FLAGS.ack) === 0) return false
  if ((flags & TCP_FLAGS.syn) !== 0) return true
  const half = connection.half(sender)
  return connection.initiator === sender && half.synSeen && half.offset === 0 && half.waiting === null
}

/** How many bytes of the other direction the segment acknowledges, as far as it makes sense; else -1. */
function acknowledgedBy({ flags, acknowledgement }: TcpSegment, other: HalfStream): number {
  if ((flags & TCP_FLAGS.ack) === 0 || sequenceDistance(acknowledgement, other.next) > LARGEST_WINDOW) return -1
  return other.offsetOf(acknowledgement)
}

/** Tells a frame captured twice from one sent again: the latter has a new IPv4 Identification, or new options and so a new checksum. */
function signatureOf(segment: TcpSegment): number {
  let hash = Math.imul(segment.sequence, 0x9e3779b1) ^ segment.acknowledgement
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77) ^ segment.length
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d) ^ (segment.window << 8) ^ segment.flags
  const identity = segment.identification !== 0 ? segment.identification | 0x10000 : segment.checksum
  return Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f) ^ identity
}
