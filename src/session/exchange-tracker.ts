/**
 * Packets in, exchanges out: pairs each request with its answers, on each connection by itself.
 *
 * An exchange is handed on when it ends; one that never does, when its connection or the capture ends. Packet Identifiers are kept by connection and sender:
 * PUBLISH, SUBSCRIBE and UNSUBSCRIBE of one sender share them (MQTT 5.0 §2.2.1), and the other sender has its own. Nothing is called unanswered where the
 * capture does not show the answer's direction, without a gap, from the request on.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { PACKET_TYPES, type Packet, type Text } from '../mqtt/packet.ts'
import type { End } from '../tcp/connection.ts'
import type { HalfStream } from '../tcp/half-stream.ts'
import type { CloseReason } from '../tcp/stream-sink.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES, type Exchange, type ExchangeKind, type ExchangeOutcome, type RequestedFilter, type Side } from './exchange.ts'
import { InFlight, OpenExchange } from './open-exchange.ts'
import { EXCHANGE_STATES, JOINED_BY, isAgain, nextState, transition } from './transitions.ts'

export interface ExchangeLimits {
  /** Exchanges without an end, in all connections together. */
  readonly openExchanges: number
  /** PINGREQs of one connection that wait for an answer. */
  readonly openPings: number
  /** Objects of ended exchanges that are kept to be used again. */
  readonly spare: number
}

const CONNECT = 1
const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7
const SUBSCRIBE = 8
const SUBACK = 9
const UNSUBSCRIBE = 10
const UNSUBACK = 11
const PINGREQ = 12
const PINGRESP = 13
const DISCONNECT = 14
const AUTH = 15

/** From this value on a Reason Code tells of a failure (MQTT 5.0 §2.4). */
const FIRST_FAILURE = 0x80

const KIND = Object.fromEntries(EXCHANGE_KINDS.map((kind, index) => [kind, index])) as Readonly<Record<ExchangeKind, number>>
const OUTCOME = Object.fromEntries(EXCHANGE_OUTCOMES.map((outcome, index) => [outcome, index])) as Readonly<Record<ExchangeOutcome, number>>
const SENT = EXCHANGE_STATES.indexOf('sent')
const DONE = EXCHANGE_STATES.indexOf('done')
const NO_FILTERS: readonly RequestedFilter[] = []

export class ExchangeTracker {
  readonly #emit: (exchange: Exchange) => void
  readonly #limits: ExchangeLimits
  #number = 0
  #open = 0
  #unexpected = 0
  #leftOut = 0
  #captureEnds = false
  /** Ended ones, to be used again. */
  readonly #spare: OpenExchange[] = []
  /** By kind and outcome. */
  readonly #ended = new Int32Array(EXCHANGE_KINDS.length * EXCHANGE_OUTCOMES.length)

  constructor(emit: (exchange: Exchange) => void, limits: ExchangeLimits) {
    this.#emit = emit
    this.#limits = limits
  }

  /** Answers that nothing had asked for, where the capture shows that nothing did. */
  get unexpected(): number {
    return this.#unexpected
  }

  /** Exchanges that were not followed, because there were too many at once. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** How many exchanges ended, by kind and outcome: `publish-qos1 complete`. */
  get ended(): Map<string, number> {
    const counts = new Map<string, number>()
    EXCHANGE_KINDS.forEach((kind, row) => EXCHANGE_OUTCOMES.forEach((outcome, column) => {
      const count = this.#ended[row * EXCHANGE_OUTCOMES.length + column]!
      if (count > 0) counts.set(`${kind} ${outcome}`, count)
    }))
    return counts
  }

