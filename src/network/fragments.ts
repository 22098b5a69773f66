/**
 * Puts the fragments of IP packets together again (RFC 791 §3.2, RFC 8200 §4.5), in whatever order they come.
 *
 * Where fragments overlap, the bytes that came first stay, and it is told if the others differ. What is kept is bounded in packets and bytes, and in
 * capture time; the oldest goes first. Packets that cannot carry TCP are not kept. A fragment that the capture holds twice changes nothing.
 */
import { formatIpv4, formatIpv6 } from '../bytes/address.ts'
import type { Cursor } from './cursor.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'
import type { NetworkLimits } from './limits.ts'
import type { ProblemLog } from './problems.ts'
import type { NetworkProblemCode, TcpSegment } from './segment.ts'
import { layerOfUdpPorts } from './udp.ts'

/** No IP packet is longer, without its header or with it. */
const LARGEST_PACKET = 65_535
/** A power of two, about the number of packets that may be open. */
const BUCKETS = 1024
const UNKNOWN = -1
const NO_BYTES = new Uint8Array(0)
/** Buffers are made in these sizes, so that they can be used again: making one costs more than filling it. The last one holds any packet. */
const BUFFER_SIZES: readonly number[] = [4_096, 16_384, 65_536]
/** Free buffers that are kept of each size. */
const SPARE_BUFFERS = 16

type FourWords = readonly [number, number, number, number]

/** A packet of which fragments have been seen. */
class FragmentedPacket {
  readonly family: 4 | 6
  readonly source: FourWords
  readonly destination: FourWords
  readonly identification: number
  readonly protocol: number
  /** Of the fragment that came first. */
  readonly frame: number
  /** When the first fragment came; NaN until there is a time. */
  time: number
  /** What its first fragment says; until that one is here, what the others say. */
  layer: Layer
  bytes: Uint8Array = NO_BYTES
  /** Length of the whole, known from the last fragment. */
  total = UNKNOWN
  /** Bytes from here on may be missing, because the snap length cut a fragment. */
  cut = LARGEST_PACKET
  /** The pieces that were on the wire, in order and apart from each other: `starts[i]..ends[i]`. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  state: 'open' | 'complete' | 'unwanted' = 'open'
  differs = false
  nextInBucket: FragmentedPacket | null = null

  constructor(cursor: Cursor, time: number, identification: number, protocol: number, layer: Layer) {
    const segment = cursor.segment
    this.family = segment.family
    this.source = [segment.source0, segment.source1, segment.source2, segment.source3]
    this.destination = [segment.destination0, segment.destination1, segment.destination2, segment.destination3]
    this.identification = identification
    this.protocol = protocol
    this.layer = layer
    this.frame = cursor.frame
    this.time = time
  }

  is(segment: TcpSegment, identification: number, protocol: number): boolean {
    return this.identification === identification && this.protocol === protocol && this.family === segment.family
      && this.source[0] === segment.source0 && this.destination[0] === segment.destination0
      && this.source[1] === segment.source1 && this.destination[1] === segment.destination1
      && this.source[2] === segment.source2 && this.destination[2] === segment.destination2
      && this.source[3] === segment.source3 && this.destination[3] === segment.destination3
  }

  get name(): string {
    const format = (words: FourWords) => (this.family === 4 ? formatIpv4(words[0]) : formatIpv6(...words))
    return `the packet from ${format(this.source)} to ${format(this.destination)} with identification ${this.identification >>> 0}`
  }

  get isWhole(): boolean {
    return this.total !== UNKNOWN && this.starts.length === 1 && this.starts[0] === 0 && this.ends[0] === this.total
  }
}

export class FragmentTable {
  readonly #log: ProblemLog
  readonly #limits: NetworkLimits
  readonly #buckets: (FragmentedPacket | null)[] = new Array<FragmentedPacket | null>(BUCKETS).fill(null)
  /** Both in the order of their first fragment: a Set keeps it. */
  readonly #open = new Set<FragmentedPacket>()
  readonly #complete = new Set<FragmentedPacket>()
  #bytes = 0
  readonly #spare: readonly Uint8Array[][] = BUFFER_SIZES.map(() => [])
  /** The buffer that the cursor stands in, since a packet of this frame was completed: it must not be used for another one meanwhile. */
  #inUse: Uint8Array = NO_BYTES
  /** The last time that a fragment had. */
  #now = NaN

