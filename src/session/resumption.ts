/**
 * What a connection inherits of earlier ones of its Session: exchanges of QoS 1 and 2 that were not finished, and what became of each (MQTT 5.0 §4.4). Where the
 * Session was not kept, they are to be forgotten.
 */
import type { Packet, Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange, ExchangeKind } from './exchange.ts'
import type { Content } from './message-content.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { seenIn, type Seen } from './seen.ts'
import { otherSide, type Certainty, type Side } from './side.ts'
import { EXCHANGE_STATES, type ExchangeState } from './transitions.ts'

/**
 * `waiting` nothing of it came yet · `resent` its sender went on with it · `answered` the other side did, unasked · `replaced` its identifier was used for something
 * else.
 */
export type InheritedFate = 'waiting' | 'resent' | 'answered' | 'replaced'

export interface Inherited {
  /** Exchange.number: in the order in which they were first sent. */
  readonly number: number
  readonly kind: ExchangeKind
  readonly initiator: Side
  readonly packetIdentifier: number
  readonly topic: Text | null
  /** How far it had come. */
  readonly state: ExchangeState
  readonly first: Seen
  readonly last: Seen
  /** Message Expiry Interval, in seconds; null where there is none. */
  readonly messageExpiry: number | null
  /** Its end may be among what the capture lacks. */
  readonly doubtful: boolean
  /** The Session was not kept. */
  readonly discarded: boolean
  readonly fate: InheritedFate
  /** The packet that decided that. */
  readonly by: Seen | null
  /** The stream offset behind a PUBLISH of QoS 2 that was sent again; null where none was. */
  readonly repeatEnd: number | null
  /** The other side's PUBREC for a PUBLISH of QoS 2 that was sent again; null while there is none. */
  readonly answer: Seen | null
  /** Whether the sender knew then that the Session was not kept: see NetworkConnection.knowsConnack. */
  readonly knew: Certainty | null
  /** A message that was first sent later was sent again before this one: of the same QoS, or only of another. */
  readonly overtakenBy: Seen | null
  readonly overtakenBySameQos: boolean
  /**
   * The same topic was sent with DUP set under an identifier that was in no exchange: this message, as it seems, with another identifier. `same`: with its payload
   * too; else one of them is not known.
   */
  readonly renamed: (Seen & { readonly packetIdentifier: number; readonly same: boolean }) | null
}

/** With what its message carries; null where that is not known. */
type Waiting = Writable<Inherited> & { readonly content: Content | null }

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const PUBLISH = 3
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7

export class Resumption {
  readonly exchanges: Writable<Inherited>[] = []
  /** Those of which nothing came yet, by sender and identifier. */
  readonly #waiting = new Map<number, Waiting>()
  /** PUBLISHes of QoS 2 that were sent again and wait for PUBREC. */
  readonly #repeated = new Map<number, Writable<Inherited>>()
  /** The newest message of the client that was sent again, by the order in which they were first sent: of QoS 1, and of QoS 2. */
  #newestQos1: { readonly number: number; readonly by: Seen } | null = null
  #newestQos2: { readonly number: number; readonly by: Seen } | null = null

  /** An exchange goes on with the connection. */
  add(exchange: OpenExchange, discarded = false): void {
    const { steps, packetIdentifier, kind, initiator, topic, messageExpiry, number, content } = exchange
    const first = steps[0]
    if (first === undefined || packetIdentifier === null) return
    const inherited: Waiting = {
      content, number, kind, initiator, packetIdentifier, topic, messageExpiry, discarded,
      state: EXCHANGE_STATES[exchange.state]!,
      first: seenIn(first),
      last: seenIn(steps[steps.length - 1]!),
      doubtful: exchange.crossedGap || exchange.answersUnseen || exchange.partly,
      fate: 'waiting',
      by: null,
      repeatEnd: null,
      answer: null,
      knew: null,
      overtakenBy: null,
      overtakenBySameQos: false,
      renamed: null,
    }
    this.exchanges.push(inherited)
    this.#waiting.set(keyOf(initiator, packetIdentifier), inherited)
  }

