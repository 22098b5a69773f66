/**
 * A Network Connection (MQTT 5.0 §1.2): what its packets have told of it so far. Changed by the trackers of this folder only; everything else reads it.
 *
 * It lives as long as the TCP connection is remembered. Numbers and frames are those of packets (PacketEvent), times are nanoseconds since the capture's
 * first frame.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketType, Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Version } from '../mqtt/version.ts'
import type { End } from '../tcp/connection.ts'
import type { HalfStream } from '../tcp/half-stream.ts'
import type { CloseReason } from '../tcp/stream-sink.ts'
import type { ClientSession } from './client-session.ts'
import type { CloseDuty } from './close-duty.ts'
import type { Closing } from './closing.ts'
import { DEFAULT_LIMITS, type ConnectionWill, type Limits } from './connect-facts.ts'
import { COUNT, NOT_KEPT, Sender, TIME, type ConnectionNumbers } from './connection-numbers.ts'
import { Pending } from './pending.ts'
import type { AliasUse } from './alias-use.ts'
import type { EarlierSession } from './earlier-session.ts'
import type { EarlyPackets } from './early-packets.ts'
import type { ReconnectStorm } from './reconnects.ts'
import type { Refusal } from './refusals.ts'
import type { Resumption } from './resumption.ts'
import type { Seen } from './seen.ts'
import type { ServedConnection } from './served-connection.ts'
import { otherSide, SIDES, type Certainty, type Side } from './side.ts'
import { silenceBefore, type Silence } from './silence.ts'
import type { Trouble } from './troubles.ts'

export type { Seen }

/** What a CONNECT says of itself, and of what its CONNACK must be like. */
export interface Announcement {
  /** The protocol name and level; undefined where they could not be located. */
  readonly protocolName: Text | undefined
  readonly protocolLevel: number | undefined
  /** No known version has that name and level: nothing else of the connection is judged. */
  readonly unknownVersion: boolean
  /** The client leaves it to the server to choose its identifier. */
  readonly emptyIdentifier: boolean
  /** Null where it uses no enhanced authentication (MQTT 5.0 §4.12). */
  readonly authenticationMethod: Text | null
  readonly requestsResponseInformation: boolean
  /** Code of the first error in it; null where there is none. */
  readonly defect: string | null
}

/** What a CONNECT says of the connection as a whole. */
export interface ConnectTerms extends Announcement {
  readonly cleanStart: boolean | undefined
  /** In seconds; 0 switches it off. */
  readonly keepAlive: number
  readonly userName: Text | undefined
  readonly will: ConnectionWill | null
  /** What the client can take. */
  readonly limits: Limits
  /** Session Expiry Interval that the client asks for, in seconds; null where it is not known. */
  readonly sessionExpiry: number | null
  /** Whether the server may send Reason Strings and User Properties with everything (MQTT 5.0 §3.1.2.11.7). */
  readonly problemInformation: boolean
}

export interface ConnackTerms {
  readonly sessionPresent: boolean | undefined
  readonly reasonCode: number | null
  /** What the server puts in place of the client's Keep Alive and Session Expiry Interval, in seconds; null where it leaves them. */
  readonly keepAlive: number | null
  readonly sessionExpiry: number | null
  readonly limits: Limits
  /** It has no properties, as before 5.0. */
  readonly oldForm: boolean
}

export interface ConnectFacts extends Seen, Omit<ConnectTerms, keyof Announcement> {}

export interface ConnackFacts extends Seen, ConnackTerms {}

export interface DisconnectFacts extends Seen {
  readonly by: Side
  /** The other side had not closed before, as far as its packets and FIN were seen. */
  readonly first: boolean
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
  /** It was the first to close: all that it had acknowledged by then is in the capture, and there is no FIN in that. */
  readonly first: boolean
  /** Nor can a DISCONNECT of either side have gone unseen: the last bytes of both are those of packets in the capture. */
  readonly wordless: boolean
  /** The last packet of each side until then; null where it had sent none. */
  readonly lastOfClient: Seen | null
  readonly lastOfServer: Seen | null
}