  constructor(log: ProblemLog, limits: NetworkLimits) {
    this.#log = log
    this.#limits = limits
  }

  /** Bytes of the buffers that hold fragments. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes the fragment between the cursor's `start` and `end`, which belongs at `offset`. If it completes its packet, the cursor moves into the
   * packet's own buffer and the layer of its content is returned. `layer` is what this fragment says of the content; `more` that it is not the last.
   */
  add(cursor: Cursor, identification: number, protocol: number, layer: Layer, offset: number, more: boolean): Layer {
    const hash = bucketOf(cursor.segment, identification)
    let packet = this.#find(hash, cursor.segment, identification, protocol)
    // Where the first fragment says that it is TCP, it does not matter what the others say.
    if (layer === LAYER.ignored && (offset === 0 || packet === null)) return layer
    const length = cursor.wireEnd - cursor.start
    if (length <= 0) return cursor.bad('An IP fragment is empty.')
    if (more && (length & 7) !== 0) return cursor.bad('An IP fragment that is not the last has a length that is not a multiple of 8.')
    if (offset + length > LARGEST_PACKET) return cursor.bad('An IP fragment reaches beyond the largest packet.')
    this.#log.counts.fragments++
    this.#expire(cursor.time)
    if (packet !== null && this.#isExpired(packet)) {
      if (this.#open.has(packet)) this.#giveUp(packet, 'fragments-timed-out')
      packet = null
    }
    if (packet !== null && packet.state === 'complete') {
      if (isRepetition(packet, cursor, offset)) return LAYER.none
      this.#remove(packet) // the identification is in use again
      packet = null
    }
    if (packet === null) {
      packet = new FragmentedPacket(cursor, this.#now, identification, protocol, layer)
      packet.nextInBucket = this.#buckets[hash] ?? null
      this.#buckets[hash] = packet
      this.#open.add(packet)
      this.#makeRoom(packet)
    }
    if (offset === 0 && packet.starts[0] !== 0) {
      packet.layer = layer
      if (layer === LAYER.udp && !isTunnel(cursor)) this.#disregard(packet)
    }

    const end = offset + length
    if (packet.total !== UNKNOWN ? end > packet.total || (!more && end !== packet.total) : !more && end < lastEnd(packet)) {
      this.#tellOverlap(packet, cursor.frame, 'disagree about its length')
      return LAYER.none
    }
    if (!more) packet.total = end
    if (packet.state !== 'unwanted') this.#store(packet, cursor, offset)
    addPiece(packet, offset, end)
    if (packet.isWhole) return this.#finish(packet, cursor)
    if (packet.starts.length > this.#limits.fragmentPieces) {
      this.#giveUp(packet, 'fragments-limit')
      return LAYER.none
    }
    if (packet.state === 'unwanted') return LAYER.ignored
    this.#makeRoom(packet)
    return LAYER.none
  }

  /** The capture has ended: what is still incomplete stays so. */
  finish(): void {
    for (const packet of this.#open) this.#giveUp(packet, 'fragments-timed-out', true)
    for (const packet of this.#complete) this.#remove(packet)
  }

  #find(hash: number, segment: TcpSegment, identification: number, protocol: number): FragmentedPacket | null {
    let packet = this.#buckets[hash] ?? null
    while (packet !== null && !packet.is(segment, identification, protocol)) packet = packet.nextInBucket
    return packet
  }

  /** Copies what fills holes, and compares what does not: the bytes that came first stay (RFC 5722 §4 on what may be behind an overlap). */
  #store(packet: FragmentedPacket, cursor: Cursor, offset: number): void {
    const { buffer, start } = cursor
    const captured = Math.max(0, cursor.end - start)
    const end = offset + captured
    const wireEnd = offset + cursor.wireEnd - start
    if (end < wireEnd && end < packet.cut && !covers(packet, end, wireEnd)) packet.cut = end
    this.#reserve(packet, end)
    const bytes = packet.bytes
    let at = offset
    for (let piece = 0; piece < packet.starts.length && at < end; piece++) {
      const pieceStart = packet.starts[piece]!
      const pieceEnd = packet.ends[piece]!
      if (pieceEnd <= at) continue
      if (pieceStart >= end) break
      if (at < pieceStart) {
        bytes.set(buffer.subarray(start + at - offset, start + pieceStart - offset), at)
        at = pieceStart
      }
      const overlapEnd = Math.min(pieceEnd, end)
      for (; at < overlapEnd; at++) {
        if (at < packet.cut && bytes[at] !== buffer[start + at - offset]) {
          this.#tellOverlap(packet, cursor.frame, 'overlap with different bytes; those that came first are used')
          at = overlapEnd
        }
      }
      at = overlapEnd
    }
    if (at < end) bytes.set(buffer.subarray(start + at - offset, start + end - offset), at)
  }

  #reserve(packet: FragmentedPacket, needed: number): void {
    const before = packet.bytes
    if (needed <= before.length) return
    const sizeClass = BUFFER_SIZES.findIndex((size) => size >= needed && (packet.total === UNKNOWN || size >= packet.total))
    packet.bytes = this.#spare[sizeClass]!.pop() ?? new Uint8Array(BUFFER_SIZES[sizeClass]!)
    packet.bytes.set(before)
    this.#bytes += packet.bytes.length
    this.#release(before)
  }

  #release(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#bytes -= bytes.length
    const spare = this.#spare[BUFFER_SIZES.indexOf(bytes.length)]!
    if (bytes !== this.#inUse && spare.length < SPARE_BUFFERS) spare.push(bytes)
  }

  #finish(packet: FragmentedPacket, cursor: Cursor): Layer {
    if (packet.state === 'unwanted') {
      this.#remove(packet)
      return LAYER.ignored
    }
    packet.state = 'complete'
    this.#open.delete(packet)
    this.#complete.add(packet)
    this.#makeRoom(packet)
    this.#inUse = packet.bytes
    cursor.turnTo(packet.bytes)
    cursor.start = 0
    cursor.end = Math.min(packet.total, packet.cut)
    cursor.wireEnd = packet.total
    return packet.layer
  }

