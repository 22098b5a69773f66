/** The exchanges without an end yet of one connection, and the evidence that decides what their ends are. */
import { InFlight, type OpenExchange } from './open-exchange.ts'
import { EXCHANGE_KINDS, type ExchangeOutcome } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import { otherSide, type Side } from './side.ts'

export class Pending {
  readonly #connection: NetworkConnection
  connect: OpenExchange | null = null
  authenticate: OpenExchange | null = null
  pings: readonly OpenExchange[] = NONE
  #byClient: InFlight | null = null
  #byServer: InFlight | null = null
  /** Those of the last segments of each side whose TCP acknowledgement has not been noticed yet. */
  #unacknowledged: OpenExchange[] | null = null
  /** All that was open has been handed on. */
  settled = false

  constructor(connection: NetworkConnection) {
    this.#connection = connection
  }

  find(side: Side, packetIdentifier: number): OpenExchange | null {
    return (side === 'client' ? this.#byClient : this.#byServer)?.find(packetIdentifier) ?? null
  }

  /** Those that this side began and that have a Packet Identifier, in the order in which they began. */
  first(side: Side): OpenExchange | null {
    return (side === 'client' ? this.#byClient : this.#byServer)?.first ?? null
  }

  keep(exchange: OpenExchange): void {
    const inFlight = exchange.initiator === 'client' ? (this.#byClient ??= new InFlight()) : (this.#byServer ??= new InFlight())
    inFlight.add(exchange)
    if (!isPublish(exchange)) return
    const sender = this.#connection.sender(exchange.initiator)
    if (++sender.inFlight > sender.mostInFlight) sender.mostInFlight = sender.inFlight
  }

  addPing(ping: OpenExchange): void {
    this.pings = [...this.pings, ping]
  }

  remove(exchange: OpenExchange): void {
    if (exchange.packetIdentifier !== null) {
      ;(exchange.initiator === 'client' ? this.#byClient : this.#byServer)?.remove(exchange)
      if (isPublish(exchange)) this.#connection.sender(exchange.initiator).inFlight--
    } else if (exchange === this.connect) this.connect = null
    else if (exchange === this.authenticate) this.authenticate = null
    else this.pings = this.pings.length === 1 ? NONE : this.pings.filter((ping) => ping !== exchange)
    this.#forget(exchange)
  }

  /** Its newest packet waits for the other side's TCP to acknowledge it. */
  awaitAcknowledgement(exchange: OpenExchange): void {
    const waiting = (this.#unacknowledged ??= [])
    if (waiting[waiting.length - 1] === exchange || waiting.includes(exchange)) return
    if (waiting.length === MOST_UNACKNOWLEDGED) waiting.shift()
    waiting.push(exchange)
  }

  /** Notices what TCP has acknowledged by now, before more is sent that moves the acknowledgement on. */
  noteAcknowledgements(): void {
    const waiting = this.#unacknowledged
    if (waiting === null) return
    let kept = 0
    for (let index = 0; index < waiting.length; index++) {
      const exchange = waiting[index]!
      const half = this.#connection.half(exchange.sentBy)
      if (half.acknowledgedOffset >= exchange.sentOffset) exchange.acknowledgedTime = half.acknowledgedTime
      else waiting[kept++] = exchange
    }
    waiting.length = kept
  }

  #forget(exchange: OpenExchange): void {
    const waiting = this.#unacknowledged
    if (waiting === null || waiting.length === 0) return
    if (waiting[waiting.length - 1] === exchange) {
      waiting.pop()
      return
    }
    const index = waiting.indexOf(exchange)
    if (index >= 0) waiting.splice(index, 1)
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

function isPublish({ kindIndex }: OpenExchange): boolean {
  return kindIndex === PUBLISH_QOS_1 || kindIndex === PUBLISH_QOS_2
}

const PUBLISH_QOS_1 = EXCHANGE_KINDS.indexOf('publish-qos1')
const PUBLISH_QOS_2 = EXCHANGE_KINDS.indexOf('publish-qos2')

const NONE: readonly OpenExchange[] = []

/** More packets on the way than this at once, and the time until the first ones were acknowledged is not told. */
const MOST_UNACKNOWLEDGED = 32