  /** The Session was not kept, and this was to go on with it. */
  discard(exchange: OpenExchange): void {
    const { initiator, packetIdentifier, number } = exchange
    const known = packetIdentifier === null ? undefined : this.#waiting.get(keyOf(initiator, packetIdentifier))
    if (known?.number === number) known.discarded = true
    else this.add(exchange, true)
  }

  /** A packet of the connection, and the exchange that it belongs to. */
  meet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void {
    if ((this.#waiting.size === 0 && this.#repeated.size === 0) || type < PUBLISH || type > PUBCOMP) return
    const packet = event.packet as Packet & { readonly packetIdentifier: number | undefined }
    const { packetIdentifier } = packet
    if (packetIdentifier === undefined) return
    const bySender = type === PUBLISH || type === PUBREL
    const key = keyOf(bySender ? side : otherSide(side), packetIdentifier)
    if (type === PUBREC) this.#answer(key, event)
    const inherited = this.#waiting.get(key)
    if (inherited === undefined) {
      if (type === PUBLISH && packet.type === 'PUBLISH' && packet.dup && exchange !== null) this.#rename(event, side, exchange)
      return
    }
    this.#waiting.delete(key)
    inherited.by = seenIn(event)
    inherited.fate = bySender ? fateOf(inherited, packet, exchange, event.number) : 'answered'
    inherited.knew = side === 'client' ? connection.knowsConnack(event) : 'certain'
    if (type === PUBLISH && inherited.kind === 'publish-qos2' && inherited.fate === 'resent') {
      inherited.repeatEnd = event.segmentEnd
      this.#repeated.set(key, inherited)
    }
    if (type === PUBLISH && side === 'client' && inherited.fate === 'resent' && !inherited.discarded) this.#order(inherited)
  }

  /** MQTT 5.0 §4.3.3: until PUBREL, each repetition of the PUBLISH has its PUBREC. */
  #answer(key: number, { number, frame, time }: PacketEvent): void {
    const repeated = this.#repeated.get(key)
    if (repeated === undefined) return
    repeated.answer = { number, frame, time }
    this.#repeated.delete(key)
  }

  /** MQTT 5.0 §4.6: a client sends again in the order of the first time. */
  #order(inherited: Writable<Inherited>): void {
    const { number, doubtful, kind } = inherited
    if (doubtful) return
    const isQos1 = kind === 'publish-qos1'
    const same = isQos1 ? this.#newestQos1 : this.#newestQos2
    const other = isQos1 ? this.#newestQos2 : this.#newestQos1
    if (same !== null && same.number > number) {
      inherited.overtakenBy = same.by
      inherited.overtakenBySameQos = true
    } else if (other !== null && other.number > number) inherited.overtakenBy = other.by
    if (same !== null && same.number > number) return
    const newest = { number, by: inherited.by! }
    if (isQos1) this.#newestQos1 = newest
    else this.#newestQos2 = newest
  }

  /** A message is sent again, as its DUP says, and nothing with its identifier was open. */
  #rename({ number, frame, time }: PacketEvent, side: Side, exchange: OpenExchange): void {
    const { topic, kind, packetIdentifier, resumed } = exchange
    if (topic === null || resumed > 0) return
    for (const inherited of this.#waiting.values()) {
      const isThis = inherited.initiator === side && inherited.topic === topic && inherited.kind === kind && inherited.state === 'sent' && !inherited.discarded
      if (!isThis || inherited.renamed !== null) continue
      const same = inherited.content === null ? null : exchange.carries(inherited.content)
      if (same === false) continue
      inherited.renamed = { number, frame, time, packetIdentifier: packetIdentifier!, same: same === true }
      return
    }
  }
}

function fateOf(inherited: Inherited, packet: Packet, exchange: Exchange | null, number: number): InheritedFate {
  if (!inherited.discarded) return exchange?.number === inherited.number ? 'resent' : 'replaced'
  if (packet.type !== 'PUBLISH') return exchange === null || exchange.steps[0]?.number === number ? 'resent' : 'replaced'
  const same = packet.dup && exchange !== null && exchange.kind === inherited.kind && exchange.topic === inherited.topic && inherited.topic !== null
  return same ? 'resent' : 'replaced'
}

function keyOf(initiator: Side, packetIdentifier: number): number {
  return packetIdentifier * 2 + (initiator === 'client' ? 1 : 0)
}
