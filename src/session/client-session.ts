/**
 * The Session of a client with a server, across its Network Connections (MQTT 5.0 §4.1): what the capture has shown of it so far.
 *
 * Its key is the server's address and the client identifier. Changed by the trackers of this folder only.
 */
import type { Text } from '../mqtt/packet.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import type { ReconnectStorm } from './reconnects.ts'
import type { Refusal } from './refusals.ts'
import type { Seen } from './seen.ts'

export class ClientSession {
  /** `address:port` of the server. */
  readonly server: string
  readonly clientIdentifier: Text
  /** The connection that serves it now; null while the client is away. */
  current: NetworkConnection | null = null
  /** The one whose CONNECT came last, while it lasts. */
  newest: NetworkConnection | null = null
  /** Connections that it had so far, this one included. */
  connections = 0
  /**
   * The state on the server began with a connection in the capture, and nothing that changes it can have gone unseen: a client that started clean, or got no
   * Session, and whose packets are all there.
   */
  whole = false
  /** The server keeps its state beyond the connection, as far as CONNECT, CONNACK and DISCONNECT say; null where that is not known. */
  expiry: number | null = null
  /** When its last connection ended; null while it has not. */
  leftTime: number | null = null
  /** Hours of the capture (ClientSessions.hour) that were over when it was last heard of. */
  hour = 0
  /** It is known no longer: the next connection of the client begins another one. */
  forgotten = false
  /** What earlier-session.ts notes: the CONNACK of the newest connection, whether that made the Session for a client that wanted an old one, and how that connection ended. */
  accepted: Seen | null = null
  madeAtRequest = false
  unnoticed = 0
  unexplained = false
  /** CONNECTs whose CONNACK was not seen. */
  unanswered = 0
  /** What reconnects.ts notes. */
  lastConnectTime = -Infinity
  endedBroken = false
  storm: ReconnectStorm | null = null
  /** PUBLISHes that were refused lately; the oldest first. */
  refusals: readonly Refusal[] = NO_REFUSALS
  /** Unfinished exchanges of QoS 1 and 2, which go on with the next connection. In the order in which they began. */
  carried: readonly OpenExchange[] = NO_EXCHANGES
  /** A connection of it ended without a word of the client, or of the server: that may have sent more than came by. */
  clientUnsent = false
  serverUnsent = false
  /** State of what follows it: subscriptions and deliveries. */
  attachment: unknown = null

  constructor(server: string, clientIdentifier: Text) {
    this.server = server
    this.clientIdentifier = clientIdentifier
  }
}

const NO_EXCHANGES: readonly OpenExchange[] = []
const NO_REFUSALS: readonly Refusal[] = []
