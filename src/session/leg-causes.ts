/**
 * Why the answer to a packet was slow, as far as TCP shows it.
 *
 * A leg of an exchange is the time from one of its packets to the next one that takes it further. What is found are the times within a leg that were spent in
 * one way or another; they need not add up to it. Only legs of `SLOW_LEG` and more are looked at: below it the causes cannot be told from the noise of
 * schedulers.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { AT_ONCE, type NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { otherSide, type Side } from './side.ts'
import { hasSentAgain } from './silence.ts'

/**
 * - `nagle` the answer was held back until an earlier small segment of its sender had been acknowledged (RFC 9293 §3.7.4), which the other side delayed
 *   (RFC 9293 §3.8.6.3: up to 500 ms; 40 ms in Linux)
 * - `retransmission` TCP sent the packet, the answer, or bytes before it again
 * - `missing-segment` the answer was there but waited for bytes before it
 * - `window` the receiver of the answer took no bytes
 * - `network` the packet itself was acknowledged late
 * - `client`, `server` none of these: most likely the program of that side took its time, while its TCP had the packet. Not said where the connection loses
 *   packets, which may have happened behind the place of the capture, where the capture itself lacks some, or where the answer may have been held back
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

/** Acknowledgements are delayed by at least this and at most that; what is quicker or slower was the network. */
const SHORTEST_DELAY = 15_000_000
const LONGEST_DELAY = 500_000_000

/** What is not acknowledged for so long, beyond the round trip, is sent again (RFC 6298 §2.1, §2.4). */
const SENT_AGAIN_AFTER = 1_000_000_000

/** A connection on which something was sent again this short a time ago loses packets. */
const LOSSY_FOR = 10_000_000_000

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
  const waited = connection.waited(event)
  if (!waited) add('nagle', heldBack(connection, side, from, event))
  add('missing-segment', event.time - Math.max(from, event.firstSeenTime))
  add('window', windowClosed(connection, otherSide(side), from, event.time))
  const again = sentAgain(connection, exchange, side, event.time)
  add('retransmission', again)
  // What its TCP acknowledged was there for the program, unless something above held the answer.
  const acknowledged = exchange.acknowledgedTime
  if (acknowledged < event.time) {
    const explained = found.reduce((sum, { duration }) => sum + duration, 0)
    const roundTrip = networkTime(connection, exchange, event.time)
    const network = Number.isNaN(roundTrip) ? 0 : Math.max(0, roundTrip - again)
    add('network', network)
    // What held the answer back, such as a late acknowledgement, may be among bytes that were lost.
    // The other side may have had the answer before it went by here, and nobody knows when.
    const known = !waited && !connection.lags(event)
    if (known && !exchange.crossedGap && !losesPackets(connection, event.time) && !mayHaveWaited(connection, side, event.time)) {
      const { freshTime } = connection.sender(side)
      const rest = leg - explained - network
      // What comes behind other bytes on the way may have been written soon after the first of them, and have waited for its turn.
      add(side, freshTime < event.time ? Math.min(rest, freshTime - acknowledged) : rest)
    }
  }
  return found.sort((a, b) => b.duration - a.duration)
}

/**
 * How long the packet that waits for an answer was on its way to the other side and its acknowledgement back, in nanoseconds; NaN where that is not known. An
 * acknowledgement may have been delayed (RFC 9293 §3.8.6.3): then the round trip of the handshake stands for it.
 */
export function networkTime(connection: NetworkConnection, { sentBy, sentTime, sentOffset, acknowledgedTime }: OpenExchange, answered: number): number {
  // One that came with the answer says nothing.
  if (!(acknowledgedTime < answered)) return NaN
  const time = acknowledgedTime - sentTime
  if (time < SHORTEST_DELAY) return time
  const { handshake } = connection
  // An earlier acknowledgement is not in the capture.
  if (time > (handshake?.answered ?? 0) + SENT_AGAIN_AFTER && !wasSentAgain(connection, sentBy, sentOffset, sentTime)) return NaN
  if (handshake === null) return time > LONGEST_DELAY ? time : NaN
  return time < handshake.answered + SHORTEST_DELAY || time > handshake.answered + LONGEST_DELAY ? time : handshake.answered
}

/** How long the Nagle algorithm held the answer back, in nanoseconds; 0 where it did not. What TCP sends again, and what comes behind that, other algorithms hold back. */
function heldBack(connection: NetworkConnection, side: Side, from: number, event: PacketEvent): number {
  const sender = connection.sender(side)
  // The packet before this one in an earlier segment: `meet` has moved on to this one already.
  const { earlierTime, earlierOffset } = sender
  const { acknowledgedOffset, acknowledgedTime } = connection.half(side)
  if (sender.isUnheld || acknowledgedOffset < earlierOffset || !(acknowledgedTime > from)) return 0
  const leftAtOnce = event.time - acknowledgedTime <= AT_ONCE + connection.roundTrip(side) && event.time >= acknowledgedTime
  const delay = acknowledgedTime - earlierTime - connection.roundTrip(otherSide(side))
  if (!leftAtOnce || !(delay >= SHORTEST_DELAY && delay <= LONGEST_DELAY)) return 0
  return hasSentAgain(connection, side, earlierTime, event.time) ? 0 : acknowledgedTime - Math.max(from, earlierTime)
}

/** This side has sent bytes from before this offset again since. */
function wasSentAgain({ troubles }: NetworkConnection, side: Side, before: number, since: number): boolean {
  return troubles?.some(({ kind, by, offset, time }) => kind === 'retransmission' && by === side && offset < before && time > since) ?? false
}

/** Something was sent again a short time ago. */
function losesPackets({ troubles }: NetworkConnection, now: number): boolean {
  return troubles?.some(({ kind, time }) => kind === 'retransmission' && now - time < LOSSY_FOR) ?? false
}

/** What the sender had sent before is still not acknowledged, after longer than an acknowledgement needs. */
function mayHaveWaited(connection: NetworkConnection, side: Side, now: number): boolean {
  const { earlierTime, earlierOffset } = connection.sender(side)
  return connection.half(side).acknowledgedOffset < earlierOffset && now - earlierTime > SHORTEST_DELAY
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