  packet(event: PacketEvent): void {
    // UNFRAMED has no bytes; of a packet that goes in no known direction nobody can say who asked.
    if (event.start === event.end || event.direction === null) return
    const type = event.buffer[event.start]! >> 4
    const { packet } = event
    const side: Side = event.direction === 'client-to-server' ? 'client' : 'server'
    const pending = pendingOf(event.connection)
    if (pending.settled) return
    pending.meet(event, side)
    switch (type) {
      case PUBLISH:
        if (packet.type === 'PUBLISH' && (packet.qos === 1 || packet.qos === 2) && packet.packetIdentifier !== undefined) this.#publish(pending, side, event, packet)
        return
      case PUBACK: case PUBREC: case PUBREL: case PUBCOMP: case SUBACK: case UNSUBACK:
        this.#acknowledge(pending, side, event, type)
        return
      case SUBSCRIBE: case UNSUBSCRIBE:
        this.#request(pending, side, event, type)
        return
      case CONNECT:
        // A second one is a defect (§3.1), and nothing answers it.
        if (side === 'client' && pending.connect === null && !pending.connected) pending.connect = this.#begin(pending, event, 'connect', side, null, null, NO_FILTERS)
        return
      case CONNACK:
        pending.connected = true
        this.#answerTo(pending, 'connect', side, event, type)
        return
      case PINGREQ:
        this.#ping(pending, side, event)
        return
      case PINGRESP:
        this.#pong(pending, side, event)
        return
      case DISCONNECT:
        if (pending.connect !== null) this.#answerTo(pending, 'connect', side, event, type)
        if (pending.authenticate !== null) this.#answerTo(pending, 'authenticate', side, event, type)
        return
      case AUTH:
        if (packet.type === 'AUTH') this.#auth(pending, side, event, type)
        return
      default:
        return
    }
  }

  gap(connection: MqttConnection, _sender: End, frame: number): void {
    pendingOf(connection).gap(frame)
  }

  /** One direction of a connection ended. Both ends having finished, or one having reset it, nothing more is answered. */
  closed(connection: MqttConnection, sender: End, reason: CloseReason): void {
    const pending = pendingOf(connection)
    if (reason === 'capture') return
    pending.finished[sender] = true
    if (reason === 'rst' || (pending.finished[0] && pending.finished[1])) this.#settle(pending, 'abandoned')
  }

  forgotten(connection: MqttConnection): void {
    const pending = pendingOf(connection)
    this.#settle(pending, this.#captureEnds && !pending.finished[0] && !pending.finished[1] ? 'open' : 'abandoned')
    connection.attachment = null
  }

  /** What is forgotten from now on ends with the capture. */
  finish(): void {
    this.#captureEnds = true
  }

  // --- requests ---

  #publish(pending: Pending, side: Side, event: PacketEvent, packet: Packet & { type: 'PUBLISH' }): void {
    const identifier = packet.packetIdentifier!
    const kind = packet.qos === 1 ? 'publish-qos1' : 'publish-qos2'
    const topic = event.resolvedTopicName ?? (packet.topicName === '' ? null : packet.topicName ?? null)
    const before = pending.of(side).find(identifier)
    if (before !== null) {
      const repeats = packet.dup && before.kind === kind && (before.topic === topic || topic === null || before.topic === null)
      if (repeats && this.#goesOn(pending, before, side, event, PUBLISH)) return
      this.#supersede(pending, before)
    }
    this.#keep(pending, side, this.#begin(pending, event, kind, side, identifier, topic, NO_FILTERS))
  }

  #request(pending: Pending, side: Side, event: PacketEvent, type: number): void {
    const { packet } = event
    if ((packet.type !== 'SUBSCRIBE' && packet.type !== 'UNSUBSCRIBE') || packet.packetIdentifier === undefined) return
    if (side !== 'client') return
    const kind = packet.type === 'SUBSCRIBE' ? 'subscribe' : 'unsubscribe'
    const before = pending.of(side).find(packet.packetIdentifier)
    if (before !== null) {
      // The DUP flag of 3.1.
      if (before.kind === kind && (packet.flags & 0x08) !== 0 && this.#goesOn(pending, before, side, event, type)) return
      this.#supersede(pending, before)
    }
    const filters = packet.type === 'SUBSCRIBE'
      ? packet.subscriptions.map(({ topicFilter, qos }) => ({ topicFilter, qos: qos ?? null, reasonCode: null }))
      : packet.topicFilters.map((topicFilter) => ({ topicFilter, qos: null, reasonCode: null }))
    this.#keep(pending, side, this.#begin(pending, event, kind, side, packet.packetIdentifier, null, filters))
  }

