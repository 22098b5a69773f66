/**
 * PUBLISHes that were refused by a Reason Code, which counts as acknowledged: they must not be sent again (MQTT 5.0 §4.4). Remembered for each Session, since it is
 * after a reconnect that they are.
 */
import type { Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { ClientSession } from './client-session.ts'
import type { Exchange, ExchangeKind } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import { seenIn, type Seen } from './seen.ts'
import { otherSide, type Side } from './side.ts'

export interface Refusal {
  readonly initiator: Side
  readonly packetIdentifier: number
  readonly topic: Text | null
  readonly kind: ExchangeKind
  /** The PUBACK or PUBREC. */
  readonly by: Seen
  readonly stream: number
  /** The stream offset behind the segment with it. */
  readonly end: number
  /** The connection is over, and the sender's TCP had it by then. Null while it goes on. */
  readonly arrived: boolean | null
}

/** Of one Session. A program that sends again what was refused does so at once. */
const MOST_REFUSALS = 16

/** A PUBACK or PUBREC of `side` refuses the message of this exchange. */
export function noteRefusal(session: ClientSession, event: PacketEvent, side: Side, { packetIdentifier, topic, kind }: Exchange): void {
  const { segmentEnd: end } = event
  const refusals = session.refusals.length < MOST_REFUSALS ? session.refusals : session.refusals.slice(1)
  const { stream } = event.connection.tcp
  session.refusals = [...refusals, { initiator: otherSide(side), packetIdentifier: packetIdentifier!, topic, kind, by: seenIn(event), stream, end, arrived: null }]
}

/** A PUBLISH of `side` that begins an exchange: the refusal of the same message, where its sender had it. What has the identifier now is remembered no longer. */
export function refusalOf(session: ClientSession, event: PacketEvent, side: Side, dup: boolean, { packetIdentifier, topic, kind }: Exchange): Refusal | null {
  const found = session.refusals.find((refusal) => refusal.initiator === side && refusal.packetIdentifier === packetIdentifier)
  if (found === undefined) return null
  session.refusals = session.refusals.filter((refusal) => refusal !== found)
  if (!dup || topic === null || found.topic !== topic || found.kind !== kind) return null
  const { arrived } = found
  return (arrived ?? (found.stream === event.connection.tcp.stream && event.acknowledged >= found.end)) ? found : null
}

/** The connection has ended: what its sides have not received by now, they never will. */
export function settleRefusals(session: ClientSession, connection: NetworkConnection): void {
  if (session.refusals.length === 0) return
  const { stream } = connection.mqtt.tcp
  session.refusals = session.refusals.map((refusal) =>
    refusal.stream === stream && refusal.arrived === null ? { ...refusal, arrived: connection.half(otherSide(refusal.initiator)).acknowledgedOffset >= refusal.end } : refusal)
}
