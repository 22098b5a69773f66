import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { SessionFollower } from './client-sessions.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import type { Side } from './side.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Follows connections and their packets beyond what a single exchange tells. */
export interface ConnectionFollower extends SessionFollower {
  readonly subscriptions: Subscriptions
  /** A packet that `connection` and its Session know of already; `exchange` is the one that it belongs to. */
  packet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void
  /** The capture has come to this time without a packet. */
  tick(time: number): void
  /** Another hour of capture time is over. */
  hour(): void
  /** Bytes of either side are not known: they are missing from the capture, or could not be read. */
  gap(connection: NetworkConnection, time: number): void
  /** FIN or RST. */
  closing(connection: NetworkConnection): void
  closed(connection: NetworkConnection): void
  /** The capture ends. */
  finish(): void
  /** All has been read. */
  end(): void
}
