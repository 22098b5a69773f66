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
import { NumberRows, type NumberRow } from './number-rows.ts'
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

/** What a CONNECT says of the connection as a whole. */
export interface ConnectTerms {
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

export interface ConnackTerms {
  readonly sessionPresent: boolean | undefined
  readonly reasonCode: number | null
  /** What the server puts in place of the client's Keep Alive and Session Expiry Interval, in seconds; null where it leaves them. */
  readonly keepAlive: number | null
  readonly sessionExpiry: number | null
  readonly limits: Limits
}

export interface ConnectFacts extends Seen, ConnectTerms {}

export interface ConnackFacts extends Seen, ConnackTerms {}

export interface DisconnectFacts extends Seen {
  readonly by: Side
  /** Session Expiry Interval, in seconds, that takes the place of the one so far; null where there is none. */
  readonly sessionExpiry: number | null
  /** 0 where it is left out, and before 5.0. */
  readonly reasonCode: number
}

/** A CONNECT with the same client identifier that came while the connection was still there. */
export interface TakeOver extends Seen {
  readonly stream: number
  /** When the server accepted it; null while it has not. */
  readonly accepted: number | null
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

/** The numbers of a connection, as a row. Those of both sides, then where CONNECT and CONNACK were seen. */
const SIDE_NUMBERS = 10
const PACKETS = 0
const LAST_NUMBER = 1
const LAST_FRAME = 2
const LAST_TIME = 3
const SENT_OFFSET = 4
const EARLIER_TIME = 5
const EARLIER_OFFSET = 6
const LONGEST_SILENCE = 7
const IN_FLIGHT = 8
const MOST_IN_FLIGHT = 9
const CONNECT_SEEN = 2 * SIDE_NUMBERS
const CONNACK_SEEN = CONNECT_SEEN + 3
const HANDSHAKE_END = CONNACK_SEEN + 3
const NUMBERS = HANDSHAKE_END + 1

const FORGOTTEN = new Float64Array(NUMBERS).fill(NaN)

export function connectionNumbers(): NumberRows {
  return new NumberRows(NUMBERS)
}

/** What one side has sent. A view of the connection's numbers: valid until that has ended. */
export class Sender {
  readonly #numbers: Float64Array
  readonly #at: number

  constructor(numbers: Float64Array, at: number) {
    this.#numbers = numbers
    this.#at = at
  }

  /** Packets, unframed bytes not counted. */
  get packets(): number {
    return this.#numbers[this.#at + PACKETS]!
  }

  /** Of its last packet; 0 and NaN before there is one. */
  get lastNumber(): number {
    return this.#numbers[this.#at + LAST_NUMBER]!
  }

  get lastFrame(): number {
    return this.#numbers[this.#at + LAST_FRAME]!
  }

  get lastTime(): number {
    return this.#numbers[this.#at + LAST_TIME]!
  }

  /** The stream offset behind the segment with its last packet. */
  get sentOffset(): number {
    return this.#numbers[this.#at + SENT_OFFSET]!
  }

  /** The same of the last packet in an earlier frame. */
  get earlierTime(): number {
    return this.#numbers[this.#at + EARLIER_TIME]!
  }

  get earlierOffset(): number {
    return this.#numbers[this.#at + EARLIER_OFFSET]!
  }

  /** The longest time between two of its packets, in nanoseconds; NaN before there are two. */
  get longestSilence(): number {
    return this.#numbers[this.#at + LONGEST_SILENCE]!
  }

  /** Its PUBLISHes of QoS 1 and 2 that are not acknowledged to the end, those of earlier connections included. */
  get inFlight(): number {
    return this.#numbers[this.#at + IN_FLIGHT]!
  }

  /** The same at most, of those sent on this connection: what the other side's Receive Maximum bounds (MQTT 5.0 §4.9). */
  get mostInFlight(): number {
    return this.#numbers[this.#at + MOST_IN_FLIGHT]!
  }
}

export class NetworkConnection {
  readonly mqtt: MqttConnection
  /** Exchanges without an end yet. */
  readonly pending: Pending
  #numbers: Float64Array
  #at: number
  /** The packet going by waited behind missing bytes: packets of the other direction that were sent after it have gone by already, or were found missing. */
  late = false
  /** Of all packets and gaps so far. What every packet needs ends here, so that it lies together. */
  #newestFrame = 0
  #connectTerms: ConnectTerms | null = null
  #connackTerms: ConnackTerms | null = null
  disconnect: DisconnectFacts | null = null
  /** The side that closed first, and the one that closed after it. */
  finish: Finish | null = null
  secondFinish: Finish | null = null
  /** The Session that it serves; null where the client identifier is not known. */
  session: ClientSession | null = null
  takenOverBy: TakeOver | null = null
  /** Whether the server should have had a Session for this client; null where the capture does not show enough to say. */
  sessionExpected: boolean | null = null
  /** Nanoseconds from the end of the Session's connection before to this one's CONNECT; null where there was none, or it had not ended. */
  reconnectedAfter: number | null = null
  /** Why it ended; null while it lives, and where connections are not told of. */
  closing: Closing | null = null
  /** The last packet of either side with an error. */
  lastError: (Seen & { readonly by: Side; readonly code: string }) | null = null
  /** What TCP went through lately: sent again, window closed. Null where nothing. */
  troubles: Trouble[] | null = null
  /** Its part in what the server passes on; null where nobody follows that. */
  served: ServedConnection | null = null
  /** State of the layers above. This layer only carries it. */
  attachment: unknown = null

