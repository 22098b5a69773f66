/**
 * The connections of a capture as rows of a list, collected while the capture goes by.
 *
 * `packet` runs for every packet and makes no objects. What a row says is put together when the rows are asked for, and only for those that something has happened to
 * since. A connection that has ended leaves text and numbers behind, and is itself let go. Memory is bounded by BOOK_LIMITS; what goes is counted.
 */
import { LIMITS } from '../../analysis/limits.ts'
import { Times } from '../../analysis/statistics/times.ts'
import { PLAIN } from '../../report/colour.ts'
import { clientName } from '../../report/client-name.ts'
import { ConnectionDetailRenderer } from '../../report/connection-detail.ts'
import { asIfEnded, type CloseReason } from '../../session/closing.ts'
import { knownConnection, type NetworkConnection } from '../../session/network-connection.ts'
import { ClientTopics, TopicPlaces, type ClientTopicLimits, type PublishedTopics } from './client-topics.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { MqttConnection } from '../../mqtt/connection.ts'
import type { Publish, Text } from '../../mqtt/packet.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { TimeColumn } from '../../report/time-format.ts'
import type { Exchange } from '../../session/exchange.ts'
import type { OpenExchange } from '../../session/open-exchange.ts'
import type { Side } from '../../session/side.ts'

/** A connection as a list shows it. Plain data, never changed: what happens later makes another row. Texts are safe for a terminal. */
export interface ConnectionRow {
  /** TcpConnection.stream. */
  readonly stream: number
  /** The client identifier; the address while there is none. */
  readonly clientName: string
  /** The same for all connections of one client; null where it has no identifier. */
  readonly clientKey: string | null
  readonly client: string
  readonly server: string
  /** `5.0`, `3.1.1`, `5.0?` where it was inferred, `TLS` and the like where it is not to be seen, else `-`. */
  readonly version: string
  /** In at most 12 columns: `connected`, `joined late`, `closed RST`. */
  readonly state: string
  readonly ended: boolean
  /** Seconds; 0 for none, null where it is not known. */
  readonly keepAlive: number | null
  /** PUBLISH packets, those that were sent again included. */
  readonly publishes: Readonly<Record<Side, number>>
  /** Exchanges without an end. */
  readonly open: number
  /** Nanoseconds from a PUBLISH with QoS 1 or 2, of either side, to the end of its exchange: 95 of 100 took no longer. Null where that is not known. */
  readonly p95: number | null
  /** Not waived; of each rule those that the judge keeps. */
  readonly findings: Readonly<Record<Severity, number>>
  /** PacketEvent.number; null where it has no packets. */
  readonly firstPacket: number | null
  /** Of its newest packet, nanoseconds since the capture's first frame; NaN where there is none. */
  readonly lastTime: number
}

export const BOOK_LIMITS = {
  /** At about 700 bytes each. Open ones are always kept: TCP has a limit for them. */
  rows: 100_000,
  /** Ended connections whose details are kept, at 1 to 4 kB each. */
  details: 10_000,
  /** Open connections whose times are collected, at about 3 kB each. */
  timed: 10_000,
}

export interface ConnectionBookOptions {
  /** For the details. */
  readonly time: TimeColumn
  readonly limits?: typeof BOOK_LIMITS
  readonly topicLimits?: ClientTopicLimits
}

type Facts = Omit<ConnectionRow, 'publishes' | 'findings' | 'firstPacket'>

class Entry {
  readonly stream: number
  readonly firstPacket: number | null
  /** Null once it has ended. */
  mqtt: MqttConnection | null
  byClient = 0
  byServer = 0
  error = 0
  warning = 0
  note = 0
  times: Times | null = null
  /** How many times `p95` is made of. */
  measured = 0
  p95: number | null = null
  /** What is known of it now that it has ended. */
  facts: Facts | null = null
  detail: readonly string[] | null = null
  /** While it is open; null where the client has published nothing. */
  topics: ClientTopics | null = null
  /** The same of one that has ended. */
  published: PublishedTopics | null = null
  /** When the client will have been silent for too long; Infinity where it may be. */
  overdueAt = Infinity
  /** Null where something has happened since it was made. */
  row: ConnectionRow | null = null
  /** There were too many. */
  evicted = false

