/** A connection's part in what its server passes on: who subscribes on it, and what of that is not answered yet. */
import type { NetworkConnection } from './network-connection.ts'
import type { AnnouncedWill, ServerState } from './server-state.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription } from './subscription.ts'

/** A SUBSCRIBE or UNSUBSCRIBE that waits for its answer: in the order of its filters, null for those that are not followed. */
export interface SubscriptionRequest {
  readonly kind: 'subscribe' | 'unsubscribe'
  readonly number: number
  readonly subscriptions: readonly (Subscription | null)[]
}

export class ServedConnection {
  readonly connection: NetworkConnection
  readonly server: ServerState
  subscriber: Subscriber
  /** By Packet Identifier; null until there is one. */
  requests: Map<number, SubscriptionRequest> | null = null
  /** The client is a broker's bridge: its CONNECT has the top bit of the protocol level set. */
  bridge = false
  /** Its will, once the server has accepted it. */
  will: AnnouncedWill | null = null
  /** When bytes of either side were last found missing. */
  lostTime = -Infinity

  constructor(connection: NetworkConnection, server: ServerState, subscriber: Subscriber) {
    this.connection = connection
    this.server = server
    this.subscriber = subscriber
  }
}
