/**
 * Exchanges without an end yet, and where they wait: made to be used again, since each packet of QoS 1 and 2 meets one.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { PACKET_TYPES, type PacketType, type Text } from '../mqtt/packet.ts'
import type { End } from '../tcp/connection.ts'
import type { Asked } from './absence.ts'
import { elapsed, EXCHANGE_KINDS, EXCHANGE_OUTCOMES, type ExchangeKind, type ExchangeOutcome, type RequestedFilter, type SettledExchange, type Step } from './exchange.ts'
import type { LegCause } from './leg-causes.ts'
import type { Content } from './message-content.ts'
import type { Seen } from './seen.ts'
import type { Certainty, Side } from './side.ts'
import { awaitedPacket } from './transitions.ts'

/** Packets remembered of one exchange: more than any without repetitions has, but for an authentication in many rounds. The first ones stay, and the last. */
export const STEPS_KEPT = 8

const NO_CAUSES: readonly LegCause[] = []

/** Numbers kept for each: type, flags and segments, PacketEvent.number, frame, time. */
const STEP = { what: 0, number: 1, frame: 2, time: 3, words: 4 } as const
const DUP = 1 << 4
const BY_CLIENT = 1 << 5
const AGAIN = 1 << 6
const SEGMENTS_AT = 8
/** More are not counted: a packet of 256 MiB has 200,000. */
const MOST_SEGMENTS = 2 ** 20

export class OpenExchange implements SettledExchange {
  number = 0
  connection!: MqttConnection
  /** Indexes of EXCHANGE_KINDS, EXCHANGE_STATES and EXCHANGE_OUTCOMES. */
  kindIndex = 0
  state = 0
  outcomeIndex = 0
  initiator: Side = 'client'
  packetIdentifier: number | null = null
  topic: Text | null = null
  filters: readonly RequestedFilter[] = []
  reasonCode: number | null = null
  packets = 0
  retransmitted = 0
  /** Where in the stream the packet ends that it begins with. */
  beginningEnd = 0
  /** Its beginning, or a step of it, is not in the capture. */
  partly = false
  /** While it was open, bytes of its connection were lost to the capture; or when it began, answers to it may have gone by already. */
  crossedGap = false
  /**
   * When it began, nothing that the other side sent had been seen, or its connection was followed by another one of the Session without an end: that no answer
   * was seen says nothing then.
   */
  answersUnseen = false
  resumed = 0
  /** It was open when an earlier connection of its Session ended, and no packet of it was seen since. */
  dormant = false
  /** It began on an earlier connection, and its PUBLISH was not sent on this one: the receiver's Receive Maximum does not count it (MQTT 5.0 §4.9). */
  unsent = false
  disturbed = false
  /** Of a PUBLISH: what it carries (message-content.ts); the length is -1 where that is not known. */
  contentFirst = 0
  contentSecond = 0
  contentLength = -1
  /** PacketEvent.number of its PUBREC, and the acknowledgement that should have come behind its own. */
  pubrecNumber = 0
  overtakenBy: Seen | null = null
  /** Who sent its newest packet that took it further, when, up to where in the stream, and when TCP acknowledged that (NaN: not noticed yet, Infinity: it went by unnoticed). */
  sentBy: Side = 'client'
  sentTime = NaN
  sentOffset = 0
  acknowledgedTime = NaN
  /** Legs so far, the time that TCP needed for them, and why they were slow. */
  legs = 0
  #network = 0
  causes: readonly LegCause[] = NO_CAUSES
  /** Of a PUBLISH: Message Expiry Interval, in seconds; null where there is none. */
  messageExpiry: number | null = null
  /** Of a PUBLISH: what is followed of it across clients. */
  message: unknown = null
  /** Neighbours in InFlight. */
  next: OpenExchange | null = null
  previous: OpenExchange | null = null
  readonly #steps = new Float64Array(STEPS_KEPT * STEP.words)
  #stepCount = 0

  begin(
    number: number, connection: MqttConnection, kindIndex: number, state: number, initiator: Side, packetIdentifier: number | null, topic: Text | null,
    filters: readonly RequestedFilter[],
  ): void {
    this.number = number
    if (this.connection !== connection) this.connection = connection
    this.kindIndex = kindIndex
    this.state = state
    this.initiator = initiator
    this.packetIdentifier = packetIdentifier
    this.topic = topic
    this.filters = filters
    this.reasonCode = null
    this.packets = 0
    this.retransmitted = 0
    this.partly = false
    this.crossedGap = false
    this.answersUnseen = false
    this.resumed = 0
    this.dormant = false
    this.unsent = false
    this.disturbed = false
    this.contentLength = -1
    if (this.overtakenBy !== null) this.overtakenBy = null
    this.legs = 0
    this.#network = 0
    if (this.causes.length > 0) this.causes = NO_CAUSES
    if (this.message !== null) this.message = null
    if (this.messageExpiry !== null) this.messageExpiry = null
    this.#stepCount = 0
  }

  /** What its PUBLISH carries; null where that is not known. */
  get content(): Content | null {
    return this.contentLength < 0 ? null : { first: this.contentFirst, second: this.contentSecond, length: this.contentLength }
  }