/**
 * `opening` no CONNACK yet · `connected` · `closing` a DISCONNECT or the first FIN was seen · `closed`. A connection whose beginning the capture does not show
 * is connected once either side has sent a packet.
 */
export type ConnectionState = 'opening' | 'connected' | 'closing' | 'closed'

/** Nanoseconds. Segments that TCP had held back leave at once when the acknowledgement is there. */
export const AT_ONCE = 2_000_000

/** Nanoseconds. Nor does the Nagle algorithm hold back what TCP sends to find out whether the segment before was lost (RFC 8985 §7.2: never sooner than that). */
const SOONEST_PROBE = 5_000_000

/** Bytes: what is shorter is a full segment nowhere (RFC 9293 §3.7.1: the default for IPv4). */
const SMALL = 536

export class NetworkConnection {
  readonly mqtt: MqttConnection
  /** Exchanges without an end yet. */
  readonly pending: Pending
  #counts: Float64Array
  #countsAt: number
  #times: Float64Array
  #timesAt: number
  #connectTerms: ConnectTerms | null = null
  #connackTerms: ConnackTerms | null = null
  disconnect: DisconnectFacts | null = null
  /** The first packet of the client where it is no CONNECT, and nothing of the client can be missing before it. */
  openedBy: (Seen & { readonly type: PacketType }) | null = null
  /** The DISCONNECTs of the sides; null while there is none. */
  departed: Readonly<Record<Side, Seen | null>> | null = null
  /** The server has sent a CONNACK that refuses. */
  refused = false
  /** Who must close it, and why: in the order of the packets. */
  closeDuties: readonly CloseDuty[] = NO_DUTIES
  /** The side that closed first, and the one that closed after it. */
  finish: Finish | null = null
  secondFinish: Finish | null = null
  /** The Session that it serves; null where the client identifier is not known. */
  session: ClientSession | null = null
  takenOverBy: TakeOver | null = null
  /** The server assigned it the identifier of this connection, which was there. Null where it did not. */
  identifierOf: (Seen & { readonly stream: number }) | null = null
  /** The CONNACK of the next client that the server accepted without an identifier, as this one; null while there is none. */
  nextUnnamed: (Seen & { readonly stream: number }) | null = null
  /** Whether the server should have had a Session for this client; null where the capture does not show enough to say. */
  sessionExpected: boolean | null = null
  /** What was known of the Session when the server accepted the connection; null where that is nothing. */
  earlier: EarlierSession | null = null
  /** Exchanges of earlier connections, and what became of them; null where there are none. */
  resumption: Resumption | null = null
  /** The newest PUBLISH that was sent again though it had been refused; null where there is none. */
  resentRefusal: (Seen & { readonly refusal: Refusal }) | null = null
  /** PINGREQs of the client. */
  pings = 0
  /** The longest silence of the client that its Keep Alive did not allow, but for one that it has not ended; null where there is none. */
  silence: Silence | null = null
  /** The connections of the client that came one soon after the other, this one included; null where the client has no name. */
  storm: ReconnectStorm | null = null
  /** Nanoseconds from the end of the Session's connection before to this one's CONNECT; null where there was none, or it had not ended. */
  reconnectedAfter: number | null = null
  /** Why it ended; null while it lives, and where connections are not told of. */
  closing: Closing | null = null
  /** The last packet of either side with an error. */
  lastError: (Seen & { readonly by: Side; readonly code: string }) | null = null
  /** What TCP went through lately: sent again, window closed. Null where nothing. */
  troubles: Trouble[] | null = null
  /** What the client sent before the CONNACK; null where that is nothing. */
  early: EarlyPackets | null = null
  /** How each side uses Topic Aliases; null where it has none. */
  aliases: Record<Side, AliasUse | null> | null = null
  /** Its part in what the server passes on; null where nobody follows that. */
  served: ServedConnection | null = null
  /** State of the layers above: of the statistics, and of the judgement. This layer only carries it. */
  attachment: unknown = null
  judged: unknown = null

