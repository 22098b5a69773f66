/**
 * Notices packets that do not fit the exchanges of their connection: identifiers in use, packets sent again, answers that nothing asked for, of the wrong kind or in
 * the wrong order. ExchangeTracker asks it before it goes on; what it makes of the packet does not depend on this.
 *
 * An identifier is taken until its last answer has gone by, which is before its sender can know that. What else may explain a packet goes with it as a doubt.
 */
import { PACKET_TYPES, type Publish, type Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange, ExchangeKind, RequestedFilter } from './exchange.ts'
import type { ContentReader } from './message-content.ts'
import type { Misfit, MisfitDoubt, MisfitKind } from './misfit.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { FIRST_FAILURE } from './reason-code.ts'
import { seenIn, type Seen } from './seen.ts'
import { otherSide, type Side } from './side.ts'
import { EXCHANGE_STATES, transition } from './transitions.ts'

const PUBLISH = 3
const PUBACK = 4
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7
const SUBACK = 9
const UNSUBACK = 11
const PINGRESP = 13

const SENT = EXCHANGE_STATES.indexOf('sent')
const RECEIVED = EXCHANGE_STATES.indexOf('received')
const RELEASED = EXCHANGE_STATES.indexOf('released')

/** The DUP flag of byte 1, which before 3.1.1 not only PUBLISH has. */
const DUP = 0x08

/** What may still come for one packet that was sent twice: its answer, and what that sets off. */
const FOLLOWING = 3

/** Exchanges that are looked at to see what an acknowledgement overtook; few clients have more in flight. */
const MOST_LOOKED_AT = 64

/** A program that has not read within a second what its TCP has is busy with something else. */
const GRACE = 1e9

export class MisfitFinder {
  readonly #tell: (misfit: Misfit) => void
  readonly #told = new Told()
  readonly #content: ContentReader

  constructor(tell: (misfit: Misfit) => void, content: ContentReader) {
    this.#tell = tell
    this.#content = content
  }

  /** Something went by that could not be read, or is not followed. */
  unread({ pending }: NetworkConnection): void {
    pending.ownAftermath.unread = true
  }

  // --- requests ---

