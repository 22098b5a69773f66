/**
 * A Network Connection (MQTT 5.0 §1.2): what its packets have told of it so far. Changed by the trackers of this folder only; everything else reads it.
 *
 * It lives as long as the TCP connection is remembered. Numbers and frames are those of packets (PacketEvent), times are nanoseconds since the capture's
 * first frame.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { End } from '../tcp/connection.ts'
import type { HalfStream } from '../tcp/half-stream.ts'
import type { CloseReason } from '../tcp/stream-sink.ts'
import type { ClientSession } from './client-session.ts'
import type { Closing } from './closing.ts'
import { DEFAULT_LIMITS, type ConnectionWill, type Limits } from './connect-facts.ts'
import { Pending } from './pending.ts'
import type { ServedConnection } from './served-connection.ts'
import { otherSide, type Side } from './side.ts'
import type { Trouble } from './troubles.ts'

/** Where in the capture a packet was seen. */
export interface Seen {
  readonly number: number
  readonly frame: number
  readonly time: number
}

export interface ConnectFacts extends Seen {
  readonly cleanStart: boolean | undefined
  /** In seconds; 0 switches it off. */
  readonly keepAlive: number
  readonly userName: Text | undefined
  readonly will: ConnectionWill | null
  /** What the client can take. */
  readonly limits: Limits
  /** Session Expiry Interval that the client asks for, in seconds; null where it is not known. */
  readonly sessionExpiry: number | null
}

export interface ConnackFacts extends Seen {
  readonly sessionPresent: boolean | undefined
  readonly reasonCode: number | null
  /** What the server puts in place of the client's Keep Alive and Session Expiry Interval, in seconds; null where it leaves them. */
  readonly keepAlive: number | null
  readonly sessionExpiry: number | null
  readonly limits: Limits
}

export interface DisconnectFacts extends Seen {
  readonly by: Side
  /** Session Expiry Interval, in seconds, that takes the place of the one so far; null where there is none. */
  readonly sessionExpiry: number | null
  /** 0 where it is left out, and before 5.0. */
  readonly reasonCode: number
}

/** A side has sent FIN or RST. */
export interface Finish {
  /** Null where it is not known which end is the client. */
  readonly by: Side | null
  readonly reason: CloseReason
  readonly frame: number
  readonly time: number
}

/**
 * `opening` no CONNACK yet · `connected` · `closing` a DISCONNECT or the first FIN was seen · `closed`. A connection whose beginning the capture does not show
 * is connected once either side has sent a packet.
 */
export type ConnectionState = 'opening' | 'connected' | 'closing' | 'closed'

/** What one side has sent. */
export class Sender {
  /** Packets, unframed bytes not counted. */
  packets = 0
  /** Of its last packet. */
  lastNumber = 0
  lastFrame = 0
  lastTime = NaN
  /** The stream offset behind the segment with its last packet. */
  sentOffset = 0
  /** The same of the last packet in an earlier frame. */
  earlierTime = NaN
  earlierOffset = 0
  /** The longest time between two of its packets, in nanoseconds. */
  longestSilence = 0
  /** Its PUBLISHes of QoS 1 and 2 that are not acknowledged to the end, now and at most: what the other side's Receive Maximum bounds (MQTT 5.0 §4.9). */
  inFlight = 0
  mostInFlight = 0
}

export class NetworkConnection {
  readonly mqtt: MqttConnection
  readonly client = new Sender()
  readonly server = new Sender()
  /** Exchanges without an end yet. */
  readonly pending: Pending
  connect: ConnectFacts | null = null
  connack: ConnackFacts | null = null
  disconnect: DisconnectFacts | null = null
  /** The side that closed first, and the one that closed after it. */
  finish: Finish | null = null
  secondFinish: Finish | null = null
  /** The Session that it serves; null where the client identifier is not known. */
  session: ClientSession | null = null
  /** The CONNECT with the same client identifier that came while this connection was still there. */
  takenOverBy: NetworkConnection | null = null
  /** Whether the server should have had a Session for this client; null where the capture does not show enough to say. */
  sessionExpected: boolean | null = null
  /** Nanoseconds from the end of the Session's connection before to this one's CONNECT; NaN where there was none, or it had not ended. */
  reconnectedAfter = NaN
  /** Why it ended; null while it lives. */
  closing: Closing | null = null
  /** The last packet of either side with an error. */
  lastError: (Seen & { readonly by: Side; readonly code: string }) | null = null
  /** What TCP went through lately: sent again, window closed. Null where nothing. */
  troubles: Trouble[] | null = null
  /** The packet going by waited behind missing bytes: packets of the other direction that were sent after it have gone by already, or were found missing. */
  late = false
  /** Of all packets and gaps so far. */
  #newestFrame = 0
  /** Its part in what the server passes on; null where nobody follows that. */
  served: ServedConnection | null = null
  /** State of the layers above. This layer only carries it. */
  attachment: unknown = null