  #ping(pending: Pending, side: Side, event: PacketEvent): void {
    if (side !== 'client') return
    if (pending.pings.length >= this.#limits.openPings) {
      const oldest = pending.pings.shift()!
      this.#end(oldest, pending.outcomeOf('open', oldest))
    }
    const ping = this.#begin(pending, event, 'ping', side, null, null, NO_FILTERS)
    if (ping !== null) pending.pings.push(ping)
  }

  #auth(pending: Pending, side: Side, event: PacketEvent, type: number): void {
    if (pending.connect !== null) this.#answerTo(pending, 'connect', side, event, type)
    else if (pending.authenticate !== null) this.#answerTo(pending, 'authenticate', side, event, type)
    else if (side === 'client') pending.authenticate = this.#begin(pending, event, 'authenticate', side, null, null, NO_FILTERS)
    else if (pending.whole(event, 'client')) this.#unexpected++
  }

  // --- answers ---

  #acknowledge(pending: Pending, side: Side, event: PacketEvent, type: number): void {
    const identifier = (event.packet as Packet & { packetIdentifier: number | undefined }).packetIdentifier
    if (identifier === undefined) return
    const joined = JOINED_BY[PACKET_TYPES[type]!]!
    const initiator = joined.by === 'initiator' ? side : otherSide(side)
    const exchange = pending.of(initiator).find(identifier)
    if (exchange !== null && (this.#goesOn(pending, exchange, side, event, type) || this.#skipsTo(pending, exchange, side, event, type))) return
    this.#join(pending, initiator, side, identifier, event, type)
  }

  /** A later step of the exchange than the next one: steps between them may be among what the capture lacks. */
  #skipsTo(pending: Pending, exchange: OpenExchange, side: Side, event: PacketEvent, type: number): boolean {
    const joined = JOINED_BY[PACKET_TYPES[type]!]!
    const state = EXCHANGE_STATES.indexOf(joined.state)
    const missing = exchange.crossedGap || !pending.whole(event, otherSide(side))
    if (joined.kind !== exchange.kind || state <= exchange.state || !missing) return false
    exchange.partly = true
    this.#reach(pending, exchange, state, false, side, event, type)
    return true
  }

  #answerTo(pending: Pending, kind: 'connect' | 'authenticate', side: Side, event: PacketEvent, type: number): void {
    const exchange = pending[kind]
    if (exchange !== null && this.#goesOn(pending, exchange, side, event, type)) return
    if (type === CONNACK || type === AUTH) this.#join(pending, 'client', side, null, event, type)
  }

  #pong(pending: Pending, side: Side, event: PacketEvent): void {
    // Of PINGREQs from before and after a gap, the earlier ones may have had their answers in it.
    while (pending.pings.length > 1 && pending.pings[0]!.crossedGap) this.#end(pending.pings.shift()!, 'partly-seen')
    const exchange = pending.pings[0]
    if (exchange === undefined || !this.#goesOn(pending, exchange, side, event, PINGRESP)) this.#join(pending, 'client', side, null, event, PINGRESP)
  }

  /** An answer to what was not seen: the rest of an exchange where the capture may lack its beginning, else something that nobody asked for. */
  #join(pending: Pending, initiator: Side, side: Side, identifier: number | null, event: PacketEvent, type: number): void {
    const joined = JOINED_BY[PACKET_TYPES[type]!]
    const byInitiator = side === initiator
    const resumed = type === PUBREL && !pending.cleanStart
    if (joined === undefined || byInitiator !== (joined.by === 'initiator') || (pending.whole(event, initiator) && !resumed)) {
      this.#unexpected++
      return
    }
    const exchange = this.#begin(pending, event, joined.kind, initiator, identifier, null, NO_FILTERS)
    if (exchange === null) return
    exchange.partly = true
    exchange.state = EXCHANGE_STATES.indexOf(joined.state)
    if (exchange.state === DONE) {
      this.#conclude(exchange, event.packet, type)
      return
    }
    if (identifier === null) return
    const before = pending.of(initiator).find(identifier)
    if (before !== null) this.#supersede(pending, before)
    this.#keep(pending, initiator, exchange)
  }

  // --- one exchange ---

  #begin(
    pending: Pending, event: PacketEvent, kind: ExchangeKind, initiator: Side, packetIdentifier: number | null, topic: Text | null,
    filters: readonly RequestedFilter[],
  ): OpenExchange | null {
    if (this.#open >= this.#limits.openExchanges) {
      this.#leftOut++
      return null
    }
    this.#open++
    const exchange = this.#spare.pop() ?? new OpenExchange()
    exchange.begin(++this.#number, event.connection, KIND[kind], SENT, initiator, packetIdentifier, topic, filters)
    exchange.crossedGap = pending.late
    exchange.answersUnseen = !pending.sees(otherSide(initiator))
    exchange.add(event, false)
    return exchange
  }

  #keep(pending: Pending, side: Side, exchange: OpenExchange | null): void {
    if (exchange !== null) pending.of(side).add(exchange)
  }

  /** Takes the exchange further. False where the packet does not belong to it. */
  #goesOn(pending: Pending, exchange: OpenExchange, side: Side, event: PacketEvent, type: number): boolean {
    const found = transition(exchange.kindIndex, exchange.state, side === exchange.initiator, type)
    if (found === 0) return false
    this.#reach(pending, exchange, nextState(found), isAgain(found), side, event, type)
    return true
  }

  #reach(pending: Pending, exchange: OpenExchange, state: number, again: boolean, side: Side, event: PacketEvent, type: number): void {
    if (again) exchange.retransmitted++
    exchange.add(event, again)
    exchange.state = state
    if (state === DONE || this.#endsBySaying(exchange, side, event.packet, type)) {
      pending.remove(exchange)
      this.#conclude(exchange, event.packet, type)
    }
  }

  /** What a Reason Code ends that the table would go on with: a PUBREC that refuses, an AUTH that grants. */
  #endsBySaying(exchange: OpenExchange, side: Side, packet: Packet | { type: 'UNFRAMED' }, type: number): boolean {
    if (side === exchange.initiator) return false
    const code = reasonCodeOf(packet as Packet)
    if (type === AUTH) return exchange.kind === 'authenticate' && (code ?? 0) === 0
    return code !== null && code >= FIRST_FAILURE
  }

  /** The last packet is there: complete, or failed by what it says. */
  #conclude(exchange: OpenExchange, packet: PacketEvent['packet'], type: number): void {
    const answer = packet as Packet
    let failed = false
    if (answer.type === 'SUBACK' || answer.type === 'UNSUBACK') {
      const codes = answer.reasonCodes
      exchange.filters.forEach((filter, index) => (filter.reasonCode = codes[index] ?? null))
      // One filter that was refused is what somebody looks for who looks for what failed.
      const refused = codes.find((code) => code >= FIRST_FAILURE)
      failed = refused !== undefined
      exchange.reasonCode = refused ?? (codes.length > 0 ? codes[0]! : null)
    } else {
      exchange.reasonCode = reasonCodeOf(answer)
      const code = exchange.reasonCode ?? 0
      failed = type === DISCONNECT || code >= FIRST_FAILURE || (type === CONNACK && code > 0)
    }
    this.#end(exchange, failed ? 'failed' : 'complete')
  }

  #supersede(pending: Pending, exchange: OpenExchange): void {
    pending.remove(exchange)
    this.#end(exchange, pending.outcomeOf('superseded', exchange))
  }

  #settle(pending: Pending, outcome: 'open' | 'abandoned'): void {
    if (pending.settled) return
    pending.settled = true
    // In the order in which they began.
    const left = [...pending.all()].sort((a, b) => a.number - b.number)
    for (const exchange of left) {
      pending.remove(exchange)
      this.#end(exchange, pending.outcomeOf(outcome, exchange))
    }
  }

  #end(exchange: OpenExchange, outcome: ExchangeOutcome): void {
    this.#open--
    exchange.outcomeIndex = OUTCOME[exchange.partly ? 'partly-seen' : outcome]
    this.#ended[exchange.kindIndex * EXCHANGE_OUTCOMES.length + exchange.outcomeIndex]!++
    this.#emit(exchange)
    if (this.#spare.length < this.#limits.spare) this.#spare.push(exchange)
  }
}

