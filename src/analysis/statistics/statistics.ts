/**
 * Packets, exchanges and connections in; counts, rates and times out: the statistics of a capture.
 *
 * It is fed with what a PipelineSink hears of, and may be asked at any time. Memory is bounded: what finds no place is counted together, and nothing is ever
 * dropped or estimated but percentiles, whose precision is stated.
 */
import { PACKET_TYPES, type PacketType } from '../../mqtt/packet.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Exchange } from '../../session/exchange.ts'
import type { NetworkConnection } from '../../session/network-connection.ts'
import { Clients, type ClientLimits } from './clients.ts'
import { ExchangeTimesByKind } from './exchange-times.ts'
import { Rates } from './rates.ts'
import { Topics, type TopicLimits } from './topics.ts'
import { sentBy, Traffic } from './traffic.ts'

export interface StatisticsLimits extends ClientLimits, TopicLimits {
  readonly rateBuckets: number
}

const PUBLISH = 3
const AUTH = 15
const RESERVED = 0

export class Statistics {
  /** By the number of the packet type; 0 is RESERVED. */
  readonly #types: readonly Traffic[] = PACKET_TYPES.map(() => new Traffic())
  readonly rates: Rates
  readonly exchanges = new ExchangeTimesByKind()
  readonly topics: Topics
  readonly #clients: Clients
  /** Runs of bytes that could not be framed, and these bytes. They are in no other count. */
  unframedRuns = 0
  unframedBytes = 0

  /** `interval`: the time for which rates are told, in nanoseconds; null for one that suits the capture. */
  constructor(limits: StatisticsLimits, interval: number | null = null) {
    this.rates = new Rates(limits.rateBuckets, interval)
    this.topics = new Topics(limits)
    this.#clients = new Clients(limits)
  }

  packet(event: PacketEvent): void {
    if (event.start === event.end) {
      this.unframedRuns++
      this.unframedBytes += event.length
      return
    }
    // Of fifteen shapes of packets, to ask the packet itself for its type would take longer.
    let type = event.buffer[event.start]! >> 4
    if (type === AUTH && event.packet.type !== 'AUTH') type = RESERVED
    const by = sentBy(event.direction)
    this.#types[type]!.add(by, event.length)
    this.rates.add(event.time, by, event.length)
    this.#clients.add(event, type)
    if (type === PUBLISH && event.packet.type === 'PUBLISH') this.topics.add(event, event.packet)
  }

  /** An exchange that ended. */
  exchange(exchange: Exchange): void {
    const duration = this.exchanges.add(exchange)
    if (duration !== null && exchange.kind === 'publish-qos1') this.#clients.time(exchange, duration)
  }

  /** A connection that ended. */
  connection(connection: NetworkConnection): void {
    this.#clients.ended(connection)
  }

  /** With what is known by now of the connections that have not ended. */
  get clients(): Clients {
    this.#clients.observe()
    return this.#clients
  }

  type(type: PacketType): Traffic {
    return this.#types[PACKET_TYPES.indexOf(type)]!
  }

  /** All packets. */
  total(): Traffic {
    const total = new Traffic()
    for (const traffic of this.#types) total.addAll(traffic)
    return total
  }
}
