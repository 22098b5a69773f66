/** Who should get a copy of a publication. */
import type { OpenPublication, Recipient } from './open-publication.ts'
import type { Match } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Subscription } from './subscription.ts'

/**
 * A client that is connected and has a subscription in force that matches, the server having said so before the message reached it. Null for any other: shared
 * subscriptions pass to one member only (MQTT 5.0 §4.8.2), No Local ones not to the publisher (§3.8.3.1), and what is stored for a client that is away comes later.
 */
export function expectedRecipient(match: Match, publication: OpenPublication, make: () => Recipient): Recipient | null {
  const { subscriber } = match
  const { connection } = subscriber
  const served = connection?.served ?? null
  if (connection === null || served === null || connection.state !== 'connected' || connection.takenOverBy !== null) return null
  const { publisher, firstSeenFrame } = publication
  const own = publisher.subscriber === subscriber
  // A bridge does not get back what it has brought.
  if (own && publisher.bridge) return null
  let grantedQos: number | null = null
  for (const subscription of match.subscriptions) {
    if (subscription.shareName !== null || !subscription.inForceFor(firstSeenFrame) || (own && subscription.options.noLocal)) continue
    const granted = subscription.grantedQos!
    if (grantedQos === null || granted > grantedQos) grantedQos = granted
  }
  if (grantedQos === null) return null
  const backlog = subscriber.outstanding + connection.server.inFlight
  const recipient = make()
  recipient.begin(subscriber, served.party, match, true, grantedQos, copiesAllowed(match.subscriptions), backlog)
  return recipient
}

/** A client that got a copy, though nothing says that it should. */
export function beginUnexpected(recipient: Recipient, { subscriber, party }: ServedConnection, match: Match | null): void {
  const allowed = match === null ? 1 : copiesAllowed(match.subscriptions)
  recipient.begin(subscriber, party, match, false, match?.grantedQos ?? null, allowed, 0)
}

/** A server may send one copy for each subscription (MQTT 5.0 §3.3.4). */
function copiesAllowed(subscriptions: readonly Subscription[]): number {
  let allowed = 0
  for (const { state } of subscriptions) if (state !== 'gone') allowed++
  return Math.max(1, allowed)
}
