/** How long a client sent nothing, as Keep Alive counts it (MQTT 5.0 §3.1.2.10). */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { hasSentAll } from './absence.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { Side } from './side.ts'

/** The longest silence of a client between two of its packets that a Keep Alive in force did not allow. One object for each connection. */
export interface Silence {
  /** When it began: with the packet before, or with the CONNACK, from which on the Keep Alive is known. Then the packet that ended it. */
  readonly since: number
  readonly number: number
  readonly frame: number
  readonly time: number
}

/**
 * The silence that this packet ends, begun by one at `before`; null where the Keep Alive allows it, or where it cannot be told when the packet was sent: it came in
 * several segments, or was sent again.
 */
export function silenceBefore(connection: NetworkConnection, event: PacketEvent, before: number): Silence | null {
  const { keepAlive } = connection
  const { firstSeenTime, number, frame, pieces, filledHole } = event
  if (keepAlive === null || keepAlive === 0 || !(firstSeenTime - before > keepAlive * SECOND)) return null
  const { connack, finish, disconnect } = connection
  if (connack === null || finish !== null || disconnect !== null) return null
  const since = Math.max(before, connack.time)
  if (pieces !== null || filledHole || !(firstSeenTime - since > keepAlive * SECOND)) return null
  return { since, number, frame, time: firstSeenTime }
}

/** Something of TCP held the client's packets up in that time: it sent bytes again, or the server took none. */
export function isHeldUp({ troubles }: NetworkConnection, since: number, until: number): boolean {
  return troubles?.some(({ kind, by, time, until: end }) => by === (kind === 'window' ? 'server' : 'client') && end >= since && time <= until) ?? false
}

/** This side sent bytes again in that time. */
export function hasSentAgain({ troubles }: NetworkConnection, side: Side, since: number, until: number): boolean {
  return troubles?.some(({ kind, by, time }) => kind === 'retransmission' && by === side && time >= since && time <= until) ?? false
}

/**
 * Nothing came through for a while in that time: the server sent the same bytes again and again, or they are not acknowledged yet. Packets of the client may be lost
 * before they come by, and the server's FIN waits.
 */
export function isCutOff(connection: NetworkConnection, since: number, until: number): boolean {
  const again = (connection.troubles ?? []).filter(({ kind, by, time }) => kind === 'retransmission' && by === 'server' && time >= since && time <= until)
  if (again.some(({ offset }, index) => again.findIndex((each) => each.offset === offset) < index)) return true
  return !hasSentAll(connection, 'server', until)
}

/** The newest time at which this side is known to have been there: it sent a packet, acknowledged one, or closed. */
export function aliveUntil(connection: NetworkConnection, side: Side): number {
  const { finish, secondFinish } = connection
  let time = connection.sender(side).lastTime
  const acknowledged = connection.half(side === 'client' ? 'server' : 'client').acknowledgedTime
  if (acknowledged > time) time = acknowledged
  for (const each of [finish, secondFinish]) if (each?.by === side && each.reason === 'fin' && each.time > time) time = each.time
  return time
}

const SECOND = 1e9