  constructor(mqtt: MqttConnection, { numbers, at }: NumberRow) {
    this.mqtt = mqtt
    this.pending = new Pending(this)
    this.#numbers = numbers
    this.#at = at
    for (const side of [at, at + SIDE_NUMBERS]) {
      numbers[side + LAST_TIME] = NaN
      numbers[side + EARLIER_TIME] = NaN
      numbers[side + LONGEST_SILENCE] = NaN
    }
    numbers[at + HANDSHAKE_END] = NaN
  }

  get client(): Sender {
    return new Sender(this.#numbers, this.#at)
  }

  get server(): Sender {
    return new Sender(this.#numbers, this.#at + SIDE_NUMBERS)
  }

  /** It has ended, and all have heard of it: its numbers are not known any more. */
  release(rows: NumberRows): void {
    rows.giveBack(this.#numbers, this.#at)
    this.#numbers = FORGOTTEN
    this.#at = 0
  }

  /** Nobody asks how it ended. The facts of that are young; a connection that is old, though done with, would make the garbage collector keep them. */
  forgetEnding(): void {
    this.disconnect = null
    this.finish = null
    this.secondFinish = null
  }

  get connect(): ConnectFacts | null {
    const terms = this.#connectTerms
    if (terms === null) return null
    const { number, frame, time } = this.#seen(CONNECT_SEEN)
    // Written out: to spread the terms takes a kilobyte.
    const { cleanStart, keepAlive, userName, will, limits, sessionExpiry } = terms
    return { number, frame, time, cleanStart, keepAlive, userName, will, limits, sessionExpiry }
  }

  get connack(): ConnackFacts | null {
    const terms = this.#connackTerms
    if (terms === null) return null
    const { number, frame, time } = this.#seen(CONNACK_SEEN)
    const { sessionPresent, reasonCode, keepAlive, sessionExpiry, limits } = terms
    return { number, frame, time, sessionPresent, reasonCode, keepAlive, sessionExpiry, limits }
  }

  get connectSeen(): boolean {
    return this.#connectTerms !== null
  }

  get connackSeen(): boolean {
    return this.#connackTerms !== null
  }

  learnConnect(event: PacketEvent, terms: ConnectTerms): void {
    this.#connectTerms = terms
    this.#note(CONNECT_SEEN, event)
  }

  learnConnack(event: PacketEvent, terms: ConnackTerms): void {
    this.#connackTerms = terms
    this.#note(CONNACK_SEEN, event)
  }

  #note(where: number, { number, frame, time }: PacketEvent): void {
    this.#numbers[this.#at + where] = number
    this.#numbers[this.#at + where + 1] = frame
    this.#numbers[this.#at + where + 2] = time
  }

  #seen(where: number): Seen {
    const at = this.#at + where
    return { number: this.#numbers[at]!, frame: this.#numbers[at + 1]!, time: this.#numbers[at + 2]! }
  }

  /**
   * A PUBLISH of this side with QoS 1 or 2 has begun its exchange (1), was sent again (0), or its exchange has ended (-1). `unsent`: those, of an earlier
   * connection, whose PUBLISH was not sent on this one.
   */
  countInFlight(side: Side, change: 1 | 0 | -1, unsent: number): void {
    const numbers = this.#numbers
    const at = this.#sideAt(side)
    const inFlight = numbers[at + IN_FLIGHT]! + change
    numbers[at + IN_FLIGHT] = inFlight
    if (inFlight - unsent > numbers[at + MOST_IN_FLIGHT]!) numbers[at + MOST_IN_FLIGHT] = inFlight - unsent
  }

  #sideAt(side: Side): number {
    return side === 'client' ? this.#at : this.#at + SIDE_NUMBERS
  }

  sender(side: Side): Sender {
    return new Sender(this.#numbers, this.#sideAt(side))
  }

  /** What this side has sent, as TCP saw it. Only where it is known which end is the client. */
  half(side: Side): HalfStream {
    const { tcp, client } = this.mqtt
    return tcp.half(side === 'client' ? client! : ((1 - client!) as End))
  }

  get state(): ConnectionState {
    if (this.closing !== null) return 'closed'
    if (this.disconnect !== null || this.finish !== null) return 'closing'
    return this.connackSeen || !this.connectSeen ? 'connected' : 'opening'
  }

  /** The Keep Alive in force, in seconds (MQTT 5.0 §3.2.2.3.14); 0 for none, null where no CONNECT was seen. */
  get keepAlive(): number | null {
    return this.#connackTerms?.keepAlive ?? this.#connectTerms?.keepAlive ?? null
  }

  /** How long the Session is kept when the connection ends, in seconds (MQTT 5.0 §3.14.2.2.2); null where that is not known. */
  get sessionExpiry(): number | null {
    const disconnected = this.disconnect?.by === 'client' ? this.disconnect.sessionExpiry : null
    return disconnected ?? this.#connackTerms?.sessionExpiry ?? this.#connectTerms?.sessionExpiry ?? null
  }

  /** When it ended: its first FIN or RST, else its last packet. */
  get endTime(): number {
    const { client, server } = this
    return this.finish?.time ?? (client.lastTime > server.lastTime ? client.lastTime : server.lastTime)
  }

  /**
   * Whether the server must publish the will now that the connection has ended (MQTT 5.0 §3.1.2.5): not after a DISCONNECT of the client that says nothing else.
   * Null where that is not known, and where there is no will.
   */
  get willIsDue(): boolean | null {
    const { closing, connect, connack, disconnect } = this
    if (closing === null || connect === null || connect.will === null || connack === null) return null
    if (closing.reason === 'refused') return false
    if (closing.reason === 'capture-end' || closing.reason === 'unknown') return null
    return !(disconnect?.by === 'client' && disconnect.reasonCode !== DISCONNECT_WITH_WILL)
  }

  /** What this side has announced that it can take. Defaults where it was not seen: see `connect` and `connack`. */
  limits(side: Side): Limits {
    return (side === 'client' ? this.#connectTerms?.limits : this.#connackTerms?.limits) ?? DEFAULT_LIMITS
  }

  /** TCP's handshake: from the SYN to its answer, and from there to the client's acknowledgement; null where they were not seen. */
  get handshake(): { readonly answered: number; readonly acknowledged: number | null } | null {
    const { tcp } = this.mqtt
    const answered = tcp.answeredTime - tcp.firstTime
    if (tcp.initiator !== 0 || !(answered >= 0)) return null
    const acknowledged = this.#numbers[this.#at + HANDSHAKE_END]! - tcp.answeredTime
    return { answered, acknowledged: acknowledged >= 0 ? acknowledged : null }
  }

  /** A packet of this side goes by. */
  pass({ frame, firstSeenFrame }: PacketEvent, side: Side): void {
    this.late = firstSeenFrame < this.#newestFrame
    if (frame > this.#newestFrame) this.#newestFrame = frame
    this.#numbers[this.#sideAt(side) + PACKETS]!++
  }

  /** The same, with all that it tells. */
  meet(event: PacketEvent, side: Side): void {
    const { frame } = event
    this.late = event.firstSeenFrame < this.#newestFrame
    if (frame > this.#newestFrame) this.#newestFrame = frame
    const numbers = this.#numbers
    const at = this.#sideAt(side)
    // The client has acknowledged the server's SYN by now, and the server has sent nothing else yet.
    if (numbers[at + PACKETS] === 0 && side === 'client' && this.server.packets === 0) numbers[this.#at + HANDSHAKE_END] = this.half('server').acknowledgedTime
    numbers[at + PACKETS]!++
    numbers[at + LAST_NUMBER] = event.number
    if (frame === numbers[at + LAST_FRAME]) return
    this.pending.noteAcknowledgements(side)
    const before = numbers[at + LAST_TIME]!
    const silence = event.time - before
    if (!(silence <= numbers[at + LONGEST_SILENCE]!)) numbers[at + LONGEST_SILENCE] = silence
    numbers[at + EARLIER_TIME] = before
    numbers[at + EARLIER_OFFSET] = numbers[at + SENT_OFFSET]!
    numbers[at + LAST_FRAME] = frame
    numbers[at + LAST_TIME] = event.time
    numbers[at + SENT_OFFSET] = event.segmentEnd
  }

  gap(frame: number): void {
    if (frame > this.#newestFrame) this.#newestFrame = frame
    this.pending.gap()
  }

  /** Something that this side sent has gone by, so that what comes next from it would not be missed without notice. */
  sees(side: Side): boolean {
    return this.#numbers[this.#sideAt(side) + PACKETS]! > 0 || this.half(side).started
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

/** MQTT 5.0 §3.14.2.1: Disconnect with Will Message. */
const DISCONNECT_WITH_WILL = 0x04

/** Stands in place of a connection that has ended: TCP remembers those for a while, and nothing more is said of them here. */
const ENDED = Symbol('ended')

/** From now on, nothing is known of the connection. */
export function forgetEnded(mqtt: MqttConnection): void {
  mqtt.attachment = ENDED
}

/** What is known of the connection so far; null where that is nothing, and where it has ended. */
export function knownConnection(mqtt: MqttConnection): NetworkConnection | null {
  const known = mqtt.attachment as NetworkConnection | typeof ENDED | null
  return known === ENDED ? null : known
}

/** What is known of the connection, made when it is first asked for; null where it has ended. */
export function networkConnectionOf(mqtt: MqttConnection, rows: NumberRows): NetworkConnection | null {
  const known = mqtt.attachment as NetworkConnection | typeof ENDED | null
  if (known === ENDED) return null
  if (known !== null) return known
  const connection = new NetworkConnection(mqtt, rows.take())
  mqtt.attachment = connection
  return connection
}