  /** It carries UDP that is no tunnel: only which of its fragments came is remembered, so that the rest of them is told apart. */
  #disregard(packet: FragmentedPacket): void {
    packet.state = 'unwanted'
    this.#release(packet.bytes)
    packet.bytes = NO_BYTES
  }

  /** Completed packets are only a convenience, so they go first; then the oldest open ones. Never `latest`, which is in use. */
  #makeRoom(latest: FragmentedPacket): void {
    const { completedPackets, openPackets, fragmentBytes } = this.#limits
    for (const packet of this.#complete) {
      if (this.#complete.size <= completedPackets && this.#bytes <= fragmentBytes) break
      if (packet !== latest) this.#remove(packet)
    }
    for (const packet of this.#open) {
      if (this.#open.size <= openPackets && this.#bytes <= fragmentBytes) break
      if (packet !== latest) this.#giveUp(packet, 'fragments-limit')
    }
  }

  #expire(time: number): void {
    if (!Number.isNaN(time)) this.#now = time
    for (const packet of this.#complete) {
      if (!this.#isExpired(packet)) break
      this.#remove(packet)
    }
    for (const packet of this.#open) {
      if (!this.#isExpired(packet)) break
      this.#giveUp(packet, 'fragments-timed-out')
    }
  }

  /** Distance in either direction: a clock that was set back must not keep fragments for ever. Never true without times. */
  #isExpired(packet: FragmentedPacket): boolean {
    if (Number.isNaN(packet.time)) packet.time = this.#now
    return Math.abs(this.#now - packet.time) > this.#limits.fragmentTimeout
  }

  #giveUp(packet: FragmentedPacket, code: NetworkProblemCode, ended = false): void {
    this.#remove(packet)
    // Of UDP whose ports were never seen nothing is known; that it was a tunnel is unlikely.
    const mayBeTcp = packet.state === 'open' && (packet.layer !== LAYER.udp || packet.starts[0] === 0)
    if (!mayBeTcp || !this.#log.count(code)) return
    const why = code === 'fragments-limit' ? 'too many fragments wait at once'
      : ended ? 'the capture ended before'
      : 'they did not come in time'
    this.#log.tell(code, packet.frame, `Not all fragments of ${packet.name} are there, and it is left out: ${why}.`)
  }

  #tellOverlap(packet: FragmentedPacket, frame: number, what: string): void {
    if (packet.differs || packet.state === 'unwanted') return
    packet.differs = true
    if (this.#log.count('fragments-overlap')) this.#log.tell('fragments-overlap', frame, `Fragments of ${packet.name} ${what}.`)
  }

  #remove(packet: FragmentedPacket): void {
    this.#open.delete(packet)
    this.#complete.delete(packet)
    this.#release(packet.bytes)
    packet.bytes = NO_BYTES
    const hash = bucketOfWords(packet.source[0], packet.source[3], packet.destination[0], packet.destination[3], packet.identification)
    let before: FragmentedPacket | null = null
    for (let here = this.#buckets[hash] ?? null; here !== null; here = here.nextInBucket) {
      if (here === packet) {
        if (before === null) this.#buckets[hash] = here.nextInBucket
        else before.nextInBucket = here.nextInBucket
        return
      }
      before = here
    }
  }
}

