/**
 * Finds where a packet begins in the middle of a stream: after a gap, and where the capture starts inside a connection.
 *
 * A boundary is believed only when what follows it is unlikely to be chance: each packet that fits adds its weight, roughly the number of
 * bits that had to be right, and one that cannot be a packet of this direction ends the hope. It never guesses on less than ENOUGH.
 */
import { INCOMPLETE, packetLength } from './fixed-header.ts'
import type { Direction } from './version.ts'

/** Bits of evidence for a boundary: one in four thousand million by chance. */
const ENOUGH = 32
/** A sender mostly begins a segment with a packet, and ends one with it. */
export const SEGMENT_START = 12
const SEGMENT_END = 8
/** Byte 1 and a length that fits. */
const HEADER = 4
/** A whole packet without an error: at least two bytes that had to be these. */
const WHOLE_PACKET = 16
/** The Topic Name of a PUBLISH whose end is not here yet: a length that fits, and all of its text valid. */
const WHOLE_TOPIC = 16
/** What this short says little, and numbers in a payload say it again and again: 192 in two bytes is a PINGREQ, 2.04 in four is a PUBACK. */
const SHORT_PACKET = 6
/** Bits at which a boundary that was believed is proven by the packets that were framed since: from there on a defect is the sender's. */
export const PROVEN = 48
/** A chain is followed no further than this: more cannot change the answer. */
const LONGEST_CHAIN = 8

/** Whether the packet `bytes[start..end)` has no defect of severity error, in some version that the connection may have. */
export type Fits = (bytes: Uint8Array, start: number, end: number) => boolean

export interface BoundarySearch {
  readonly bytes: Uint8Array
  readonly length: number
  /** Offsets at which segments begin, in order. */
  readonly segmentStarts: readonly number[]
  readonly direction: Direction | null
  readonly fits: Fits
  /** The bytes may lie in a payload, where numbers look like packets; not so at the beginning of a stream. */
  readonly mayBePayload: boolean
}

/** Offset of the first believed boundary at or after `from`, or -1. */
export function findBoundary(search: BoundarySearch, from: number): number {
  for (const start of search.segmentStarts) if (start >= from && weigh(search, start) >= ENOUGH) return firstBefore(search, from, start)
  return firstBefore(search, from, search.length)
}

/** A boundary inside an earlier segment is only looked for where no segment begins with one before it. */
function firstBefore(search: BoundarySearch, from: number, limit: number): number {
  for (let at = from; at < limit; at++) if (weigh(search, at) >= ENOUGH) return at
  return limit < search.length ? limit : -1
}

/**
 * Evidence in bits that a packet begins at `start`; negative where none can. Of short packets in a row only the first counts; in the middle of a segment, what
 * begins with one is not believed.
 */
export function weigh(search: BoundarySearch, start: number): number {
  const { bytes, length, segmentStarts, direction, mayBePayload } = search
  let score = segmentStarts.includes(start) ? SEGMENT_START : 0
  let at = start
  let before = -1
  for (let count = 0; count < LONGEST_CHAIN && at < length; count++) {
    if (!mayBegin(bytes[at]!, direction)) return -1
    const whole = packetLength(bytes, at, length)
    if (whole === INCOMPLETE) return score
    if (whole < 0 || !lengthFits(bytes[at]! >> 4, whole, bytes[at + 1]!)) return -1
    if (at + whole > length) return score + HEADER + weighUnfinished(bytes, at, length)
    if (!search.fits(bytes, at, at + whole)) return -1
    const isShort = mayBePayload && whole <= SHORT_PACKET
    if (before < 0 ? isShort && score === 0 : mayBePayload && isPattern(bytes, before, at, whole)) return -1
    if (!isShort || before < 0 || at - before > SHORT_PACKET) score += WHOLE_PACKET
    before = at
    at += whole
    if (at === length || segmentStarts.includes(at)) score += SEGMENT_END
    if (score >= ENOUGH) return score
  }
  return score
}

/** Evidence in bits that a packet of this length, without an error, adds to that for a boundary that was believed: of short ones only the first counts, but for their place. */
export function weighFramed(before: number, length: number, beginsSegment: boolean, endsSegment: boolean): number {
  return (length > SHORT_PACKET || before === 0 ? WHOLE_PACKET : 0) + (beginsSegment ? SEGMENT_START : 0) + (endsSegment ? SEGMENT_END : 0)
}

/** A short packet just like the one before it, or any behind a DISCONNECT: a sender has no reason for it, a payload may have. */
function isPattern(bytes: Uint8Array, before: number, at: number, whole: number): boolean {
  if (bytes[before]! >> 4 === DISCONNECT) return true
  if (whole > SHORT_PACKET || at - before !== whole) return false
  for (let i = 0; i < whole; i++) if (bytes[before + i] !== bytes[at + i]) return false
  return true
}

const DISCONNECT = 14

/** MQTT 5.0 §2.1.2, §2.1.3, and who may send what. Flags that 3.1 allows (DUP in PUBREL, SUBSCRIBE, UNSUBSCRIBE) pass. */
function mayBegin(byte1: number, direction: Direction | null): boolean {
  const type = byte1 >> 4
  const flags = byte1 & 0x0f
  switch (type) {
    case 3: return (flags & 0x06) !== 0x06
    case 6: return (flags & 0x07) === 0x02
    case 8: case 10: return (flags & 0x07) === 0x02 && direction !== 'server-to-client'
    case 1: case 12: return flags === 0 && direction !== 'server-to-client'
    case 2: case 9: case 11: case 13: return flags === 0 && direction !== 'client-to-server'
    case 4: case 5: case 7: case 14: case 15: return flags === 0
    default: return false
  }
}

/** Whole lengths that a type can have at all (MQTT 5.0 chapter 3; the smallest of all versions). */
function lengthFits(type: number, whole: number, secondByte: number): boolean {
  switch (type) {
    case 1: return whole >= 14
    case 2: case 4: case 5: case 6: case 7: case 11: return whole >= 4 && secondByte >= 2
    case 3: return whole >= 4
    case 8: return whole >= 7
    case 9: return whole >= 5
    case 10: return whole >= 6
    case 12: case 13: return whole === 2
    default: return true
  }
}

/** A PUBLISH whose Topic Name is all here and plausible, though its end is not. */
function weighUnfinished(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start]! >> 4 !== 3) return 0
  let at = start + 1
  while (at < end && (bytes[at]! & 0x80) !== 0) at++
  at++
  if (at + 2 > end) return 0
  const topicLength = (bytes[at]! << 8) | bytes[at + 1]!
  if (topicLength === 0 || at + 2 + topicLength > end) return 0
  for (let i = at + 2; i < at + 2 + topicLength; i++) {
    const byte = bytes[i]!
    // No control characters, no wildcards: what a Topic Name has in practice.
    if (byte < 0x20 || byte === 0x7f || byte === 0x23 || byte === 0x2b) return 0
  }
  return WHOLE_TOPIC
}