  constructor(mqtt: MqttConnection, firstPacket: number | null) {
    this.mqtt = mqtt
    this.stream = mqtt.tcp.stream
    this.firstPacket = firstPacket
  }
}

export class ConnectionBook {
  readonly #limits: typeof BOOK_LIMITS
  readonly #detail: ConnectionDetailRenderer
  readonly #places: TopicPlaces
  /** In order of appearance. */
  #entries: Entry[] = []
  readonly #byStream = new Map<number, Entry>()
  /** Of the packet before: mostly the next one is of the same connection. */
  #newestConnection: MqttConnection | null = null
  #newest: Entry | null = null
  /** Those that have ended, in order; what lies before `#endedFrom` is evicted. */
  #ended: Entry[] = []
  #endedFrom = 0
  #evicted = 0
  /** Those of `#entries` that are evicted. */
  #gone = 0
  #timed = 0
  /** Findings of connections without an entry: the judge hears of a packet first. */
  readonly #early = new Map<number, Record<Severity, number>>()
  /** Time of the newest packet: it changes with each, so it has a place that is not made anew. */
  readonly #now = Float64Array.of(NaN)
  #changed = false
  #rows: readonly ConnectionRow[] = []

  constructor({ time, limits = BOOK_LIMITS, topicLimits = LIMITS.clientTopics }: ConnectionBookOptions) {
    this.#limits = limits
    this.#places = new TopicPlaces(topicLimits)
    this.#detail = new ConnectionDetailRenderer({ palette: PLAIN, time })
  }

  packet(event: PacketEvent): void {
    const { connection, start } = event
    let entry = this.#newest
    if (connection !== this.#newestConnection || entry === null) {
      entry = this.#byStream.get(connection.tcp.stream) ?? this.#begin(connection, event.number)
      this.#newestConnection = connection
      this.#newest = entry
    }
    if (start < event.end && event.buffer[start]! >> 4 === PUBLISH) {
      if (event.direction === 'client-to-server') {
        entry.byClient++
        if (entry.mqtt !== null && event.packet.type === 'PUBLISH') this.#published(entry, event, event.packet)
      } else if (event.direction === 'server-to-client') entry.byServer++
    }
    entry.row = null
    this.#now[0] = event.time
    this.#changed = true
  }

  #published(entry: Entry, { resolvedTopicName }: PacketEvent, { topicName }: Publish): void {
    entry.topics ??= new ClientTopics(this.#places)
    // Empty where a Topic Alias stands for it, and else a defect.
    entry.topics.add(resolvedTopicName ?? (topicName === '' ? undefined : topicName))
  }