  /** A PUBLISH of QoS 1 or 2; `before` has its identifier. */
  publish(connection: NetworkConnection, side: Side, event: PacketEvent, packet: Publish, kind: ExchangeKind, topic: Text | null, before: OpenExchange | null): void {
    if (!this.#content.read(event, packet)) this.#content.extent = 'none'
    const identifier = packet.packetIdentifier!
    if (before === null) {
      if (packet.dup) this.#firstWithDup(connection, side, event, PUBLISH, identifier)
      connection.pending.aftermath?.begins(side, identifier)
      return
    }
    connection.pending.ownAftermath.owe(side, identifier, FOLLOWING)
    if (before.disturbed) return
    const same = before.kind === kind ? this.#isSame(before, topic) : false
    const found = kindOfPublish(before, packet.dup, same)
    if (found !== null) this.#against(connection, side, event, PUBLISH, identifier, found, before, same === null ? 'content' : null)
  }

  /** The exchange of the PUBLISH that `publish` was asked about has begun. */
  begun(exchange: OpenExchange): void {
    const { first, second, length, extent } = this.#content
    exchange.contentFirst = first
    exchange.contentSecond = second
    exchange.contentLength = extent === 'none' ? -1 : length
  }

  request(
    connection: NetworkConnection, side: Side, event: PacketEvent, type: number, identifier: number, kind: ExchangeKind, filters: readonly RequestedFilter[],
    before: OpenExchange | null,
  ): void {
    const isOld = event.version === '3.1'
    if (before === null) {
      if (isOld && hasDup(event)) this.#firstWithDup(connection, side, event, type, identifier)
      return
    }
    connection.pending.ownAftermath.owe(side, identifier, FOLLOWING)
    const same = before.kind === kind && hasSameFilters(before.filters, filters)
    // The decoder finds a DUP that must not be there.
    if (before.disturbed || (same && hasDup(event))) return
    this.#against(connection, side, event, type, identifier, same && isOld ? 'sent-again' : 'identifier-in-use', before, null)
  }

  // --- answers ---

  /** An acknowledgement that takes no exchange further; `exchange` has its identifier. */
  acknowledge(connection: NetworkConnection, initiator: Side, side: Side, identifier: number, event: PacketEvent, type: number, exchange: OpenExchange | null): void {
    const isOfServer = type === SUBACK || type === UNSUBACK
    if (isOfServer && side !== 'server') return
    const { pending } = connection
    if (pending.aftermath?.settles(initiator, identifier) ?? false) {
      // It may be meant for this one, which is over then for whoever takes it so.
      if (exchange !== null) exchange.disturbed = true
      return
    }
    const kind = exchange === null ? 'unasked' : kindOfAnswer(exchange, type)
    if (exchange !== null && kind !== 'unasked') {
      pending.ownAftermath.owe(initiator, identifier, FOLLOWING)
      if (!exchange.disturbed) this.#against(connection, side, event, type, identifier, kind, exchange, doubtOfAnswer(connection, exchange, event, type))
      exchange.disturbed = true
      return
    }
    if (isOfServer) {
      const before = pending.aftermath?.answerTo(type === SUBACK, identifier) ?? null
      this.#unasked(connection, side, event, type, identifier, before === null ? 'unasked' : 'second-answer', before, null)
    } else {
      // Of an exchange whose end passed by the capture just before the connection before was lost, and did not arrive.
      if (type === PUBREL && connection.mqtt.cleanStart !== true) return
      const refusal = type === PUBREL ? pending.aftermath?.refusalOf(initiator, identifier) ?? null : null
      const history = isFresh(connection, initiator, event) ? null : 'history'
      this.#unasked(connection, side, event, type, identifier, refusal === null ? 'unasked' : 'after-refusal', refusal, history)
    }
    pending.ownAftermath.owe(initiator, identifier, FOLLOWING)
  }

  pingresp(connection: NetworkConnection, side: Side, event: PacketEvent): void {
    if (side === 'server') this.#unasked(connection, side, event, PINGRESP, null, 'unasked', null, null)
  }

  /** A packet takes an exchange further, or is one of it again; the exchange is as it was before. */
  step(connection: NetworkConnection, exchange: OpenExchange, side: Side, event: PacketEvent, type: number, again: boolean): void {
    const { packetIdentifier } = exchange
    if (packetIdentifier === null) return
    if (again) {
      connection.pending.ownAftermath.owe(exchange.initiator, packetIdentifier, FOLLOWING)
      return
    }
    if (type === PUBREC) exchange.pubrecNumber = event.number
    if (type === PUBREL && event.version === '3.1' && hasDup(event) && isPlain(exchange)) {
      this.#against(connection, side, event, type, packetIdentifier, 'first-with-dup', exchange, null)
    }
    if (side === 'client' && (type === PUBREL || ((type === PUBACK || type === PUBREC) && exchange.initiator === 'server'))) {
      this.#order(connection, exchange, event, type, packetIdentifier)
    }
  }

  /** `event` ended an exchange with an identifier. */
  ended({ pending }: NetworkConnection, exchange: OpenExchange, event: PacketEvent, type: number): void {
    const { initiator, packetIdentifier, reasonCode } = exchange
    if (packetIdentifier === null) return
    const aftermath = pending.ownAftermath
    if (type === SUBACK || type === UNSUBACK) aftermath.answered(type === SUBACK, packetIdentifier, seenIn(event))
    else {
      aftermath.ended(initiator, packetIdentifier, type === PUBACK ? 'PUBACK' : type === PUBREC ? 'PUBREC' : 'PUBCOMP', event.segmentEnd, event.time)
      // What was sent on the connection before may be answered too.
      if (exchange.resumed > 0) aftermath.owe(initiator, packetIdentifier, FOLLOWING)
      if (type === PUBREC && reasonCode !== null && reasonCode >= FIRST_FAILURE) aftermath.refused(initiator, packetIdentifier, seenIn(event))
    }
  }

  /** MQTT 5.0 §4.6: a client acknowledges in the order in which the messages, or their PUBRECs, came. */
  #order(connection: NetworkConnection, exchange: OpenExchange, event: PacketEvent, type: number, identifier: number): void {
    const { overtakenBy } = exchange
    exchange.overtakenBy = null
    if (!isPlain(exchange)) return
    if (overtakenBy !== null) {
      this.#fill(connection, 'client', event, type, identifier, 'overtaken', exchange, overtakenBy, null)
      this.#tell(this.#told)
    }
    if (type === PUBREL) {
      let other = connection.pending.first('client')
      for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++, other = other.next) {
        if (other.state === RECEIVED && other.pubrecNumber < exchange.pubrecNumber && isPlain(other)) other.overtakenBy ??= seenIn(event)
      }
      return
    }
    let older = exchange.previous
    for (let looked = 0; older !== null && looked < MOST_LOOKED_AT; looked++, older = older.previous) {
      if (older.kindIndex === exchange.kindIndex && older.state === SENT && isPlain(older)) older.overtakenBy ??= seenIn(event)
    }
  }

  // --- what is told ---

  #firstWithDup(connection: NetworkConnection, side: Side, event: PacketEvent, type: number, identifier: number): void {
    const { pending: { aftermath } } = connection
    if (aftermath?.isOwed(side, identifier) ?? false) return
    const ended = (side === 'client' ? aftermath?.clientEndedOffset : aftermath?.serverEndedOffset) ?? 0
    const doubt = doubtOfAll(connection, event, otherSide(side)) ?? (isFresh(connection, side, event) ? null : 'history')
    this.#fill(connection, side, event, type, identifier, 'first-with-dup', null, null, doubt ?? (event.acknowledged < ended ? 'not-acknowledged' : null))
    // A server that does not know Session Present goes on with a Session though it says that there is none.
    const unsaid = side === 'server' && connection.mqtt.cleanStart !== true
    this.#told.close = (ended > 0 && !(event.time - aftermath!.endedTime > GRACE)) || isInheriting(connection) || unsaid
    this.#tell(this.#told)
  }

  /** It does not go with an exchange that is there. */
  #against(
    connection: NetworkConnection, side: Side, event: PacketEvent, type: number, identifier: number, kind: MisfitKind, exchange: OpenExchange, doubt: MisfitDoubt | null,
  ): void {
    const first = exchange.steps[0]
    this.#fill(connection, side, event, type, identifier, kind, exchange, first === undefined ? null : seenIn(first), doubtOf(connection, exchange, side, event) ?? doubt)
    this.#tell(this.#told)
  }

  #unasked(
    connection: NetworkConnection, side: Side, event: PacketEvent, type: number, identifier: number | null, kind: MisfitKind, before: Seen | null, doubt: MisfitDoubt | null,
  ): void {
    const { session } = connection
    const inherits = doubt === 'history' && connection.connackSeen && session?.whole === true && session.connections > 1
    this.#fill(connection, side, event, type, identifier, kind, null, before, doubtOfAll(connection, event, otherSide(side)) ?? (inherits ? null : doubt))
    this.#told.inherited = inherits
    if (identifier !== null && kind === 'unasked') this.#told.swapped = waitingFor(connection, side, type, swappedBytes(identifier))
    this.#tell(this.#told)
  }

  #fill(
    connection: NetworkConnection, side: Side, event: PacketEvent, type: number, identifier: number | null, kind: MisfitKind, exchange: OpenExchange | null,
    against: Seen | null, doubt: MisfitDoubt | null,
  ): void {
    const told = this.#told
    told.connection = connection
    told.side = side
    told.event = event
    told.type = PACKET_TYPES[type]!
    told.packetIdentifier = identifier
    told.kind = kind
    told.dup = hasDup(event)
    told.exchange = exchange
    told.against = against
    told.swapped = null
    told.inherited = exchange !== null && isInherited(exchange)
    told.doubt = doubt
    told.close = false
  }

  /** The same message as that of `before`, as far as topic and payload say; null where they cannot. */
  #isSame(before: OpenExchange, topic: Text | null): boolean | null {
    if (topic === null || before.topic === null) return null
    if (!isSameText(topic, before.topic)) return false
    return this.#content.extent === 'none' ? null : before.carries(this.#content)
  }
}

