/**
 * Why the answer to a packet was slow, as far as TCP shows it.
 *
 * A leg of an exchange is the time from one of its packets to the next one that takes it further. What is found are the times within a leg that were spent in
 * one way or another; they need not add up to it. Only legs of `SLOW_LEG` and more are looked at: below it the causes cannot be told from the noise of
 * schedulers.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { otherSide, type Side } from './side.ts'

/**
 * - `nagle` the answer was held back until an earlier small segment of its sender had been acknowledged (RFC 9293 §3.7.4), which the other side delayed
 *   (RFC 9293 §3.8.6.3: up to 500 ms; 40 ms in Linux)
 * - `retransmission` TCP sent the packet, the answer, or bytes before it again
 * - `missing-segment` the answer was there but waited for bytes before it
 * - `window` the receiver of the answer took no bytes
 * - `network` the packet itself was acknowledged late
 * - `client`, `server` none of these: the program of that side took its time, while its TCP had the packet
 * - `away` the connection ended, and the exchange went on with a later one
 */
export type Cause = 'nagle' | 'retransmission' | 'missing-segment' | 'window' | 'network' | 'client' | 'server' | 'away'

export const CAUSES: readonly Cause[] = ['nagle', 'retransmission', 'missing-segment', 'window', 'network', 'client', 'server', 'away']

export interface LegCause {
  /** From 0: the leg from the first packet to the second one that took the exchange further. */
  readonly leg: number
  readonly cause: Cause
  /** Nanoseconds of the leg. */
  readonly duration: number
}

/** Nanoseconds. */
export const SLOW_LEG = 10_000_000

/** Segments that TCP had held back leave at once when the acknowledgement is there. */
const AT_ONCE = 2_000_000

/** Below this an acknowledgement was not delayed: the network took it. */
const SHORTEST_DELAY = 15_000_000

/** What the leg that `event` ends was spent with, the longest first; of several causes those that matter. To be asked before `event` changes anything. */
export function causesOf(connection: NetworkConnection, exchange: OpenExchange, event: PacketEvent, side: Side): readonly LegCause[] {
  const from = exchange.sentTime
  const leg = event.time - from
  if (!(leg >= SLOW_LEG)) return []
  const found: LegCause[] = []
  const add = (cause: Cause, duration: number) => {
    // What took a small part of the leg does not explain it.
    if (duration >= leg / 10) found.push({ leg: exchange.legs, cause, duration })
  }
  add('nagle', heldBack(connection, side, from, event))
  add('missing-segment', event.time - Math.max(from, event.firstSeenTime))
  add('window', windowClosed(connection, otherSide(side), from, event.time))
  const again = sentAgain(connection, exchange, side, event.time)
  add('retransmission', again)
  // What its TCP acknowledged was there for the program, unless something above held the answer.
  const acknowledged = exchange.acknowledgedTime
  if (acknowledged < event.time) {
    add('network', acknowledged - from - again)
    const explained = found.reduce((sum, { duration }) => sum + duration, 0)
    add(side, event.time - Math.max(from, acknowledged) - explained)
  }
  return found.sort((a, b) => b.duration - a.duration)
}

/** How long the Nagle algorithm held the answer back, in nanoseconds; 0 where it did not. */
function heldBack(connection: NetworkConnection, side: Side, from: number, event: PacketEvent): number {
  const sender = connection.sender(side)
  // The packet before this one in an earlier segment: `meet` has moved on to this one already.
  const { earlierTime, earlierOffset } = sender
  const half = connection.half(side)
  const acknowledgedTime = half.acknowledgedTime
  const free = half.acknowledgedOffset >= earlierOffset
  const roundTrip = connection.handshake?.answered ?? 0
  const leftAtOnce = event.time - acknowledgedTime <= AT_ONCE + roundTrip && event.time >= acknowledgedTime
  if (!free || !leftAtOnce || !(acknowledgedTime - earlierTime >= SHORTEST_DELAY + roundTrip) || !(acknowledgedTime > from)) return 0
  return acknowledgedTime - Math.max(from, earlierTime)
}

/** How long this side let the other one send nothing within the leg. */
function windowClosed({ troubles }: NetworkConnection, by: Side, from: number, to: number): number {
  let closed = 0
  for (const trouble of troubles ?? []) {
    if (trouble.kind === 'window' && trouble.by === by) closed += Math.max(0, Math.min(to, trouble.until) - Math.max(from, trouble.time))
  }
  return closed
}

/** The time until TCP last sent the packet again, or bytes of the answering side. */
function sentAgain({ troubles }: NetworkConnection, exchange: OpenExchange, side: Side, to: number): number {
  const from = exchange.sentTime
  let last = from
  for (const { kind, by, offset, time } of troubles ?? []) {
    if (kind !== 'retransmission' || !(time > from && time <= to)) continue
    if (by === side || offset < exchange.sentOffset) last = Math.max(last, time)
  }
  return last - from
}