  constructor(mqtt: MqttConnection) {
    this.mqtt = mqtt
    this.pending = new Pending(this)
  }

  sender(side: Side): Sender {
    return side === 'client' ? this.client : this.server
  }

  /** What this side has sent, as TCP saw it. Only where it is known which end is the client. */
  half(side: Side): HalfStream {
    const { tcp, client } = this.mqtt
    return tcp.half(side === 'client' ? client! : ((1 - client!) as End))
  }

  get state(): ConnectionState {
    if (this.closing !== null) return 'closed'
    if (this.disconnect !== null || this.finish !== null) return 'closing'
    return this.connack !== null || this.connect === null ? 'connected' : 'opening'
  }

  /** The Keep Alive in force, in seconds (MQTT 5.0 §3.2.2.3.14); 0 for none, null where no CONNECT was seen. */
  get keepAlive(): number | null {
    return this.connack?.keepAlive ?? this.connect?.keepAlive ?? null
  }

  /** How long the Session is kept when the connection ends, in seconds (MQTT 5.0 §3.14.2.2.2); null where that is not known. */
  get sessionExpiry(): number | null {
    const disconnected = this.disconnect?.by === 'client' ? this.disconnect.sessionExpiry : null
    return disconnected ?? this.connack?.sessionExpiry ?? this.connect?.sessionExpiry ?? null
  }

  /** When it ended: its first FIN or RST, else its last packet. */
  get endTime(): number {
    return this.finish?.time ?? (this.client.lastTime > this.server.lastTime ? this.client.lastTime : this.server.lastTime)
  }

  /** What this side has announced that it can take. Defaults where it was not seen: see `connect` and `connack`. */
  limits(side: Side): Limits {
    return (side === 'client' ? this.connect?.limits : this.connack?.limits) ?? DEFAULT_LIMITS
  }

  /** TCP's handshake: from the SYN to its answer, and from there to the client's acknowledgement; null where they were not seen. */
  get handshake(): { readonly answered: number; readonly acknowledged: number | null } | null {
    const { tcp } = this.mqtt
    const answered = tcp.answeredTime - tcp.firstTime
    if (tcp.initiator !== 0 || !(answered >= 0)) return null
    const acknowledged = this.#handshakeEnd - tcp.answeredTime
    return { answered, acknowledged: acknowledged >= 0 ? acknowledged : null }
  }

  /** When the client acknowledged the server's SYN: known once its first packet is here, and before the server has sent anything. */
  #handshakeEnd = NaN

  meet(event: PacketEvent, side: Side): void {
    const { frame } = event
    this.late = event.firstSeenFrame < this.#newestFrame
    if (frame > this.#newestFrame) this.#newestFrame = frame
    const sender = this.sender(side)
    if (sender.packets++ === 0 && side === 'client' && this.server.packets === 0) this.#handshakeEnd = this.half('server').acknowledgedTime
    if (frame !== sender.lastFrame) {
      sender.earlierTime = sender.lastTime
      sender.earlierOffset = sender.sentOffset
      sender.lastFrame = frame
    }
    sender.lastNumber = event.number
    const silence = event.time - sender.lastTime
    if (silence > sender.longestSilence) sender.longestSilence = silence
    sender.lastTime = event.time
    sender.sentOffset = this.half(side).offset
  }

  gap(frame: number): void {
    if (frame > this.#newestFrame) this.#newestFrame = frame
    this.pending.gap()
  }

  /** Something that this side sent has gone by, so that what comes next from it would not be missed without notice. */
  sees(side: Side): boolean {
    return this.sender(side).packets > 0 || this.half(side).started
  }

  /**
   * All that this side had sent on the connection when the other side sent `event` is in the capture, from its first byte on; and so is what the other side
   * sent, since an exchange that lacks its answer mistakes the next one for it.
   */
  whole(event: PacketEvent, side: Side): boolean {
    const half = this.half(side)
    const other = this.half(otherSide(side))
    if (this.late || !half.synSeen || half.gaps > 0 || other.gaps > 0) return false
    return !half.hasHole && !other.hasHole && event.acknowledged <= half.offset
  }

  /** Nothing of the connection is missing from the capture, from its first byte to its end. */
  get complete(): boolean {
    if (this.mqtt.client === null) return false
    const halves = [this.half('client'), this.half('server')]
    const closed = this.finish !== null && (this.finish.reason === 'rst' || this.secondFinish !== null)
    return closed && halves.every((half) => half.synSeen && half.gaps === 0 && !half.hasHole)
  }
}

/** What is known of the connection; made when it is first asked for. */
export function networkConnectionOf(mqtt: MqttConnection): NetworkConnection {
  const known = mqtt.attachment as NetworkConnection | null
  if (known !== null) return known
  const connection = new NetworkConnection(mqtt)
  mqtt.attachment = connection
  return connection
}
