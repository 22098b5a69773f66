/** A connection's part in what its server passes on: who subscribes on it, and what of that is not answered yet. */
import type { AnnouncedWill } from './announced-wills.ts'
import type { Party } from './delivery.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { ServerState } from './server-state.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionHistory } from './subscription-periods.ts'

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
  /** What was subscribed to on it; null until it has ended, and where nobody wants to know. */
  history: SubscriptionHistory | null = null
  /** It is over: TCP may have forgotten it. */
  ended = false
  #party: Party | null = null

  constructor(connection: NetworkConnection, server: ServerState, subscriber: Subscriber) {
    this.connection = connection
    this.server = server
    this.subscriber = subscriber
  }

  /** The client may have sent something since that time that the capture does not show, or not yet. */
  mayHaveSentUnseen(since: number): boolean {
    return !(this.lostTime < since) || (!this.ended && this.connection.half('client').hasHole)
  }

  /** Who the client is, for results; asked for while the connection lasts. */
  get party(): Party {
    const { mqtt } = this.connection
    const { clientIdentifier, version } = mqtt
    // The server may name the client later.
    if (this.#party?.clientIdentifier === clientIdentifier && this.#party?.version === version) return this.#party
    const address = mqtt.tcp.endpointText(mqtt.client ?? 0)
    return (this.#party = { stream: mqtt.tcp.stream, address, server: this.server.address, clientIdentifier, version })
  }
}
