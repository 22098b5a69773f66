/**
 * Whether a side had as many messages of QoS 1 and 2 in flight as the other one takes (Receive Maximum, MQTT 5.0 §4.9) while it was to answer: that must hold back
 * nothing but further messages.
 */
import type { SettledExchange } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { otherSide, type Side } from './side.ts'

/** The newest of the messages by which `by` fills what the other side takes, all of them sent before the exchange began and none acknowledged since; null where that is not so. */
function fillsWindow(connection: NetworkConnection, by: Side, exchange: SettledExchange): OpenExchange | null {
  const newest = connection.pending.last(by)
  // What began on another connection may have been sent on this one at any time.
  if (newest === null || newest.number > exchange.number || connection.resumption !== null) return null
  return connection.sender(by).quotaUsed >= connection.limits(otherSide(by)).receiveMaximum ? newest : null
}

/** The first packet of the exchange came from the other side when the window of `by` was full, and it has been full since. */
export function isAskedAtFullWindow(connection: NetworkConnection, by: Side, exchange: SettledExchange): boolean {
  return fillsWindow(connection, by, exchange) !== null
}

/** `by` has acknowledged messages of the other side on this connection, and none since its window was full. */
export function stoppedAtFullWindow(connection: NetworkConnection, by: Side, exchange: SettledExchange): boolean {
  const newest = fillsWindow(connection, by, exchange)
  const { aftermath } = connection.pending
  if (newest === null || aftermath === null) return false
  const acknowledged = by === 'client' ? aftermath.serverEndedOffset : aftermath.clientEndedOffset
  return acknowledged > 0 && aftermath.endedTime <= newest.steps[0]!.time
}