class Told implements Misfit {
  kind: MisfitKind = 'unasked'
  connection!: NetworkConnection
  event!: PacketEvent
  type: Misfit['type'] = 'PUBLISH'
  side: Side = 'client'
  packetIdentifier: number | null = null
  dup = false
  exchange: OpenExchange | null = null
  against: Seen | null = null
  swapped: Exchange | null = null
  inherited = false
  doubt: MisfitDoubt | null = null
  close = false
}

/** What a PUBLISH is whose identifier `before` has; null where it is right. */
function kindOfPublish(before: OpenExchange, dup: boolean, same: boolean | null): MisfitKind | null {
  if (same === false) return 'identifier-in-use'
  if (same === true && before.state === RELEASED) return 'sent-after-pubrel'
  if (before.unsent) return dup ? null : 'resent-without-dup'
  return 'sent-again'
}

/** What an acknowledgement is that does not take the exchange with its identifier further. */
function kindOfAnswer({ kind }: OpenExchange, type: number): MisfitKind {
  if (kind === 'publish-qos2') return type === PUBACK ? 'other-qos' : type === PUBREL || type === PUBCOMP ? 'too-early' : 'unasked'
  return kind === 'publish-qos1' && type === PUBREC ? 'other-qos' : 'unasked'
}

/** Why what it answers may be something else than the capture shows. */
function doubtOfAnswer(connection: NetworkConnection, exchange: OpenExchange, event: PacketEvent, type: number): MisfitDoubt | null {
  if (exchange.partly) return 'gap'
  if (exchange.dormant) return 'history'
  // A PUBLISH that came with DUP may have had its PUBREC on an earlier connection, which the sender did not go by until now.
  return type === PUBREL && exchange.steps[0]?.dup === true && !isFresh(connection, exchange.initiator, event) ? 'history' : null
}

