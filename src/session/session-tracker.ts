/**
 * Packets in; connections, exchanges, Sessions and deliveries out: the session layer wired together, and the only part of it that other layers call.
 *
 * It hears of packets and of what happens to their connections in the order of the capture. Nothing is concluded from what the capture does not show.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { ConnectionObserver } from '../mqtt/dissector.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { End } from '../tcp/connection.ts'
import type { CloseReason } from '../tcp/stream-sink.ts'
import type { Packet, Publish } from '../mqtt/packet.ts'
import { AliasUse, aliasOf } from './alias-use.ts'
import { ClientSessions, type ClientSessionLimits } from './client-sessions.ts'
import { noteCloseDuties } from './close-duty.ts'
import { closingOf } from './closing.ts'
import type { ConnectionFollower } from './connection-follower.ts'
import { factsOfDisconnect, numberOf, termsOfConnack, termsOfConnect } from './connect-facts.ts'
import { ConnectionNumbers } from './connection-numbers.ts'
import { Deliveries, type DeliveryLimits } from './deliveries.ts'
import type { DeliveryResult } from './delivery.ts'
import { FollowedSubscriptions } from './followed-subscriptions.ts'
import { EarlyPackets } from './early-packets.ts'
import { ExchangeTracker, type ExchangeLimits } from './exchange-tracker.ts'
import type { Exchange, SettledExchange } from './exchange.ts'
import { ContentReader } from './message-content.ts'
import type { Misfit } from './misfit.ts'
import { forgetEnded, networkConnectionOf, type ConnackTerms, type ConnectTerms, type NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import { noteRefusal, refusalOf } from './refusals.ts'
import { seenIn } from './seen.ts'
import type { RetainedAnswer } from './retained-answers.ts'
import { otherSide, type Side } from './side.ts'
import type { StoredMessages } from './stored-messages.ts'
import { addTrouble } from './troubles.ts'
import type { RetainedWill, WillOutcome } from './wills.ts'

export interface SessionLimits extends ExchangeLimits, ClientSessionLimits, DeliveryLimits {}

/** What happens to connections between packets is told as ConnectionObserver has it, in order with the packets. */
export interface SessionSink extends Partial<Pick<ConnectionObserver, 'gap' | 'retransmitted' | 'conflict' | 'window' | 'closed'>> {
  /** An exchange ended. The object is valid only during the call. */
  exchange?(exchange: Exchange): void
  /** On this connection nothing more comes of an exchange: it has its answer, or the connection has ended, or the capture. Valid only during the call. */
  over?(exchange: SettledExchange, connection: NetworkConnection): void
  /** A packet does not fit the exchanges of its connection. Told before the packet itself; valid only during the call. */
  misfit?(misfit: Misfit): void
  /** A connection ended, or the capture: `closing` says why. */
  connection?(connection: NetworkConnection): void
  /** What became of a publication, and copies that came from none. Deliveries are followed only where this is there. */
  delivery?(result: DeliveryResult): void
  /** What a server sent because of a SUBSCRIBE; told where deliveries are. */
  retained?(answer: RetainedAnswer): void
  /** What a server had kept for a client that comes back; told where deliveries are. */
  stored?(messages: StoredMessages): void
  /** What became of a will; told where deliveries are. */
  will?(result: WillOutcome | RetainedWill): void
}

export interface SessionOptions {
  /** Connections and deliveries are not told, and exchanges have no packets, no causes and no time of the network. */
  readonly outcomesOnly?: boolean
  /** Connections are told with their subscriptions. */
  readonly subscriptions?: boolean
}

const CONNECT = 1
const CONNACK = 2
const DISCONNECT = 14

export class SessionTracker implements ConnectionObserver {
  readonly #sink: SessionSink
  readonly #exchanges: ExchangeTracker
  readonly #sessions: ClientSessions
  readonly #deliveries: Deliveries | null
  readonly #follower: ConnectionFollower | null
  readonly #outcomesOnly: boolean
  readonly #numbers: ConnectionNumbers
  /** Those seen last: in most captures, many are alike. */
  #connectTerms: ConnectTerms | null = null
  #connackTerms: ConnackTerms | null = null
  #captureEnds = false

