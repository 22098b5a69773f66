/** Subscriptions alone, of connections whose deliveries nobody wants to know. */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { ClientSession } from './client-session.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { Side } from './side.ts'
import { Subscriptions, type SubscriptionLimits } from './subscriptions.ts'
import type { ConnectionFollower } from './connection-follower.ts'

const SUBSCRIBE = 8
const UNSUBACK = 11
const DISCONNECT = 14

export class FollowedSubscriptions implements ConnectionFollower {
  readonly subscriptions: Subscriptions
  #number = 0

  constructor(limits: SubscriptionLimits) {
    this.subscriptions = new Subscriptions(limits, true)
  }

  packet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection): void {
    this.#number = event.number
    const served = connection.served ?? this.subscriptions.meet(connection)
    if (served === null) return
    if (served.subscriber.session === null) served.server.anonymousTime = event.time
    if (type >= SUBSCRIBE && type <= UNSUBACK) this.subscriptions.packet(served, event, side)
    else if (type === DISCONNECT) this.subscriptions.closing(served)
  }

  tick(): void {
    // Nothing here waits.
  }

  hour(): void {
    // Subscriptions go with their Sessions.
  }

  gap({ served }: NetworkConnection, time: number): void {
    if (served !== null) this.subscriptions.gap(served, this.#number, time)
  }

  closing({ served }: NetworkConnection): void {
    if (served !== null) this.subscriptions.closing(served)
  }

  closed({ served }: NetworkConnection): void {
    if (served !== null) this.subscriptions.closed(served)
  }

  finish(): void {
    this.subscriptions.finish()
  }

  end(): void {
    // Each was told with its connection.
  }

  // --- SessionFollower ---

  began(session: ClientSession, connection: NetworkConnection, anew: boolean): void {
    this.subscriptions.began(session, connection, anew)
  }

  ended(session: ClientSession): void {
    this.subscriptions.ended(session)
  }
}
