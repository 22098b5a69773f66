/**
 * Packets in, exchanges out: pairs each request with its answers.
 *
 * An exchange is handed on when it ends; one that never does, when its connection or the capture ends, but for those of QoS 1 and 2 that may go on with the next
 * connection of their Session. Packet Identifiers are kept by connection and sender:
 * PUBLISH, SUBSCRIBE and UNSUBSCRIBE of one sender share them (MQTT 5.0 §2.2.1), and the other sender has its own. Nothing is called unanswered where the
 * capture does not show the answer's direction, without a gap, from the request on.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { PACKET_TYPES, type Packet, type Text } from '../mqtt/packet.ts'
import type { HalfStream } from '../tcp/half-stream.ts'
import type { ClientSession } from './client-session.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES, type Exchange, type ExchangeKind, type ExchangeOutcome, type RequestedFilter, type SettledExchange } from './exchange.ts'
import { causesOf, networkTime, SLOW_LEG } from './leg-causes.ts'
import type { ContentReader } from './message-content.ts'
import type { Misfit } from './misfit.ts'
import { MisfitFinder } from './misfit-finder.ts'
import type { NetworkConnection } from './network-connection.ts'
import { OpenExchange } from './open-exchange.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import { Resumption } from './resumption.ts'
import { otherSide, type Side } from './side.ts'
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

const KIND = Object.fromEntries(EXCHANGE_KINDS.map((kind, index) => [kind, index])) as Readonly<Record<ExchangeKind, number>>
const OUTCOME = Object.fromEntries(EXCHANGE_OUTCOMES.map((outcome, index) => [outcome, index])) as Readonly<Record<ExchangeOutcome, number>>
const SENT = EXCHANGE_STATES.indexOf('sent')
const DONE = EXCHANGE_STATES.indexOf('done')
const NO_FILTERS: readonly RequestedFilter[] = []
const NO_EXCHANGES: readonly OpenExchange[] = []

export class ExchangeTracker {
  readonly #emit: (exchange: Exchange) => void
  readonly #over: ((exchange: SettledExchange, connection: NetworkConnection) => void) | null
  readonly #misfits: MisfitFinder | null
  readonly #limits: ExchangeLimits
  readonly #outcomesOnly: boolean
  #number = 0
  #open = 0
  #unexpected = 0
  #leftOut = 0
  #current: OpenExchange | null = null
  /** Ended ones, to be used again. */
  readonly #spare: OpenExchange[] = []
  /** By kind and outcome. */
  readonly #ended = new Float64Array(EXCHANGE_KINDS.length * EXCHANGE_OUTCOMES.length)

  /**
   * `outcomesOnly`: nobody asks for the packets of an exchange, nor why it was slow. `over` hears of each exchange on which nothing more comes on this connection:
   * it has its answer, or the connection has ended. `misfit` hears of packets that do not fit; exchanges that began before this is asked for are not known then.
   */
  constructor(
    emit: (exchange: Exchange) => void, limits: ExchangeLimits, outcomesOnly: boolean, over: ((exchange: SettledExchange, connection: NetworkConnection) => void) | null,
    misfit: ((misfit: Misfit) => void) | null, content: ContentReader,
  ) {
    this.#emit = emit
    this.#misfits = misfit === null ? null : new MisfitFinder(misfit, content)
    this.#over = over
    this.#limits = limits
    this.#outcomesOnly = outcomesOnly
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

  /** A packet that `connection` has met. Returns the exchange that it belongs to, ended or not, valid until the next call; null where there is none. */
  packet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection): OpenExchange | null {
    if (connection.pending.settled) return null
    this.#current = null
    this.#take(event, type, side, connection)
    return this.#current
  }

  #take(event: PacketEvent, type: number, side: Side, connection: NetworkConnection): void {
    const { packet } = event
    const { pending } = connection
    switch (type) {
      case PUBLISH:
        if (packet.type !== 'PUBLISH' || packet.qos === 0) return
        if (packet.qos !== 3 && packet.packetIdentifier !== undefined) this.#publish(connection, side, event, packet)
        else this.#misfits?.unread(connection)
        return
      case UNSUBACK:
        if (side === 'server') pending.unsubackNumber = event.number
        this.#acknowledge(connection, side, event, type)
        return
      case PUBACK: case PUBREC: case PUBREL: case PUBCOMP: case SUBACK:
        this.#acknowledge(connection, side, event, type)
        return
      case SUBSCRIBE: case UNSUBSCRIBE:
        this.#request(connection, side, event, type)
        return
      case CONNECT:
        // A second one is a defect (§3.1), and nothing answers it.
        if (side === 'client' && pending.connect === null && !connection.connackSeen) pending.connect = this.#begin(connection, event, 'connect', side, null, null, NO_FILTERS)
        return
      case CONNACK:
        this.#answerTo(connection, 'connect', side, event, type)
        return
      case PINGREQ:
        this.#ping(connection, side, event)
        return
      case PINGRESP:
        this.#pong(connection, side, event)
        return
      case DISCONNECT:
        if (pending.connect !== null) this.#answerTo(connection, 'connect', side, event, type)
        if (pending.authenticate !== null) this.#answerTo(connection, 'authenticate', side, event, type)
        return
      case AUTH:
        if (packet.type === 'AUTH') this.#auth(connection, side, event, type)
        return
      default:
        return
    }
  }

  /**
   * Nothing more comes on this connection. What is unfinished and may go on with the next one of the Session is kept there; the rest ends.
   */
  settle(connection: NetworkConnection, outcome: 'open' | 'abandoned', session: ClientSession | null): void {
    const { pending } = connection
    if (pending.settled) return
    pending.settled = true
    const left = [...pending.all()].sort(byNumber)
    for (const exchange of left) {
      if (lacksEnd(connection.half(otherSide(exchange.initiator)))) exchange.crossedGap = true
      if (!exchange.dormant) this.#over?.(exchange, connection)
    }
    for (const exchange of left) {
      pending.remove(exchange)
      if (session !== null && isOfSession(exchange)) {
        // Where the end of the connection was not seen, and nobody sends it again (MQTT 5.0 §4.4), the answer may have been lost with that end.
        if (connection.finish === null && connection.disconnect === null) exchange.answersUnseen = true
        session.carried = [...session.carried, exchange]
      }
      // It may go on with another connection of a Session that is not known.
      else if (outcome === 'abandoned' && isOfSession(exchange) && !connection.connectSeen) this.#end(exchange, 'partly-seen')
      else this.#end(exchange, pending.outcomeOf(outcome, exchange))
    }
  }

  /** Exchanges of the Session that `side` began go on with this connection: their next packet may come. */
  resume(session: ClientSession, connection: NetworkConnection, side: Side): void {
    const resumed = session.carried.filter(({ initiator }) => initiator === side)
    if (resumed.length === 0) return
    session.carried = session.carried.filter(({ initiator }) => initiator !== side)
    for (const exchange of resumed) {
      // A packet with this identifier was quicker: it began a new exchange.
      if (connection.pending.find(side, exchange.packetIdentifier!) !== null) this.#end(exchange, mayHaveEnded(exchange) ? 'partly-seen' : 'superseded')
      else {
        exchange.dormant = true
        exchange.unsent = true
        connection.pending.keep(exchange)
        if (!this.#outcomesOnly) (connection.resumption ??= new Resumption()).add(exchange)
      }
    }
  }

  /** The server keeps no Session: what was to go on with this connection and has not done so yet never will. */
  giveUpDormant({ pending, resumption }: NetworkConnection): void {
    if (pending.first('client') === null) return
    for (const exchange of [...pending.withIdentifier()]) {
      if (!exchange.dormant) continue
      resumption?.discard(exchange)
      pending.remove(exchange)
      this.#end(exchange, mayHaveEnded(exchange) ? 'partly-seen' : 'abandoned')
    }
  }

  /** The Session is over: its unfinished exchanges have no end. */
  abandon(session: ClientSession): void {
    const { carried } = session
    session.carried = NO_EXCHANGES
    for (const exchange of carried) this.#end(exchange, mayHaveEnded(exchange) ? 'partly-seen' : 'abandoned')
  }

  /** Bytes of the connection could not be read as packets. */
  unread(connection: NetworkConnection): void {
    this.#misfits?.unread(connection)
  }

  // --- requests ---

  #publish(connection: NetworkConnection, side: Side, event: PacketEvent, packet: Packet & { type: 'PUBLISH' }): void {
    const identifier = packet.packetIdentifier!
    const kind = packet.qos === 1 ? 'publish-qos1' : 'publish-qos2'
    const topic = event.resolvedTopicName ?? (packet.topicName === '' ? null : packet.topicName ?? null)
    const before = connection.pending.find(side, identifier)
    if (before !== null) {
      this.#misfits?.publish(connection, side, event, packet, kind, topic, before)
      const repeats = packet.dup && before.kind === kind && (before.topic === topic || topic === null || before.topic === null)
      if (repeats && this.#goesOn(connection, before, side, event, PUBLISH)) return
      this.#supersede(connection, before)
    } else this.#misfits?.publish(connection, side, event, packet, kind, topic, null)
    const exchange = this.#begin(connection, event, kind, side, identifier, topic, NO_FILTERS)
    if (exchange !== null) this.#misfits?.begun(exchange)
    this.#keep(connection, exchange)
  }

  #request(connection: NetworkConnection, side: Side, event: PacketEvent, type: number): void {
    const { packet } = event
    if ((packet.type !== 'SUBSCRIBE' && packet.type !== 'UNSUBSCRIBE') || side !== 'client') return
    if (packet.packetIdentifier === undefined) {
      this.#misfits?.unread(connection)
      return
    }
    const kind = packet.type === 'SUBSCRIBE' ? 'subscribe' : 'unsubscribe'
    const filters = packet.type === 'SUBSCRIBE'
      ? packet.subscriptions.map(({ topicFilter, qos }) => ({ topicFilter, qos: qos ?? null, reasonCode: null }))
      : packet.topicFilters.map((topicFilter) => ({ topicFilter, qos: null, reasonCode: null }))
    const before = connection.pending.find(side, packet.packetIdentifier)
    if (before !== null) {
      this.#misfits?.request(connection, side, event, type, packet.packetIdentifier, kind, filters, before)
      // The DUP flag of 3.1.
      if (before.kind === kind && (packet.flags & 0x08) !== 0 && this.#goesOn(connection, before, side, event, type)) return
      this.#supersede(connection, before)
    } else this.#misfits?.request(connection, side, event, type, packet.packetIdentifier, kind, filters, null)
    this.#keep(connection, this.#begin(connection, event, kind, side, packet.packetIdentifier, null, filters))
  }

  #ping(connection: NetworkConnection, side: Side, event: PacketEvent): void {
    if (side !== 'client') return
    connection.pings++
    const { pending } = connection
    const oldest = pending.pings[0]
    if (oldest !== undefined && pending.pings.length >= this.#limits.openPings) {
      pending.remove(oldest)
      this.#misfits?.unread(connection)
      this.#end(oldest, pending.outcomeOf('open', oldest))
    }
    const ping = this.#begin(connection, event, 'ping', side, null, null, NO_FILTERS)
    if (ping !== null) pending.addPing(ping)
  }

  #auth(connection: NetworkConnection, side: Side, event: PacketEvent, type: number): void {
    const { pending } = connection
    if (pending.connect !== null) this.#answerTo(connection, 'connect', side, event, type)
    else if (pending.authenticate !== null) this.#answerTo(connection, 'authenticate', side, event, type)
    else if (side === 'client') pending.authenticate = this.#begin(connection, event, 'authenticate', side, null, null, NO_FILTERS)
    else if (connection.whole(event, 'client')) this.#unexpected++
  }

  // --- answers ---

  #acknowledge(connection: NetworkConnection, side: Side, event: PacketEvent, type: number): void {
    const identifier = (event.packet as Packet & { packetIdentifier: number | undefined }).packetIdentifier
    if (identifier === undefined) return
    // Of these, whoever began the exchange sends PUBREL alone.
    const initiator = type === PUBREL ? side : otherSide(side)
    const exchange = connection.pending.find(initiator, identifier)
    if (exchange !== null && (this.#goesOn(connection, exchange, side, event, type) || this.#skipsTo(connection, exchange, side, event, type))) return
    this.#misfits?.acknowledge(connection, initiator, side, identifier, event, type, exchange)
    this.#join(connection, initiator, side, identifier, event, type)
  }

  /** A later step of the exchange than the next one: steps between them may be among what the capture lacks. */
  #skipsTo(connection: NetworkConnection, exchange: OpenExchange, side: Side, event: PacketEvent, type: number): boolean {
    const joined = JOINED_BY[PACKET_TYPES[type]!]!
    const state = EXCHANGE_STATES.indexOf(joined.state)
    const missing = exchange.crossedGap || !connection.whole(event, otherSide(side))
    if (joined.kind !== exchange.kind || state <= exchange.state || !missing) return false
    exchange.partly = true
    this.#reach(connection, exchange, state, false, side, event, type)
    return true
  }

  #answerTo(connection: NetworkConnection, kind: 'connect' | 'authenticate', side: Side, event: PacketEvent, type: number): void {
    const exchange = connection.pending[kind]
    // Its answer may be among the missing bytes, and the connection ends for another reason.
    if (exchange !== null && exchange.crossedGap && type === DISCONNECT) exchange.partly = true
    if (exchange !== null && this.#goesOn(connection, exchange, side, event, type)) return
    if (type === CONNACK || type === AUTH) this.#join(connection, 'client', side, null, event, type)
  }

  #pong(connection: NetworkConnection, side: Side, event: PacketEvent): void {
    // Of PINGREQs from before and after a gap, the earlier ones may have had their answers in it, if the server had a later one by now.
    const { pending } = connection
    while (pending.pings.length > 1 && pending.pings[0]!.crossedGap && mayAnswer(event, pending.pings[1]!)) {
      const lost = pending.pings[0]!
      pending.remove(lost)
      this.#end(lost, 'partly-seen')
    }
    const exchange = pending.pings[0]
    if (exchange !== undefined && mayAnswer(event, exchange) && this.#goesOn(connection, exchange, side, event, PINGRESP)) return
    this.#misfits?.pingresp(connection, side, event)
    this.#join(connection, 'client', side, null, event, PINGRESP)
  }

  /** An answer to what was not seen: the rest of an exchange where the capture may lack its beginning, else something that nobody asked for. */
  #join(connection: NetworkConnection, initiator: Side, side: Side, identifier: number | null, event: PacketEvent, type: number): void {
    const joined = JOINED_BY[PACKET_TYPES[type]!]
    const byInitiator = side === initiator
    const resumed = type === PUBREL && connection.mqtt.cleanStart !== true
    if (joined === undefined || byInitiator !== (joined.by === 'initiator') || (connection.whole(event, initiator) && !resumed)) {
      this.#unexpected++
      return
    }
    const exchange = this.#begin(connection, event, joined.kind, initiator, identifier, null, NO_FILTERS)
    if (exchange === null) return
    exchange.partly = true
    exchange.state = EXCHANGE_STATES.indexOf(joined.state)
    if (exchange.state === DONE) {
      this.#conclude(exchange, event.packet as Packet)
      return
    }
    if (identifier === null) return
    const before = connection.pending.find(initiator, identifier)
    if (before !== null) this.#supersede(connection, before)
    this.#keep(connection, exchange)
  }

  // --- one exchange ---

  #begin(
    connection: NetworkConnection, event: PacketEvent, kind: ExchangeKind, initiator: Side, packetIdentifier: number | null, topic: Text | null,
    filters: readonly RequestedFilter[],
  ): OpenExchange | null {
    if (this.#open >= this.#limits.openExchanges) {
      this.#leftOut++
      this.#misfits?.unread(connection)
      return null
    }
    this.#open++
    const exchange = this.#spare.pop() ?? new OpenExchange()
    exchange.begin(++this.#number, event.connection, KIND[kind], SENT, initiator, packetIdentifier, topic, filters)
    exchange.beginningEnd = event.streamEnd
    // An answer may be in a gap that was told already, if its sender had nothing from behind that; or it has gone by.
    exchange.crossedGap = event.acknowledged < connection.half(otherSide(initiator)).gapEnd || event.segmentEnd <= connection.half(initiator).overtaken
    exchange.answersUnseen = !connection.sees(otherSide(initiator))
    exchange.disturbed = isDefective(event)
    if (!this.#outcomesOnly) exchange.add(event, false)
    this.#await(connection, exchange, initiator, event)
    this.#current = exchange
    return exchange
  }

  #keep(connection: NetworkConnection, exchange: OpenExchange | null): void {
    if (exchange !== null) connection.pending.keep(exchange)
  }

  /** Takes the exchange further. False where the packet does not belong to it. */
  #goesOn(connection: NetworkConnection, exchange: OpenExchange, side: Side, event: PacketEvent, type: number): boolean {
    const found = transition(exchange.kindIndex, exchange.state, side === exchange.initiator, type)
    if (found === 0) return false
    this.#reach(connection, exchange, nextState(found), isAgain(found), side, event, type)
    return true
  }

  #reach(connection: NetworkConnection, exchange: OpenExchange, state: number, again: boolean, side: Side, event: PacketEvent, type: number): void {
    this.#current = exchange
    if (isDefective(event)) exchange.disturbed = true
    this.#misfits?.step(connection, exchange, side, event, type, again)
    if (exchange.dormant) this.#wake(connection, exchange, side, event)
    if (exchange.unsent && type === PUBLISH) connection.pending.sent(exchange)
    if (again) exchange.retransmitted++
    else if (!this.#outcomesOnly) {
      exchange.acknowledgedTime = connection.pending.acknowledgedTime(exchange, event)
      if (event.time - exchange.sentTime >= SLOW_LEG) exchange.causes = [...exchange.causes, ...causesOf(connection, exchange, event, side)]
      exchange.endLeg(networkTime(connection, exchange, event.time))
    }
    if (!this.#outcomesOnly) exchange.add(event, again)
    connection.pending.reach(exchange, state)
    if (state === DONE || this.#endsBySaying(exchange, side, event.packet, type)) {
      connection.pending.reach(exchange, DONE)
      exchange.reasonCode = reasonCodeOf(event.packet as Packet)
      this.#misfits?.ended(connection, exchange, event, type)
      this.#over?.(exchange, connection)
      connection.pending.remove(exchange)
      this.#conclude(exchange, event.packet as Packet)
    } else if (!again) this.#await(connection, exchange, side, event)
  }

  /** The newest packet of the exchange waits for an answer. */
  #await(connection: NetworkConnection, exchange: OpenExchange, by: Side, { time }: PacketEvent): void {
    if (!this.#outcomesOnly) exchange.sent(by, time, connection.sentOffset(by))
  }

  /** The first packet of it on a later connection of its Session. */
  #wake(connection: NetworkConnection, exchange: OpenExchange, side: Side, event: PacketEvent): void {
    exchange.dormant = false
    exchange.resumed++
    const duration = event.time - exchange.sentTime
    // Of one that went on before already, what the leg began with is forgotten.
    if (duration >= 0) exchange.causes = [...exchange.causes, { leg: exchange.legs, cause: 'away', duration }]
    if (side === exchange.sentBy) this.#await(connection, exchange, side, event)
    else exchange.sent(exchange.sentBy, NaN, Infinity)
  }

  /** What a Reason Code ends that the table would go on with: a PUBREC that refuses, an AUTH that grants. */
  #endsBySaying(exchange: OpenExchange, side: Side, packet: Packet | { type: 'UNFRAMED' }, type: number): boolean {
    if (side === exchange.initiator) return false
    const code = reasonCodeOf(packet as Packet)
    if (type === AUTH) return exchange.kind === 'authenticate' && (code ?? 0) === 0
    return code !== null && code >= FIRST_FAILURE
  }

  /** The last packet is there: complete, or failed by what it says. */
  #conclude(exchange: OpenExchange, answer: Packet): void {
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
      failed = answer.type === 'DISCONNECT' || code >= FIRST_FAILURE || (answer.type === 'CONNACK' && code > 0)
    }
    this.#end(exchange, failed ? 'failed' : 'complete')
  }

  #supersede(connection: NetworkConnection, exchange: OpenExchange): void {
    const { pending } = connection
    pending.remove(exchange)
    this.#end(exchange, pending.outcomeOf('superseded', exchange))
  }

  #end(exchange: OpenExchange, outcome: ExchangeOutcome): void {
    this.#open--
    exchange.outcomeIndex = OUTCOME[exchange.partly ? 'partly-seen' : outcome]
    this.#ended[exchange.kindIndex * EXCHANGE_OUTCOMES.length + exchange.outcomeIndex]!++
    this.#emit(exchange)
    if (this.#spare.length < this.#limits.spare) this.#spare.push(exchange)
  }
}

/** The sender of the packet had the one that the exchange begins with. */
function mayAnswer({ acknowledged }: PacketEvent, { beginningEnd }: OpenExchange): boolean {
  return acknowledged < 0 || acknowledged >= beginningEnd
}

/** Whoever gets such a packet need not answer it. */
function isDefective({ problems }: PacketEvent): boolean {
  return problems.length > 0 && problems.some(({ severity }) => severity === 'error')
}

/** Bytes that this direction has sent are not in the capture, and were not missed yet. */
function lacksEnd(half: HalfStream): boolean {
  return half.hasHole || (!half.finSeen && half.acknowledgedOffset > half.offset)
}

/** Those that outlive a connection (MQTT 5.0 §4.1). */
function isOfSession({ kind }: Exchange): boolean {
  return kind === 'publish-qos1' || kind === 'publish-qos2'
}

/** Its answer may be among what the capture lacks. */
function mayHaveEnded({ crossedGap, answersUnseen }: OpenExchange): boolean {
  return crossedGap || answersUnseen
}

function byNumber(a: Exchange, b: Exchange): number {
  return a.number - b.number
}