  constructor(sink: SessionSink, limits: SessionLimits, { outcomesOnly = false, subscriptions = false }: SessionOptions = {}) {
    this.#sink = sink
    this.#outcomesOnly = outcomesOnly
    this.#numbers = new ConnectionNumbers(!outcomesOnly)
    const content = new ContentReader()
    this.#deliveries = sink.delivery === undefined ? null : new Deliveries((result) => sink.delivery!(result), sink, limits, content, subscriptions)
    this.#exchanges = new ExchangeTracker((exchange) => sink.exchange?.(exchange), limits, outcomesOnly, sink.over === undefined ? null : (exchange, connection) => sink.over!(exchange, connection),
      sink.misfit === undefined ? null : (misfit) => sink.misfit!(misfit), content)
    this.#follower = this.#deliveries ?? (subscriptions ? new FollowedSubscriptions(limits) : null)
    this.#sessions = new ClientSessions(this.#exchanges, limits, this.#follower)
  }

  /** How many exchanges ended, by kind and outcome: `publish-qos1 complete`. */
  get ended(): Map<string, number> {
    return this.#exchanges.ended
  }

  /** Answers that nothing had asked for, where the capture shows that nothing did. */
  get unexpected(): number {
    return this.#exchanges.unexpected
  }

  /** Exchanges that were not followed, because there were too many at once. */
  get leftOut(): number {
    return this.#exchanges.leftOut
  }

  /** Sessions that were forgotten, because there were too many or their clients were away for long. */
  get forgottenSessions(): number {
    return this.#sessions.forgotten
  }

  /** Subscriptions that were not followed, because there were too many. */
  get subscriptionsLeftOut(): number {
    return this.#follower?.subscriptions.leftOut ?? 0
  }

  /** What is followed across clients; null where nobody wants to know. */
  get deliveries(): Deliveries | null {
    return this.#deliveries
  }

  /** Returns the exchange that the packet belongs to, ended or not, valid until the next call; null where there is none. */
  packet(event: PacketEvent): Exchange | null {
    const connection = networkConnectionOf(event.connection, this.#numbers)
    // UNFRAMED has no bytes; of a packet that goes in no known direction nobody can say who asked.
    if (connection === null) return null
    if (event.start === event.end || event.direction === null) {
      this.#follower?.gap(connection, event.time)
      this.#exchanges.unread(connection)
      return null
    }
    const type = event.buffer[event.start]! >> 4
    const side: Side = event.direction === 'client-to-server' ? 'client' : 'server'
    if (this.#outcomesOnly) connection.pass(side)
    else connection.meet(event, side)
    if (event.problems.length > 0) noteError(connection, event, side)
    if (side === 'client' && connection.connackSeen) connection.noteConnackKnown(event)
    const exchange = this.#exchanges.packet(event, type, side, connection)
    if (event.version === '5.0') this.#noteAsked(event, side, connection, exchange)
    if (connection.resumption !== null) connection.resumption.meet(event, type, side, connection, exchange)
    const begins = connection.begins(side)
    if (begins && type !== CONNECT && side === 'client') noteOpening(connection, event)
    if (begins && type !== CONNECT && !connection.connectSeen) this.#sessions.unnamed(connection)
    const says = type <= CONNACK || type === DISCONNECT
    if (says) this.#learn(event, side, connection)
    if ((says || begins || event.problems.length > 0) && !this.#outcomesOnly) noteCloseDuties(connection, event, type, side, exchange)
    this.#follower?.packet(event, type, side, connection, exchange)
    return exchange
  }

  gap(mqtt: MqttConnection, sender: End, length: number, frame: number, time: number): void {
    const connection = networkConnectionOf(mqtt, this.#numbers)
    if (connection === null) return
    connection.gap()
    if (connection.session !== null) connection.session.whole = false
    if (!connection.connectSeen) this.#sessions.unnamed(connection)
    this.#follower?.gap(connection, time)
    this.#sink.gap?.(mqtt, sender, length, frame, time)
  }

  retransmitted(mqtt: MqttConnection, sender: End, offset: number, length: number, frame: number, time: number): void {
    this.#sink.retransmitted?.(mqtt, sender, offset, length, frame, time)
    const connection = mqtt.client === null ? null : networkConnectionOf(mqtt, this.#numbers)
    if (connection === null) return
    connection.troubles = addTrouble(connection.troubles, { kind: 'retransmission', by: sideOf(mqtt, sender), offset, end: offset + length, time, until: time })
  }

  conflict(mqtt: MqttConnection, sender: End, length: number, frame: number, time: number): void {
    this.#sink.conflict?.(mqtt, sender, length, frame, time)
    const connection = networkConnectionOf(mqtt, this.#numbers)
    if (connection !== null) this.#follower?.gap(connection, time)
  }

  window(mqtt: MqttConnection, sender: End, closed: boolean, frame: number, time: number): void {
    this.#sink.window?.(mqtt, sender, closed, frame, time)
    const connection = mqtt.client === null ? null : networkConnectionOf(mqtt, this.#numbers)
    if (connection === null) return
    const by = sideOf(mqtt, sender)
    if (closed) connection.troubles = addTrouble(connection.troubles, { kind: 'window', by, offset: 0, end: 0, time, until: Infinity })
    else for (const trouble of connection.troubles ?? []) if (trouble.kind === 'window' && trouble.by === by && trouble.until === Infinity) trouble.until = time
  }

  /** One direction of a connection ended. Both ends having finished, or one having reset it, nothing more is answered. */
  closed(mqtt: MqttConnection, sender: End, reason: CloseReason, frame: number, time: number): void {
    const connection = networkConnectionOf(mqtt, this.#numbers)
    this.#sink.closed?.(mqtt, sender, reason, frame, time)
    if (connection === null || reason === 'capture') return
    if (!connection.connectSeen) this.#sessions.unnamed(connection)
    const finish = connection.finishOf(mqtt.client === null ? null : sideOf(mqtt, sender), reason, frame, time)
    // What is acknowledged from now on is the FIN.
    if (finish.by !== null) connection.pending.noteAcknowledgements(finish.by, false)
    if (connection.finish === null) connection.finish = finish
    else connection.secondFinish ??= finish
    this.#follower?.closing(connection)
    if (reason === 'rst' || connection.secondFinish !== null) this.#close(connection)
  }

  forgotten(mqtt: MqttConnection): void {
    const connection = networkConnectionOf(mqtt, this.#numbers)
    if (connection !== null) this.#close(connection)
    mqtt.attachment = null
  }

  /** The capture has come to this time without a packet: what waits for it is told. */
  tick(time: number): void {
    this.#follower?.tick(time)
  }

  /** Another hour of capture time is over: what nothing was seen of for many hours is forgotten. */
  hour(): void {
    this.#sessions.hour()
    this.#follower?.hour()
  }

  /** What is forgotten from now on ends with the capture. */
  finish(): void {
    this.#captureEnds = true
    this.#follower?.finish()
  }

  /** The capture has ended, and all connections with it. */
  end(): void {
    this.#sessions.end()
    this.#follower?.end()
  }

  #learn(event: PacketEvent, side: Side, connection: NetworkConnection): void {
    const { packet } = event
    switch (packet.type) {
      case 'CONNECT':
        // A second one is a protocol error (§3.1); it changes nothing.
        if (side !== 'client' || connection.connectSeen) return
        connection.learnConnect(event, (this.#connectTerms = same(this.#connectTerms, termsOfConnect(packet, event))))
        this.#sessions.connect(connection)
        return
      case 'CONNACK':
        if (side !== 'server' || connection.connackSeen) return
        connection.learnConnack(event, (this.#connackTerms = same(this.#connackTerms, termsOfConnack(packet))))
        this.#sessions.connack(connection)
        return
      case 'DISCONNECT':
        noteDeparture(connection, event, side)
        // It comes too late for a side that has closed already.
        if (!closedBefore(connection, event, side)) connection.disconnect ??= factsOfDisconnect(event, packet, side, connection.hadNotClosed(otherSide(side), event))
        return
      default:
        return
    }
  }

  /** What a packet asks of the other side's limits. */
  #noteAsked(event: PacketEvent, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void {
    const { packet } = event
    if (side === 'client' && !connection.connackSeen && packet.type !== 'CONNECT' && packet.type !== 'AUTH') {
      const early = (connection.early ??= new EarlyPackets())
      early.add(event)
      if (packet.type === 'PUBLISH') early.publish(event, packet, connection.client.quotaUsed)
    }
    if (packet.type === 'PUBLISH') {
      const alias = packet.properties === undefined || packet.properties.length === 0 ? null : aliasOf(packet)
      if (exchange !== null) noteMessage(event, packet, side, connection, exchange)
      if (alias !== null) aliasUseOf(connection, side).publish(event, alias, connection.limits(otherSide(side)).topicAliasMaximum)
    } else if ((packet.type === 'PUBACK' || packet.type === 'PUBREC') && exchange !== null) {
      noteAcceptance(event, packet, otherSide(side), connection, exchange)
      const isRefusal = exchange.initiator !== side && (reasonCodeOf(packet) ?? 0) >= FIRST_FAILURE
      if (isRefusal && connection.session !== null) noteRefusal(connection.session, event, side, exchange)
    }
  }

  #close(connection: NetworkConnection): void {
    const captureEnded = this.#captureEnds && connection.finish === null
    if (!this.#outcomesOnly) connection.closing = closingOf(connection, captureEnded)
    // Of a connection that nothing was seen of for hours, it is not known whether it has ended.
    const open = connection.finish === null && connection.mqtt.tcp.silent
    this.#exchanges.settle(connection, captureEnded || open ? 'open' : 'abandoned', captureEnded ? null : this.#sessions.keeperOf(connection))
    this.#follower?.closed(connection)
    this.#sessions.left(connection)
    // Of a port that is not named, only what turned out to be MQTT.
    if (connection.mqtt.expected || connection.client.packets + connection.server.packets > 0) this.#sink.connection?.(connection)
    if (this.#outcomesOnly) connection.forgetEnding()
    forgetEnded(connection.mqtt)
    connection.release(this.#numbers)
  }
}

/** `known` where `terms` say the same, so that they are kept once. */
function same<Terms extends object>(known: Terms | null, terms: Terms): Terms {
  if (known === null) return terms
  for (const key in terms) if (terms[key] !== known[key]) return terms
  return known
}

function sideOf({ client }: MqttConnection, sender: End): Side {
  return sender === client ? 'client' : 'server'
}

/** The other side had closed when this one sent the packet, or did so while that was on its way. */
function closedBefore({ finish }: NetworkConnection, { firstSeenFrame }: PacketEvent, side: Side): boolean {
  return finish !== null && finish.first && finish.by !== side && finish.frame < firstSeenFrame
}

function aliasUseOf(connection: NetworkConnection, side: Side): AliasUse {
  const both = (connection.aliases ??= { client: null, server: null })
  return (both[side] ??= new AliasUse())
}

/** The answer to a PUBLISH of `sender`, which may have had an alias that was not set. */
function noteAcceptance(event: PacketEvent, packet: Packet, sender: Side, { aliases }: NetworkConnection, { topic, partly }: OpenExchange): void {
  const use = aliases?.[sender] ?? null
  if (use === null || use.unset === null || topic !== null || partly) return
  if ((reasonCodeOf(packet) ?? 0) < FIRST_FAILURE) use.unsetAccepted ??= seenIn(event)
}

/** What of a PUBLISH with an exchange only its properties tell, and whether it was refused before. */
function noteMessage(event: PacketEvent, packet: Publish, side: Side, connection: NetworkConnection, exchange: OpenExchange): void {
  if (packet.properties !== undefined && packet.properties.length > 0) exchange.messageExpiry = numberOf(packet.properties, 'messageExpiryInterval')
  const { session } = connection
  if (session === null || session.refusals.length === 0 || exchange.retransmitted > 0 || exchange.resumed > 0) return
  const refusal = refusalOf(session, event, side, packet.dup, exchange)
  if (refusal !== null) connection.resentRefusal = { ...seenIn(event), refusal }
}

/** The client's first packet is no CONNECT. */
function noteOpening(connection: NetworkConnection, { packet, number, frame, time, lostBefore }: PacketEvent): void {
  if (packet.type === 'UNFRAMED' || lostBefore > 0 || connection.connectSeen) return
  const { synSeen, gaps } = connection.half('client')
  if (synSeen && gaps === 0) connection.openedBy = { number, frame, time, type: packet.type }
}

const NOBODY = { client: null, server: null } as const

/** The server has none to send before 5.0. */
function noteDeparture(connection: NetworkConnection, { version, lostBefore, number, frame, time }: PacketEvent, side: Side): void {
  const { client, server } = connection.departed ?? NOBODY
  if (lostBefore > 0 || (side === 'server' && version !== '5.0') || (side === 'client' ? client : server) !== null) return
  const seen = { number, frame, time }
  connection.departed = side === 'client' ? { client: seen, server } : { client, server: seen }
}

function noteError(connection: NetworkConnection, { number, frame, time, problems }: PacketEvent, by: Side): void {
  const error = problems.find(({ severity }) => severity === 'error')
  if (error !== undefined) connection.lastError = { number, frame, time, by, code: error.code }
}