/** Where a fragment's own bytes, as far as they were captured, are those that the completed packet has there. */
function isRepetition(packet: FragmentedPacket, cursor: Cursor, offset: number): boolean {
  const captured = cursor.end - cursor.start
  if (offset + captured > packet.total) return false
  const compared = Math.min(captured, packet.cut - offset)
  for (let at = 0; at < compared; at++) {
    if (packet.bytes[offset + at] !== cursor.buffer[cursor.start + at]) return false
  }
  return true
}

function isTunnel(cursor: Cursor): boolean {
  if (cursor.end - cursor.start < 4) return false
  return layerOfUdpPorts(uint16(cursor.buffer, cursor.start), uint16(cursor.buffer, cursor.start + 2)) !== LAYER.ignored
}

function lastEnd(packet: FragmentedPacket): number {
  return packet.ends.length === 0 ? 0 : packet.ends[packet.ends.length - 1]!
}

function covers(packet: FragmentedPacket, start: number, end: number): boolean {
  for (let piece = 0; piece < packet.starts.length; piece++) {
    if (packet.starts[piece]! <= start && end <= packet.ends[piece]!) return true
  }
  return false
}

/** Adds `start..end` to the pieces and joins those that now touch. */
function addPiece(packet: FragmentedPacket, start: number, end: number): void {
  const { starts, ends } = packet
  let first = 0
  while (first < starts.length && ends[first]! < start) first++
  let after = first
  while (after < starts.length && starts[after]! <= end) after++
  if (after > first) {
    start = Math.min(start, starts[first]!)
    end = Math.max(end, ends[after - 1]!)
  }
  starts.splice(first, after - first, start)
  ends.splice(first, after - first, end)
}

function bucketOf(segment: TcpSegment, identification: number): number {
  return bucketOfWords(segment.source0, segment.source3, segment.destination0, segment.destination3, identification)
}

function bucketOfWords(source0: number, source3: number, destination0: number, destination3: number, identification: number): number {
  let hash = Math.imul(identification ^ source3 ^ destination0, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ source0 ^ (destination3 << 7), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) & (BUCKETS - 1)
}
