/** The exchanges without an end yet of one connection, and the evidence that decides what their ends are. */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { Aftermath } from './aftermath.ts'
import { InFlight, type OpenExchange } from './open-exchange.ts'
import { EXCHANGE_KINDS, type ExchangeOutcome } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import { otherSide, type Side } from './side.ts'
import { EXCHANGE_STATES } from './transitions.ts'

export class Pending {
  readonly #connection: NetworkConnection
  /** All that was open has been handed on. */
  settled = false
  #byClient: InFlight | null = null
  #byServer: InFlight | null = null
  connect: OpenExchange | null = null
  authenticate: OpenExchange | null = null
  pings: readonly OpenExchange[] = NONE
  /** PacketEvent.number of the newest UNSUBACK; 0 where there was none. */
  unsubackNumber = 0
  /** Those whose PUBREC waits for its PUBREL. */
  #received = 0
  /** What ended exchanges have left behind; null where that is nothing, and where nobody looks for misfits. */
  aftermath: Aftermath | null = null

  constructor(connection: NetworkConnection) {
    this.#connection = connection
  }

  get ownAftermath(): Aftermath {
    return (this.aftermath ??= new Aftermath())
  }

  find(side: Side, packetIdentifier: number): OpenExchange | null {
    return (side === 'client' ? this.#byClient : this.#byServer)?.find(packetIdentifier) ?? null
  }

  /** Those that this side began and that have a Packet Identifier, in the order in which they began. */
  first(side: Side): OpenExchange | null {
    return (side === 'client' ? this.#byClient : this.#byServer)?.first ?? null
  }

  last(side: Side): OpenExchange | null {
    return (side === 'client' ? this.#byClient : this.#byServer)?.last ?? null
  }

  keep(exchange: OpenExchange): void {
    const inFlight = exchange.initiator === 'client' ? (this.#byClient ??= emptyList()) : (this.#byServer ??= emptyList())
    inFlight.add(exchange)
    if (exchange.state === RECEIVED) this.#received++
    if (!isPublish(exchange)) return
    this.#connection.countInFlight(exchange.initiator, 1)
    // Of one that was met by a later packet, the PUBLISH may have been sent on an earlier connection.
    if (!exchange.unsent && !exchange.partly && !exchange.crossedGap) this.#connection.countQuota(exchange.initiator, 1)
  }

  /** One of those that are kept here goes on to this state (index of EXCHANGE_STATES). */
  reach(exchange: OpenExchange, state: number): void {
    if (exchange.packetIdentifier !== null) {
      if (exchange.state === RECEIVED) this.#received--
      if (state === RECEIVED) this.#received++
    }
    exchange.state = state
  }

  /** The PUBLISH of an exchange that began on an earlier connection goes by. */
  sent(exchange: OpenExchange): void {
    exchange.unsent = false
    this.#connection.countQuota(exchange.initiator, 1)
  }

  addPing(ping: OpenExchange): void {
    this.pings = [...this.pings, ping]
  }

  remove(exchange: OpenExchange): void {
    if (exchange.packetIdentifier !== null) {
      this.#removeFromList(exchange)
      if (exchange.state === RECEIVED) this.#received--
      if (isPublish(exchange)) {
        this.#connection.countInFlight(exchange.initiator, -1)
        this.#connection.countQuota(exchange.initiator, -1)
      }
    } else if (exchange === this.connect) this.connect = null
    else if (exchange === this.authenticate) this.authenticate = null
    else this.pings = this.pings.length === 1 ? NONE : this.pings.filter((ping) => ping !== exchange)
  }

  /** An empty list goes: most clients have nothing in flight most of the time. */
  #removeFromList(exchange: OpenExchange): void {
    const list = exchange.initiator === 'client' ? this.#byClient : this.#byServer
    if (list === null) return
    list.remove(exchange)
    if (list.first !== null) return
    if (exchange.initiator === 'client') this.#byClient = null
    else this.#byServer = null
    if (SPARE_LISTS.length < MOST_SPARE_LISTS) SPARE_LISTS.push(list)
  }

  /**
   * Notices which packets that this side began exchanges with, or took them further with, TCP has acknowledged by now: to be asked before more of that side
   * moves the acknowledgement on. Mostly there is one. `waited`: it has moved on already.
   */
  noteAcknowledgements(side: Side, waited: boolean): void {
    if (side === 'client' && this.connect !== null && Number.isNaN(this.connect.acknowledgedTime)) this.#note(this.connect, waited)
    if (side === 'client' && this.pings.length > 0 && Number.isNaN(this.pings[0]!.acknowledgedTime)) this.#note(this.pings[0]!, waited)
    this.#noteThose(side, side === 'client' ? this.#byClient : this.#byServer, waited)
    if (this.#received > 0) this.#noteThose(side, side === 'client' ? this.#byServer : this.#byClient, waited)
  }

  #noteThose(side: Side, list: InFlight | null, waited: boolean): void {
    let exchange = list?.last ?? null
    for (let looked = 0; looked < MOST_LOOKED_AT && exchange !== null; looked++) {
      if (exchange.sentBy === side && Number.isNaN(exchange.acknowledgedTime)) this.#note(exchange, waited)
      exchange = exchange.previous
    }
  }

  #note(exchange: OpenExchange, waited: boolean): void {
    const half = this.#connection.half(exchange.sentBy)
    if (half.acknowledgedOffset < exchange.sentOffset) return
    const time = half.acknowledgedTime
    if (waited) exchange.acknowledgedTime = Infinity
    else if (time >= exchange.sentTime) exchange.acknowledgedTime = time
  }

  /** When TCP acknowledged the newest packet of the exchange, now that `answer` is here; NaN or Infinity where that cannot be told. */
  acknowledgedTime(exchange: OpenExchange, answer: PacketEvent): number {
    const { sentBy, sentOffset, acknowledgedTime } = exchange
    if (!Number.isNaN(acknowledgedTime)) return acknowledgedTime
    const sender = this.#connection.sender(sentBy)
    // Where more was sent since, and nobody noted what was acknowledged before it, the newest acknowledgement is a later one.
    const noted = exchange.packetIdentifier !== null && sentBy === exchange.initiator && sender.inFlight <= MOST_LOOKED_AT
    const acknowledged = answer.acknowledged >= sentOffset && (noted || sender.sentOffset === sentOffset)
    // Behind a hole, what was acknowledged may be a copy that the capture lacks.
    return acknowledged && answer.acknowledgedTime >= exchange.sentTime ? answer.acknowledgedTime : NaN
  }

  /**
   * The outcome of an exchange whose end did not come; `partly-seen` where it may only not be in the capture: the answering side's bytes were lost, or never
   * seen at all.
   */
  outcomeOf(outcome: 'open' | 'abandoned' | 'superseded', exchange: OpenExchange): ExchangeOutcome {
    return exchange.crossedGap || exchange.answersUnseen || this.#connection.half(otherSide(exchange.initiator)).hasHole ? 'partly-seen' : outcome
  }

  gap(): void {
    for (const exchange of this.all()) exchange.crossedGap = true
  }

  *all(): Iterable<OpenExchange> {
    if (this.connect !== null) yield this.connect
    if (this.authenticate !== null) yield this.authenticate
    yield* this.pings
    yield* this.withIdentifier()
  }

  *withIdentifier(): Iterable<OpenExchange> {
    for (const inFlight of [this.#byClient, this.#byServer]) {
      if (inFlight === null) continue
      for (let exchange = inFlight.first; exchange !== null; exchange = exchange.next) yield exchange
    }
  }
}

/** Empty lists, to be used again. */
const SPARE_LISTS: InFlight[] = []
const MOST_SPARE_LISTS = 256

function emptyList(): InFlight {
  return SPARE_LISTS.pop() ?? new InFlight()
}

function isPublish({ kindIndex }: OpenExchange): boolean {
  return kindIndex === PUBLISH_QOS_1 || kindIndex === PUBLISH_QOS_2
}

const PUBLISH_QOS_1 = EXCHANGE_KINDS.indexOf('publish-qos1')
const PUBLISH_QOS_2 = EXCHANGE_KINDS.indexOf('publish-qos2')

const RECEIVED = EXCHANGE_STATES.indexOf('received')

const NONE: readonly OpenExchange[] = []

/** With more exchanges in flight, it is not told when TCP acknowledged each. */
const MOST_LOOKED_AT = 32