/** What is open on one connection. */
class Pending {
  readonly connection: MqttConnection
  connect: OpenExchange | null = null
  /** A CONNACK was seen. */
  connected = false
  authenticate: OpenExchange | null = null
  readonly pings: OpenExchange[] = []
  readonly #byClient = new InFlight()
  readonly #byServer = new InFlight()
  /** By end: it has sent its FIN or RST. */
  readonly finished: [boolean, boolean] = [false, false]
  /** All that was open has been handed on. */
  settled = false
  /** The packet going by waited behind missing bytes: packets of the other direction that were sent after it have gone by already, or were found missing. */
  late = false
  /** Of all packets and gaps so far. */
  #newestFrame = 0
  /** A packet from this side has gone by. */
  #clientSeen = false
  #serverSeen = false

  constructor(connection: MqttConnection) {
    this.connection = connection
  }

  meet({ firstSeenFrame, frame }: PacketEvent, side: Side): void {
    this.late = firstSeenFrame < this.#newestFrame
    if (frame > this.#newestFrame) this.#newestFrame = frame
    if (side === 'client') this.#clientSeen = true
    else this.#serverSeen = true
  }

  of(side: Side): InFlight {
    return side === 'client' ? this.#byClient : this.#byServer
  }

  /** The Session began with this connection: nothing of an earlier one goes on. */
  get cleanStart(): boolean {
    return this.connection.cleanStart === true
  }

  /**
   * All that this side had sent on the connection when the other side sent `event` is in the capture, from its first byte on; and so is what the other side
   * sent, since an exchange that lacks its answer mistakes the next one for it.
   */
  whole(event: PacketEvent, side: Side): boolean {
    const half = this.#half(side)
    const other = this.#half(otherSide(side))
    if (this.late || !half.synSeen || half.gaps > 0 || other.gaps > 0) return false
    return !hasHole(half) && !hasHole(other) && event.acknowledged <= half.offset
  }

  /**
   * The outcome of an exchange whose end did not come; `partly-seen` where it may only not be in the capture: the answering side's bytes were lost, or never
   * seen at all.
   */
  outcomeOf(outcome: 'open' | 'abandoned' | 'superseded', exchange: OpenExchange): ExchangeOutcome {
    const half = this.#half(otherSide(exchange.initiator))
    return exchange.crossedGap || exchange.answersUnseen || hasHole(half) ? 'partly-seen' : outcome
  }

  /** Something that this side sent has gone by, so that what comes next from it would not be missed without notice. */
  sees(side: Side): boolean {
    return (side === 'client' ? this.#clientSeen : this.#serverSeen) || this.#half(side).started
  }

  #half(side: Side): HalfStream {
    const { tcp, client } = this.connection
    return tcp.half(side === 'client' ? client! : ((1 - client!) as End))
  }

  remove(exchange: OpenExchange): void {
    if (exchange.packetIdentifier !== null) this.of(exchange.initiator).remove(exchange)
    else if (exchange === this.connect) this.connect = null
    else if (exchange === this.authenticate) this.authenticate = null
    else this.pings.splice(this.pings.indexOf(exchange), 1)
  }

  gap(frame: number): void {
    if (frame > this.#newestFrame) this.#newestFrame = frame
    for (const exchange of this.all()) exchange.crossedGap = true
  }

  *all(): Iterable<OpenExchange> {
    if (this.connect !== null) yield this.connect
    if (this.authenticate !== null) yield this.authenticate
    yield* this.pings
    for (const side of [this.#byClient, this.#byServer]) for (let exchange = side.first; exchange !== null; exchange = exchange.next) yield exchange
  }
}

/** Bytes before those seen last are not here yet, and may never come. */
function hasHole(half: HalfStream): boolean {
  return half.waiting !== null || half.lost
}

function pendingOf(connection: MqttConnection): Pending {
  const known = connection.attachment as Pending | null
  if (known !== null) return known
  const pending = new Pending(connection)
  connection.attachment = pending
  return pending
}

function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client'
}

/** 0 where it is left out on the wire; null where the packet has none. */
function reasonCodeOf(packet: Packet): number | null {
  switch (packet.type) {
    case 'CONNACK': return packet.reasonCode ?? null
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': case 'DISCONNECT': case 'AUTH':
      return packet.reasonCode ?? (packet.properties === undefined ? null : 0)
    default:
      return null
  }
}