  /** An exchange that has ended. */
  exchange(exchange: Exchange): void {
    const { kind, outcome, connection } = exchange
    if ((kind !== 'publish-qos1' && kind !== 'publish-qos2') || (outcome !== 'complete' && outcome !== 'failed')) return
    const { duration } = exchange
    const entry = this.#byStream.get(connection.tcp.stream)
    if (entry === undefined || duration === null) return
    if (entry.times === null) {
      if (entry.mqtt === null || this.#timed >= this.#limits.timed) return
      this.#timed++
      entry.times = new Times(PRECISION)
    }
    entry.times.add(duration)
    this.#touch(entry)
  }

  /** One that has ended. */
  connection(network: NetworkConnection): void {
    const { mqtt } = network
    const entry = this.#byStream.get(mqtt.tcp.stream) ?? this.#begin(mqtt, null)
    if (entry.mqtt === null) return
    if (entry.times !== null) {
      entry.p95 = entry.times.percentile(95)
      entry.times = null
      this.#timed--
    }
    entry.facts = factsOf(mqtt, network, entry.p95)
    entry.detail = this.#linesOf(network)
    entry.published = entry.topics?.told ?? null
    entry.topics?.end()
    entry.topics = null
    entry.mqtt = null
    entry.overdueAt = Infinity
    if (this.#newest === entry) this.#newest = this.#newestConnection = null
    this.#touch(entry)
    this.#ended.push(entry)
    const oldest = this.#ended[this.#ended.length - 1 - this.#limits.details]
    if (oldest !== undefined) oldest.detail = oldest.published = null
    this.#evict()
  }

  finding({ stream, severity, waived }: Pick<Finding, 'stream' | 'severity' | 'waived'>): void {
    if (waived !== null) return
    const entry = this.#byStream.get(stream)
    if (entry !== undefined) {
      entry[severity]++
      this.#touch(entry)
      return
    }
    const early = this.#early.get(stream) ?? { error: 0, warning: 0, note: 0 }
    early[severity]++
    this.#early.set(stream, early)
    // Most of them are of connections that were evicted.
    if (this.#early.size > MOST_EARLY) this.#early.delete(this.#early.keys().next().value!)
  }

  /** The capture has come to this time without a packet. */
  tick(time: number): void {
    this.#now[0] = time
    this.#changed = true
  }

  /** In order of appearance. The same array until something happens. */
  get rows(): readonly ConnectionRow[] {
    if (!this.#changed) return this.#rows
    this.#changed = false
    this.#dropEvicted()
    const now = this.#now[0]!
    this.#rows = this.#entries.map((entry) => {
      const { row } = entry
      if (row !== null && !(now > entry.overdueAt && row.state !== OVERDUE)) return row
      return (entry.row = this.#rowOf(entry, now))
    })
    return this.#rows
  }

  /** Connections that are not listed any more, because there were too many. */
  get evicted(): number {
    return this.#evicted
  }

  /** What is known of a connection, as `mqtap connections -V` has it: the first line is the heading. Empty where the stream is not listed. */
  detail(stream: number): readonly string[] {
    const entry = this.#byStream.get(stream)
    if (entry === undefined) return []
    const network = entry.mqtt === null ? null : knownConnection(entry.mqtt)
    if (network === null) return entry.detail ?? [`Connection ${stream}: of connections that have ended, the newest ${this.#limits.details} are kept with their details`]
    // Of one that one side has closed, why is known by now.
    const state = network.state === 'closing' ? null : stateOf(entry.mqtt!, network, this.#now[0]!)
    return asIfEnded(network, (it) => this.#linesOf(it, state))
  }

  /** What the client of a connection published to; null where it is nothing, or not known any more. */
  topics(stream: number): PublishedTopics | null {
    const entry = this.#byStream.get(stream)
    return entry?.topics?.told ?? entry?.published ?? null
  }

  #linesOf(network: NetworkConnection, state: string | null = null): readonly string[] {
    return this.#detail.item(network, state).split('\n').filter((line) => line !== '')
  }

  #begin(mqtt: MqttConnection, firstPacket: number | null): Entry {
    const entry = new Entry(mqtt, firstPacket)
    const early = this.#early.get(entry.stream)
    if (early !== undefined) {
      Object.assign(entry, early)
      this.#early.delete(entry.stream)
    }
    this.#entries.push(entry)
    this.#byStream.set(entry.stream, entry)
    this.#changed = true
    this.#evict()
    return entry
  }

  #touch(entry: Entry): void {
    entry.row = null
    this.#changed = true
  }

  /** The oldest of those that have ended go. */
  #evict(): void {
    const { rows } = this.#limits
    while (this.#entries.length - this.#gone > rows && this.#endedFrom < this.#ended.length) {
      const entry = this.#ended[this.#endedFrom++]!
      entry.evicted = true
      entry.detail = entry.published = null
      this.#byStream.delete(entry.stream)
      this.#evicted++
      this.#gone++
      this.#changed = true
    }
    if (this.#gone > rows / 64) this.#dropEvicted()
  }

  /** Looks at the whole list: not for each one that goes. */
  #dropEvicted(): void {
    if (this.#gone === 0) return
    this.#entries = this.#entries.filter(({ evicted }) => !evicted)
    this.#ended = this.#ended.slice(this.#endedFrom)
    this.#endedFrom = 0
    this.#gone = 0
  }

  #rowOf(entry: Entry, now: number): ConnectionRow {
    const { mqtt, times, firstPacket, byClient, byServer, error, warning, note } = entry
    let { facts } = entry
    if (facts === null) {
      // Few more times hardly move it, and to find it walks the whole sketch.
      if (times !== null && times.count - entry.measured > entry.measured / 64) {
        entry.p95 = times.percentile(95)
        entry.measured = times.count
      }
      const network = knownConnection(mqtt!)
      entry.overdueAt = network === null ? Infinity : overdueAt(network)
      facts = factsOf(mqtt!, network, entry.p95, now)
    }
    return { ...facts, firstPacket, publishes: { client: byClient, server: byServer }, findings: { error, warning, note } }
  }
}

const PUBLISH = 3
/** A p95 of 100 ms may be told as 99 ms or 101 ms. */
const PRECISION = 0.01
const MOST_EARLY = 1_000

function factsOf(mqtt: MqttConnection, network: NetworkConnection | null, p95: number | null, now = NaN): Facts {
  const { tcp, client, clientIdentifier } = mqtt
  const end = client ?? 0
  return {
    stream: tcp.stream,
    clientName: clientName(mqtt),
    clientKey: keyOf(clientIdentifier),
    client: tcp.endpoints[end].text,
    server: tcp.endpoints[end === 0 ? 1 : 0].text,
    version: versionOf(mqtt),
    state: stateOf(mqtt, network, now),
    ended: network !== null && network.closing !== null,
    keepAlive: network?.keepAlive ?? null,
    open: network === null ? 0 : openOf(network),
    p95,
    lastTime: network === null ? NaN : newer(network.client.lastTime, network.server.lastTime),
  }
}

function keyOf(identifier: Text | undefined): string | null {
  if (identifier === undefined || identifier === '') return null
  return typeof identifier === 'string' ? `text ${identifier}` : `bytes ${identifier.hex}`
}

function versionOf({ version, versionCertainty, carrier }: MqttConnection): string {
  if (version !== null) return versionCertainty === 'inferred' ? `${version}?` : version
  return carrier === 'tls' ? 'TLS' : carrier === 'websocket' ? 'WS' : '-'
}

/** Of two times, of which none may be known. */
function newer(one: number, other: number): number {
  return one > other || Number.isNaN(other) ? one : other
}

const OVERDUE = 'KA overdue'

function stateOf({ carrier }: MqttConnection, network: NetworkConnection | null, now: number): string {
  if (network === null) return '-'
  const { closing, connectSeen } = network
  if (closing !== null) return CLOSED[closing.reason]
  switch (network.state) {
    case 'opening': return 'connecting'
    case 'closing': return 'closing'
    case 'closed': return 'closed'
    case 'connected':
      if (carrier === 'not-mqtt') return 'not MQTT'
      if (now > overdueAt(network)) return OVERDUE
      return connectSeen ? 'connected' : 'joined late'
  }
}

/** The server must close after one and a half times the Keep Alive (MQTT 5.0 §3.1.2.10). */
function overdueAt(network: NetworkConnection): number {
  const { keepAlive, state, connackSeen } = network
  if (state !== 'connected' || !connackSeen || keepAlive === null || keepAlive === 0) return Infinity
  const at = network.client.lastTime + 1.5e9 * keepAlive
  return Number.isNaN(at) ? Infinity : at
}

/** Why it ended, in a word or two; the details have it in full. */
const CLOSED: Readonly<Record<CloseReason, string>> = {
  disconnect: 'closed',
  refused: 'refused',
  'keep-alive': 'closed KA',
  'protocol-error': 'closed error',
  'taken-over': 'taken over',
  reset: 'closed RST',
  fin: 'closed FIN',
  'no-pingresp': 'no PINGRESP',
  'capture-end': 'open at end',
  unknown: 'end not seen',
}

function openOf({ pending }: NetworkConnection): number {
  let open = pending.pings.length + (pending.connect === null ? 0 : 1) + (pending.authenticate === null ? 0 : 1)
  for (const side of ['client', 'server'] as const) {
    for (let exchange: OpenExchange | null = pending.first(side); exchange !== null; exchange = exchange.next) open++
  }
  return open
}