  /** Whether its PUBLISH carries this; null where that is not known. */
  carries({ first, second, length }: Content): boolean | null {
    return this.contentLength < 0 ? null : first === this.contentFirst && second === this.contentSecond && length === this.contentLength
  }

  /** A packet that waits for an answer: the first one, or one that took the exchange further. */
  sent(by: Side, time: number, offset: number): void {
    this.sentBy = by
    this.sentTime = time
    this.sentOffset = offset
    this.acknowledgedTime = NaN
  }

  /** The leg that the newest packet began is over; `network` nanoseconds of it (NaN: not known) were not the program's. */
  endLeg(network: number): void {
    this.legs++
    this.#network += network
  }

  get network(): number | null {
    return this.legs === 0 || Number.isNaN(this.#network) ? null : this.#network
  }

  add(event: PacketEvent, again: boolean): void {
    this.packets++
    const byte = event.buffer[event.start]!
    const type = byte >> 4
    if (this.#stepCount === STEPS_KEPT) this.#stepCount--
    const at = this.#stepCount++ * STEP.words
    const steps = this.#steps
    steps[at + STEP.what] = type | (type === PUBLISH && (byte & 0x08) !== 0 ? DUP : 0)
      | (event.direction === 'client-to-server' ? BY_CLIENT : 0) | (again ? AGAIN : 0)
      | ((event.pieces === null ? 1 : Math.min(event.pieces.length, MOST_SEGMENTS)) << SEGMENTS_AT)
    steps[at + STEP.number] = event.number
    steps[at + STEP.frame] = event.frame
    steps[at + STEP.time] = event.time
  }

  get duration(): number | null {
    if (this.#stepCount < 2) return null
    const duration = elapsed(this.#steps[STEP.time]!, this.#steps[(this.#stepCount - 1) * STEP.words + STEP.time]!)
    return Number.isNaN(duration) ? null : duration
  }

  get firstNumber(): number {
    return this.#stepCount === 0 ? 0 : this.#steps[STEP.number]!
  }

  get awaits(): PacketType | null {
    return awaitedPacket(this.kindIndex, this.state)
  }

  get asked(): Asked {
    return { by: this.sentBy, time: this.sentTime, offset: this.sentOffset, acknowledgedTime: this.acknowledgedTime }
  }

  get unseen(): boolean {
    return this.crossedGap || this.answersUnseen
  }

  get kind(): ExchangeKind {
    return EXCHANGE_KINDS[this.kindIndex]!
  }

  get outcome(): ExchangeOutcome {
    return EXCHANGE_OUTCOMES[this.outcomeIndex]!
  }

  /** Which end is the client is known wherever an exchange is. */
  get sender(): End {
    const client = this.connection.client!
    return this.initiator === 'client' ? client : client === 0 ? 1 : 0
  }

  get certainty(): Certainty {
    if (this.outcome === 'partly-seen') return 'unsure'
    return this.crossedGap ? 'likely' : 'certain'
  }

  get steps(): readonly Step[] {
    const made: Step[] = []
    for (let at = 0; at < this.#stepCount * STEP.words; at += STEP.words) {
      const what = this.#steps[at + STEP.what]!
      made.push({
        type: PACKET_TYPES[what & 0x0f]!,
        number: this.#steps[at + STEP.number]!,
        frame: this.#steps[at + STEP.frame]!,
        time: this.#steps[at + STEP.time]!,
        dup: (what & DUP) !== 0,
        by: (what & BY_CLIENT) !== 0 ? 'client' : 'server',
        again: (what & AGAIN) !== 0,
        segments: what >>> SEGMENTS_AT,
      })
    }
    return made
  }
}

const PUBLISH = 3

/** As long as no more are in flight, looking along the list is quicker than any table. */
const LISTED = 32

/** The open exchanges of one sender of Packet Identifiers, in the order in which they began. Answers mostly come in that order. */
export class InFlight {
  first: OpenExchange | null = null
  last: OpenExchange | null = null
  #count = 0
  #byIdentifier: Map<number, OpenExchange> | null = null

  find(packetIdentifier: number): OpenExchange | null {
    if (this.#byIdentifier !== null) return this.#byIdentifier.get(packetIdentifier) ?? null
    let exchange = this.first
    while (exchange !== null && exchange.packetIdentifier !== packetIdentifier) exchange = exchange.next
    return exchange
  }

  add(exchange: OpenExchange): void {
    exchange.next = null
    exchange.previous = this.last
    if (this.last === null) this.first = exchange
    else this.last.next = exchange
    this.last = exchange
    if (++this.#count > LISTED) this.#byIdentifier ??= this.#table()
    this.#byIdentifier?.set(exchange.packetIdentifier!, exchange)
  }

  remove(exchange: OpenExchange): void {
    const { previous, next } = exchange
    if (previous === null) this.first = next
    else previous.next = next
    if (next === null) this.last = previous
    else next.previous = previous
    exchange.next = null
    exchange.previous = null
    this.#byIdentifier?.delete(exchange.packetIdentifier!)
    if (--this.#count <= LISTED / 2) this.#byIdentifier = null
  }

  #table(): Map<number, OpenExchange> {
    const table = new Map<number, OpenExchange>()
    for (let exchange = this.first; exchange !== null; exchange = exchange.next) table.set(exchange.packetIdentifier!, exchange)
    return table
  }
}