/** It runs on one connection, all of it is seen, and nothing of it was sent twice. */
function isPlain(exchange: OpenExchange): boolean {
  return !exchange.partly && !exchange.crossedGap && !exchange.disturbed && exchange.retransmitted === 0 && !isInherited(exchange)
}

function isInherited({ resumed, dormant, unsent }: OpenExchange): boolean {
  return resumed > 0 || dormant || unsent
}

/** Why the exchange may be over, though no answer was seen that ends it. */
function doubtOf(connection: NetworkConnection, exchange: OpenExchange, side: Side, event: PacketEvent): MisfitDoubt | null {
  if (exchange.crossedGap || exchange.answersUnseen || !connection.inStep(event, otherSide(side))) return 'gap'
  if (!isInherited(exchange)) return null
  return connection.connack?.sessionPresent === true && connection.session?.whole === true ? null : 'history'
}

/** Why `side` may have sent something that the capture does not show. */
function doubtOfAll(connection: NetworkConnection, event: PacketEvent, side: Side): MisfitDoubt | null {
  if (connection.pending.aftermath?.unread ?? false) return 'limit'
  if (connection.whole(event, side)) return null
  return connection.half(side).synSeen ? 'gap' : 'start'
}

/** The Session has had other connections, and this one did not begin it anew: one more may have gone unseen. */
function isInheriting({ session, connect, connack }: NetworkConnection): boolean {
  return (session?.connections ?? 0) > 1 && connect?.cleanStart !== true && connack?.sessionPresent !== false
}

/**
 * This side began the connection without exchanges of earlier ones. Before 5.0 a client that did not ask for a clean Session may go on with its own though the server
 * has none; later it has to know. A server that should have a Session and says that it has none may go on with it all the same: some do not know Session Present.
 */
function isFresh(connection: NetworkConnection, side: Side, event: PacketEvent): boolean {
  const { connack, session } = connection
  if (connection.mqtt.cleanStart === true) return true
  // It may repeat what it sent when the connection before broke, and what never came by here.
  if (side === 'client' ? session?.clientUnsent : session?.serverUnsent) return false
  if (connack?.sessionPresent !== false || (side === 'server' && connection.sessionDenied)) return false
  return side === 'server' ? event.version !== '3.1' : event.version === '5.0' && connection.knowsConnack(event) !== null
}

/** What the other side's acknowledgement with this identifier would answer. */
function waitingFor({ pending }: NetworkConnection, side: Side, type: number, identifier: number): OpenExchange | null {
  const initiator = type === PUBREL ? side : otherSide(side)
  const exchange = pending.find(initiator, identifier)
  if (exchange === null || transition(exchange.kindIndex, exchange.state, side === initiator, type) === 0) return null
  exchange.disturbed = true
  return exchange
}

function swappedBytes(identifier: number): number {
  return ((identifier & 0xff) << 8) | (identifier >> 8)
}

function hasDup({ buffer, start }: PacketEvent): boolean {
  return (buffer[start]! & DUP) !== 0
}

function hasSameFilters(some: readonly RequestedFilter[], others: readonly RequestedFilter[]): boolean {
  return some.length === others.length && some.every(({ topicFilter, qos }, index) => isSameText(topicFilter, others[index]!.topicFilter) && qos === others[index]!.qos)
}

function isSameText(one: Text, other: Text): boolean {
  return one === other || (typeof one !== 'string' && typeof other !== 'string' && one.hex === other.hex)
}