  constructor(mqtt: MqttConnection, numbers: ConnectionNumbers) {
    this.mqtt = mqtt
    this.pending = new Pending(this)
    const counts = numbers.takeCounts()
    const times = numbers.takeTimes()
    this.#counts = counts.numbers
    this.#countsAt = counts.at
    this.#times = times.numbers
    this.#timesAt = times.at
  }

  get client(): Sender {
    return this.sender('client')
  }

  get server(): Sender {
    return this.sender('server')
  }

  sender(side: Side): Sender {
    return new Sender(side, { numbers: this.#counts, at: this.#countsAt }, { numbers: this.#times, at: this.#timesAt })
  }

  /** The same as of its `sender`, which takes an object. */
  sentOffset(side: Side): number {
    return this.#times[this.#timesAt + (side === 'client' ? 0 : TIME.server) + TIME.sentOffset]!
  }

  /** It has ended, and all have heard of it: its numbers are not known any more. */
  release(numbers: ConnectionNumbers): void {
    numbers.giveBack({ numbers: this.#counts, at: this.#countsAt }, { numbers: this.#times, at: this.#timesAt })
    this.#counts = this.#times = NOT_KEPT.numbers
    this.#countsAt = this.#timesAt = NOT_KEPT.at
  }

  /** Nobody asks how it ended. The facts of that are young; a connection that is old, though done with, would make the garbage collector keep them. */
  forgetEnding(): void {
    this.disconnect = null
    this.finish = null
    this.secondFinish = null
  }

  /** The server says that it has no Session where the client came back to one, and it should have it. */
  get sessionDenied(): boolean {
    return this.sessionExpected === true && this.connack?.sessionPresent === false
  }

  get connect(): ConnectFacts | null {
    const terms = this.#connectTerms
    if (terms === null) return null
    const { number, frame, time } = this.#seen(COUNT.connect)
    // Written out: to spread the terms takes a kilobyte.
    const { cleanStart, keepAlive, userName, will, limits, sessionExpiry, problemInformation } = terms
    return { number, frame, time, cleanStart, keepAlive, userName, will, limits, sessionExpiry, problemInformation }
  }

  get announcement(): Announcement | null {
    return this.#connectTerms
  }

  get connack(): ConnackFacts | null {
    const terms = this.#connackTerms
    if (terms === null) return null
    const { number, frame, time } = this.#seen(COUNT.connack)
    const { sessionPresent, reasonCode, keepAlive, sessionExpiry, limits, oldForm } = terms
    return { number, frame, time, sessionPresent, reasonCode, keepAlive, sessionExpiry, limits, oldForm }
  }

  get connectSeen(): boolean {
    return this.#connectTerms !== null
  }

  get connackSeen(): boolean {
    return this.#connackTerms !== null
  }

  /** PacketEvent.number of the CONNECT, and of the CONNACK: only where they were seen. */
  get connectNumber(): number {
    return this.#counts[this.#countsAt + COUNT.connect]!
  }

  get connackNumber(): number {
    return this.#counts[this.#countsAt + COUNT.connack]!
  }

  get asksCleanStart(): boolean {
    return this.#connectTerms?.cleanStart === true
  }

  /** The packet going by is the first one of this side. */
  begins(side: Side): boolean {
    return this.#counts[this.#countsOf(side) + COUNT.packets] === 1
  }

  learnConnect(event: PacketEvent, terms: ConnectTerms): void {
    this.#connectTerms = terms
    this.#note(COUNT.connect, event)
  }

  learnConnack(event: PacketEvent, terms: ConnackTerms): void {
    this.#connackTerms = terms
    this.refused = (terms.reasonCode ?? 0) !== 0
    this.#note(COUNT.connack, event)
    this.#counts[this.#countsAt + COUNT.connackEnd] = event.segmentEnd
  }

  /** A packet of the client goes by behind the CONNACK: its TCP may show that it has that. */
  noteConnackKnown({ acknowledged, acknowledgedTime }: PacketEvent): void {
    const counts = this.#counts
    const at = this.#countsAt
    if (counts[at + COUNT.connackKnown] === 0 && acknowledged >= counts[at + COUNT.connackEnd]!) counts[at + COUNT.connackKnown] = acknowledgedTime
  }

  /**
   * Whether the client had the CONNACK when it sent this packet. `likely` its TCP had it · `certain` and it has sent something new since, for it had nothing in flight
   * at a moment more than a second later · null not, as far as the capture shows: what TCP sends again, or holds back, was written earlier.
   */
  knowsConnack(event: PacketEvent): Certainty | null {
    const { acknowledged, filledHole, time, sender } = event
    const counts = this.#counts
    const at = this.#countsAt
    if (!this.connackSeen || acknowledged < counts[at + COUNT.connackEnd]!) return null
    const known = counts[at + COUNT.connackKnown]!
    if (filledHole || this.waited(event) || known === 0 || !(time - known > GRACE) || this.mqtt.tcp.otherHalf(sender).windowClosed) return 'likely'
    return this.half('client').acknowledgedOffset >= this.client.earlierOffset ? 'certain' : 'likely'
  }

  #note(where: number, { number, frame, time }: PacketEvent): void {
    const at = this.#countsAt + where
    this.#counts[at] = number
    this.#counts[at + 1] = frame
    this.#counts[at + 2] = time
  }

  #seen(where: number): Seen {
    const at = this.#countsAt + where
    return { number: this.#counts[at]!, frame: this.#counts[at + 1]!, time: this.#counts[at + 2]! }
  }

  /** A PUBLISH of this side with QoS 1 or 2 has begun its exchange (1), or its exchange has ended (-1). */
  countInFlight(side: Side, change: 1 | -1): void {
    this.#counts[this.#countsOf(side) + COUNT.inFlight]! += change
  }

  /**
   * A PUBLISH of this side with QoS 1 or 2 was sent on this connection for the first time (1), or one was acknowledged to the end (-1), which gives back some of the
   * quota also where its PUBLISH was sent on an earlier connection (MQTT 5.0 §4.9).
   */
  countQuota(side: Side, change: 1 | -1): void {
    const counts = this.#counts
    const at = this.#countsOf(side)
    const used = Math.max(0, counts[at + COUNT.quotaUsed]! + change)
    counts[at + COUNT.quotaUsed] = used
    if (used > counts[at + COUNT.mostInFlight]!) counts[at + COUNT.mostInFlight] = used
  }

  #countsOf(side: Side): number {
    return side === 'client' ? this.#countsAt : this.#countsAt + COUNT.server
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
    // A client that asked for none must not ask for one when it goes: such a DISCONNECT is a protocol error.
    const disconnected = this.disconnect?.by === 'client' && this.#connectTerms?.sessionExpiry !== 0 ? this.disconnect.sessionExpiry : null
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

  /**
   * Of a client that announces a version that does not exist: the one that the server answers in, by the form of its CONNACK, or else the one whose form the level
   * comes nearest to. Null for all others.
   */
  get versionAnsweredIn(): Version | null {
    const terms = this.#connectTerms
    if (terms === null || !terms.unknownVersion) return null
    const isOld = this.#connackTerms === null ? (terms.protocolLevel! & 0x7f) < 5 : this.#connackTerms.oldForm
    return isOld ? '3.1.1' : '5.0'
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
    const acknowledged = this.#times[this.#timesAt + TIME.handshakeEnd]! - tcp.answeredTime
    return { answered, acknowledged: acknowledged >= 0 ? acknowledged : null }
  }

  /** A packet of this side goes by, and nobody asks when. */
  pass(side: Side): void {
    this.#counts[this.#countsOf(side) + COUNT.packets]!++
  }

  /** The same, with all that it tells. */
  meet(event: PacketEvent, side: Side): void {
    const { frame } = event
    const counts = this.#counts
    const count = this.#countsOf(side)
    const times = this.#times
    // The client has acknowledged the server's SYN by now, and the server has sent nothing else yet.
    const isFirst = counts[count + COUNT.packets] === 0 && side === 'client' && this.server.packets === 0 && !this.waited(event)
    if (isFirst) times[this.#timesAt + TIME.handshakeEnd] = this.half('server').acknowledgedTime
    counts[count + COUNT.packets]!++
    const at = side === 'client' ? this.#timesAt : this.#timesAt + TIME.server
    times[at + TIME.lastNumber] = event.number
    if (frame === times[at + TIME.lastFrame]) {
      // Segments that waited behind a hole go by with the frame that filled it.
      times[at + TIME.sentOffset] = event.segmentEnd
      return
    }
    this.pending.noteAcknowledgements(side, this.waited(event))
    const before = times[at + TIME.lastTime]!
    const silence = event.time - before
    if (!(silence <= times[at + TIME.longestSilence]!)) {
      times[at + TIME.longestSilence] = silence
      if (side === 'client') this.silence = silenceBefore(this, event, before) ?? this.silence
    }
    if (!(silence <= AT_ONCE && times[at + TIME.unheld] === 1) && !this.waited(event)) this.#noteHaste(event, side, times, at)
    times[at + TIME.earlierTime] = before
    times[at + TIME.earlierOffset] = times[at + TIME.sentOffset]!
    times[at + TIME.lastFrame] = frame
    times[at + TIME.lastTime] = event.time
    times[at + TIME.sentOffset] = event.segmentEnd
  }

  /** Whether this side had anything on the way when it sent the segment going by; `times` from `at` on are those of the one before. */
  #noteHaste({ time, segmentEnd, filledHole }: PacketEvent, side: Side, times: Float64Array, at: number): void {
    const half = this.half(side)
    const begin = times[at + TIME.sentOffset]!
    const last = times[at + TIME.lastTime]!
    if (Number.isNaN(last)) times[at + TIME.freshTime] = time
    else if (half.acknowledgedOffset >= begin) {
      const since = time - half.acknowledgedTime
      // What comes sooner after the acknowledgement than the side can have had it was on the way already.
      if (since > AT_ONCE && since > AT_ONCE + this.roundTrip(side)) times[at + TIME.freshTime] = time
    } else if (!filledHole && time - last < SOONEST_PROBE && segmentEnd - begin < SMALL && begin - times[at + TIME.earlierOffset]! < SMALL) times[at + TIME.unheld] = 1
  }

  /** From the place of the capture to this side and back, as TCP's handshake shows it; 0 where that was not seen. */
  roundTrip(side: Side): number {
    const { tcp } = this.mqtt
    if (tcp.initiator !== 0) return 0
    const answered = tcp.answeredTime
    const time = side === 'server' ? answered - tcp.firstTime : this.#times[this.#timesAt + TIME.handshakeEnd]! - answered
    return time >= 0 ? time : 0
  }

  gap(): void {
    this.pending.gap()
    // Acknowledgements may be among what is lost.
    for (const side of SIDES) this.#counts[this.#countsOf(side) + COUNT.quotaUsed] = 0
  }

  /** The other side had received the packet before it went by here: what that side did with it on other connections may have gone by already. */
  lags({ sender, segmentEnd }: PacketEvent): boolean {
    return this.mqtt.tcp.half(sender).acknowledgedOffset >= segmentEnd
  }

  /** Something that this side sent has gone by, so that what comes next from it would not be missed without notice. */
  sees(side: Side): boolean {
    return this.#counts[this.#countsOf(side) + COUNT.packets]! > 0 || this.half(side).started
  }

  /** Newer frames of the connection were captured before the packet could go by: what TCP knows of acknowledgements and windows by now is not what it knew then. */
  waited({ frame }: PacketEvent): boolean {
    return ((this.mqtt.tcp.lastFrame - frame) | 0) > 0
  }

  /** All that the other side had received of `side` when it sent `event` has gone by: nothing of it is missing here, or comes later. */
  inStep(event: PacketEvent, side: Side): boolean {
    const half = this.half(side)
    return !half.hasHole && event.acknowledged <= half.offset
  }

  /**
   * All that this side had sent on the connection when the other side sent `event` is in the capture, from its first byte on; and so is what the other side
   * sent, since an exchange that lacks its answer mistakes the next one for it.
   */
  whole(event: PacketEvent, side: Side): boolean {
    const half = this.half(side)
    const other = this.half(otherSide(side))
    if (!half.synSeen || half.gaps > 0 || other.gaps > 0) return false
    return !half.hasHole && !other.hasHole && event.acknowledged <= half.offset
  }

  /** What is known now that a FIN or RST goes by; `by` null where it is not known which end is the client. */
  finishOf(by: Side | null, reason: CloseReason, frame: number, time: number): Finish {
    const lastOfClient = lastOf(this.client)
    const lastOfServer = lastOf(this.server)
    if (by === null) return { by, reason, frame, time, first: false, wordless: false, lastOfClient, lastOfServer }
    const other = otherSide(by)
    // The end that refuses a SYN has sent nothing before.
    const refusal = reason === 'rst' && Number.isNaN(this.mqtt.tcp.answeredTime) && this.half(other).synSeen
    const { offset, finAcknowledged, disorder } = this.half(by)
    const first = this.#hadNotClosed(other, reason === 'fin' ? finAcknowledged : disorder.reset?.acknowledged ?? -1, offset + 1)
    const wordless = first && this.#endsWithPacket(other) && (refusal || this.#endsWithPacket(by))
    return { by, reason, frame, time, first, wordless, lastOfClient, lastOfServer }
  }

  /** The capture holds all that the other end has received of this side, and there is no FIN in it. */
  hasNotClosed(side: Side): boolean {
    const half = this.half(side)
    if (!half.started || half.hasHole || half.finSeen || half.acknowledgedOffset > half.offset) return false
    // A FIN may be among what was given up.
    return half.gaps === 0 || this.#endsWithPacket(side)
  }

  /** The same of what the other side had received when it sent this packet. */
  hadNotClosed(side: Side, { acknowledged, streamEnd }: PacketEvent): boolean {
    return this.#hadNotClosed(side, acknowledged, streamEnd)
  }

  /**
   * `acknowledged`: what the other side had received of this one when it sent something that ends at `end`. Where that waited, both may have been seen to say more
   * since then: a FIN that acknowledges it came later.
   */
  #hadNotClosed(side: Side, acknowledged: number, end: number): boolean {
    const half = this.half(side)
    if (acknowledged < 0 || !half.started) return this.hasNotClosed(side)
    if (half.closed || acknowledged > half.offset || (half.finSeen && half.finAcknowledged < end)) return false
    return half.gaps === 0 || this.#endsWithPacket(side)
  }

  /** The last byte of this side in the stream so far is that of a packet that was seen; or it has sent none. */
  #endsWithPacket(side: Side): boolean {
    const half = this.half(side)
    const { packets, sentOffset } = this.sender(side)
    if (half.hasHole || half.disorder.unseenBeforeReset) return false
    return packets > 0 ? sentOffset === half.offset : half.synSeen && half.offset === 0
  }

  /** Nothing of the connection is missing from the capture, from its first byte to its end. */
  get complete(): boolean {
    return this.finish !== null && (this.finish.reason === 'rst' || this.secondFinish !== null) && this.wholeSoFar
  }

  /** Nothing of the connection is missing from the capture, from its first byte to the newest one. */
  get wholeSoFar(): boolean {
    return this.mqtt.client !== null && SIDES.map((side) => this.half(side)).every((half) => half.synSeen && half.gaps === 0 && !half.hasHole)
  }
}

function lastOf({ packets, lastNumber, lastFrame, lastTime }: Sender): Seen | null {
  return packets === 0 ? null : { number: lastNumber, frame: lastFrame, time: lastTime }
}

/** Nanoseconds after which a program has read what its TCP has received. */
const GRACE = 1e9

const NO_DUTIES: readonly CloseDuty[] = []

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
export function networkConnectionOf(mqtt: MqttConnection, numbers: ConnectionNumbers): NetworkConnection | null {
  const known = mqtt.attachment as NetworkConnection | typeof ENDED | null
  if (known === ENDED) return null
  if (known !== null) return known
  const connection = new NetworkConnection(mqtt, numbers)
  mqtt.attachment = connection
  return connection
}
