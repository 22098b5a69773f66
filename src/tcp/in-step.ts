/**
 * Which direction of a connection is told next: what waits for what.
 *
 * Bytes that acknowledge some of the other direction were sent after those. So where those are not here yet, because their frames come later in the capture or not
 * at all, the bytes wait for them, as bytes behind a hole do: the layers above meet each answer behind what it answers.
 */
import { sequenceDistance } from '../bytes/sequence.ts'
import type { End, TcpConnection } from './connection.ts'
import type { HalfStream, Reset } from './half-stream.ts'

/** No window is larger (RFC 7323 §2.3): an acknowledgement further ahead is nonsense, and nothing is concluded from it. */
export const LARGEST_WINDOW = 2 ** 30

/**
 * How many bytes from `next` on the peer has acknowledged though the capture lacks them; up to the first waiting byte.
 * A single one at the very end may be an unseen FIN (it takes a sequence number too) and does not count.
 */
export function lostBytes(half: HalfStream): number {
  if (!half.acknowledgedKnown || !half.placed) return 0
  let to = half.acknowledged
  if (half.finSeen && sequenceDistance(to, half.finSequence) > 0) to = half.finSequence
  const acknowledged = sequenceDistance(to, half.next)
  if (acknowledged <= 0) return 0
  const first = half.waiting?.[0]
  if (first !== undefined) return Math.min(acknowledged, sequenceDistance(first.sequence, half.next))
  return acknowledged === 1 ? 0 : acknowledged
}

/** How much of a hole is given up at once: what the first waiting bytes of the other direction acknowledge, if that ends in it, so that they are told where they belong. */
export function firstPart(hole: number, half: HalfStream, { waiting }: HalfStream): number {
  const part = waiting === null ? 0 : waiting[0]!.acknowledged - half.offset
  return part > 0 && part < hole ? part : hole
}

/**
 * Bytes before this offset are not told yet, though the other end had them. Of a direction that ends with a gap, nothing is awaited: mostly it is not captured at
 * all, and then every segment of the other direction would wait in vain.
 */
export function isAhead(offset: number, half: HalfStream): boolean {
  return offset > half.offset && !half.closed && (half.waiting !== null || (!half.behindGap && lostBytes(half) > 0))
}

/** The direction whose first waiting run can be told; of both, the one that was captured first. */
export function nextReady(connection: TcpConnection): End | null {
  const one = connection.half(0)
  const other = connection.half(1)
  const first = one.ready
  const second = other.ready
  const firstWaits = first === null || isAhead(first.acknowledged, other)
  const secondWaits = second === null || isAhead(second.acknowledged, one)
  if (first !== null && second !== null && firstWaits === secondWaits) {
    // Each sent after the other: that of the later frame was sent again, and acknowledges more than it did at first.
    return first.frame < second.frame !== firstWaits ? 0 : 1
  }
  if (!firstWaits) return 0
  return secondWaits ? null : 1
}

/** Its FIN was seen, and there is nothing before that to wait for. */
export function isFinished(half: HalfStream): boolean {
  return half.finSeen && sequenceDistance(half.next, half.finSequence) >= 0
}

/** Something of it is still awaited. */
export function isOpen(half: HalfStream): boolean {
  return half.waiting !== null || lostBytes(half) > 0 || (!half.closed && (isFinished(half) || half.disorder.reset !== null))
}

/** The end of a direction that acknowledges so much of `half` comes behind that, and behind a FIN there, which takes a sequence number too. */
export function isEndAhead(acknowledged: number, half: HalfStream): boolean {
  return isAhead(acknowledged, half) || (half.started && !half.closed && !half.behindGap && acknowledged === half.offset + 1)
}

/** Bytes that this end sent before its RST, or that it had had of `other` by then, may come later in the capture. */
export function isResetAhead({ sequence, acknowledged }: Reset, half: HalfStream, other: HalfStream): boolean {
  const before = half.started ? sequenceDistance(sequence, half.next) : 0
  return (before > 0 && before <= LARGEST_WINDOW) || isEndAhead(acknowledged, other) || (acknowledged > other.offset && !other.closed && !isFinished(other) && !other.behindGap)
}

/** How many bytes are missing before the first that waits. */
export function holeOf({ waiting, next }: HalfStream): number {
  return waiting === null ? 0 : sequenceDistance(waiting[0]!.sequence, next)
}

/** The direction whose first waiting bytes are behind a hole; of both, the one whose bytes were captured first. */
export function firstBehindHole(connection: TcpConnection): End | null {
  const one = connection.half(0)
  const other = connection.half(1)
  return firstCaptured(isBehindHole(one) ? one : null, isBehindHole(other) ? other : null)
}

/** When the first bytes behind a hole were captured, where nobody can acknowledge what is in that, since nothing of the other direction was captured; else NaN. */
export function firstUnheard(connection: TcpConnection, sender: End): number {
  const half = connection.half(sender)
  return isBehindHole(half) && !connection.otherHalf(sender).started ? half.waiting![0]!.time : NaN
}

/** Of two directions (null: not this one), the one whose first waiting bytes were captured first. */
export function firstCaptured(one: HalfStream | null, other: HalfStream | null): End | null {
  if (one === null) return other === null ? null : 1
  if (other === null) return 0
  return (other.waiting?.[0]!.frame ?? Infinity) < (one.waiting?.[0]!.frame ?? Infinity) ? 1 : 0
}

function isBehindHole({ waiting, ready }: HalfStream): boolean {
  return waiting !== null && ready === null
}
