import { createPipeline } from '../../src/analysis/pipeline.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { MqttDissector } from '../../src/mqtt/dissector.ts'
import { TCP_FLAGS, TcpSegment } from '../../src/network/segment.ts'
import { SessionTracker, type SessionLimits, type SessionSink } from '../../src/session/session-tracker.ts'
import type { NetworkConnection } from '../../src/session/network-connection.ts'
import { legsOf, type Exchange } from '../../src/session/exchange.ts'
import { ConnectionTable } from '../../src/tcp/connection-table.ts'
import { fromHex } from '../mqtt/framed.ts'

type From = 'client' | 'server'

const PORTS = new Uint8Array(65536)
PORTS[1883] = 1

/** Packets as hex. Identifiers are two bytes of hex. */
export const HEX = {
  connect311: (cleanSession = true) => `100d 0004 4d515454 04 ${cleanSession ? '02' : '00'} 003c 0001 61`,
  connect5: (cleanStart = true) => `100e 0004 4d515454 05 ${cleanStart ? '02' : '00'} 003c 00 0001 61`,
  connack311: (returnCode = '00') => `2002 00${returnCode}`,
  connack5: (reasonCode = '00') => `2003 00${reasonCode} 00`,
  publish1: (identifier: string, { dup = false, topic = '74' } = {}) => `${dup ? '3a' : '32'}06 0001 ${topic} ${identifier} 21`,
  publish2: (identifier: string, { dup = false, topic = '74' } = {}) => `${dup ? '3c' : '34'}06 0001 ${topic} ${identifier} 21`,
  puback: (identifier: string) => `4002 ${identifier}`,
  pubrec: (identifier: string) => `5002 ${identifier}`,
  pubrel: (identifier: string) => `6202 ${identifier}`,
  pubcomp: (identifier: string) => `7002 ${identifier}`,
  subscribe: (identifier: string) => `820a ${identifier} 0001 61 01 0001 62 02`,
  suback: (identifier: string, codes = '0102') => `9004 ${identifier} ${codes}`,
  unsubscribe: (identifier: string) => `a205 ${identifier} 0001 61`,
  unsuback: (identifier: string) => `b002 ${identifier}`,
  pingreq: 'c000',
  pingresp: 'd000',
  disconnect: 'e000',
} as const

/** What one side of a connection sends next. */
interface Side {
  client: number
  server: number
}

/**
 * TCP connections between clients and a server on port 1883, each packet in a segment of its own, one millisecond after the other. One of the connections is
 * spoken on at a time; there is one to begin with.
 */
export class Conversation {
  readonly exchanges: Exchange[] = []
  readonly tracker: SessionTracker
  /** Those that have ended. */
  readonly connections: NetworkConnection[] = []
  /** What the client of each of them had in flight at most. */
  readonly mostInFlight: number[] = []
  readonly #tcp: ConnectionTable
  readonly #next: Side[] = []
  #on = 0
  #frame = 0
  #now = 0
  /** Of each server's packets, as TCP tells it. */
  #window = 65_535
  #late: From | null = null
  readonly #held: TcpSegment[] = []

  constructor({ syn = true, limits = {} }: { syn?: boolean; limits?: Partial<SessionLimits> } = {}) {
    const sink: SessionSink = {
      exchange: (exchange) => this.exchanges.push(kept(exchange)),
      connection: (connection) => {
        this.connections.push(connection)
        this.mostInFlight.push(connection.client.mostInFlight)
      },
    }
    this.tracker = new SessionTracker(sink, { ...LIMITS.session, ...limits })
    const dissector = new MqttDissector((event) => this.tracker.packet(event), { ports: PORTS, version: null }, LIMITS.mqtt, this.tracker)
    this.#tcp = new ConnectionTable(dissector, LIMITS.tcp)
    if (syn) this.connect()
    else this.#next.push({ client: 101, server: 501 })
  }

  /** Opens another connection and goes on there. */
  connect(): this {
    this.#on = this.#next.push({ client: 101, server: 501 }) - 1
    this.#segment('client', 100, '', TCP_FLAGS.syn)
    this.#segment('server', 500, '', TCP_FLAGS.syn)
    return this
  }

  /** So many hours of capture time are over; nothing is seen in them. */
  hours(count: number): this {
    this.#now += count * 3_600e9
    for (let hour = 0; hour < count; hour++) {
      this.#tcp.hour(this.#frame, this.#now)
      this.tracker.hour()
    }
    return this
  }

  /** Goes on with connection `index`, from 0. */
  on(index: number): this {
    this.#on = index
    return this
  }

  /** What comes next comes so many milliseconds later than usual. */
  wait(milliseconds: number): this {
    this.#now += milliseconds * 1e6
    return this
  }

  /** Milliseconds since the capture's first frame. */
  get now(): number {
    return this.#now / 1e6
  }

  client(...packets: string[]): this {
    return this.#send('client', packets)
  }

  server(...packets: string[]): this {
    return this.#send('server', packets)
  }

  /** TCP alone: this side has received all that the other one sent. */
  acknowledge(from: From): this {
    this.#segment(from, this.#last[from], '', 0)
    return this
  }

  /** TCP sends the last packets of this side again. */
  again(from: From, ...packets: string[]): this {
    const hex = packets.join('')
    this.#segment(from, this.#last[from] - fromHex(hex).length, hex, 0)
    return this
  }

  /** This side takes so many bytes from now on, 0 for none. */
  window(from: From, bytes: number): this {
    this.#window = bytes
    this.#segment(from, this.#last[from], '', 0)
    this.#window = 65_535
    return this
  }

  /** The other side receives them, the capture does not hold them. */
  lost(from: From, ...packets: string[]): this {
    for (const packet of packets) this.#last[from] += fromHex(packet).length
    return this
  }

  /** The same of a FIN. */
  lostFin(from: From): this {
    this.#last[from]++
    return this
  }

  /** What this side sends from now on is captured only once it is `captured`. */
  late(from: From): this {
    this.#late = from
    return this
  }

  captured(): this {
    this.#late = null
    for (const segment of this.#held.splice(0)) this.#capture(segment)
    return this
  }

  fin(from: From): this {
    this.#segment(from, this.#last[from], '', TCP_FLAGS.fin)
    return this
  }

  reset(from: From): this {
    this.#segment(from, this.#last[from], '', TCP_FLAGS.rst)
    return this
  }

  end(): this {
    this.tracker.finish()
    this.#tcp.finish(this.#frame, this.#now)
    this.tracker.end()
    return this
  }

  /** In words: `publish-qos1 client 1 complete`, and what else is worth a word. */
  get told(): string[] {
    return this.exchanges.map(toldOf)
  }

  get #last(): Side {
    return this.#next[this.#on]!
  }

  #send(from: From, packets: readonly string[]): this {
    for (const packet of packets) {
      this.#segment(from, this.#last[from], packet, 0)
      this.#last[from] += fromHex(packet).length
    }
    return this
  }

  #segment(from: From, sequence: number, hex: string, flags: number): void {
    const bytes = fromHex(hex)
    const segment = new TcpSegment()
    segment.source0 = from === 'client' ? 1 : 2
    segment.destination0 = from === 'client' ? 2 : 1
    segment.sourcePort = from === 'client' ? 40_000 + this.#on : 1883
    segment.destinationPort = from === 'client' ? 1883 : 40_000 + this.#on
    segment.sequence = sequence
    // Each side has received all that the other one sent so far, captured or not.
    segment.acknowledgement = this.#last[from === 'client' ? 'server' : 'client']
    segment.flags = flags | ((flags & (TCP_FLAGS.syn | TCP_FLAGS.rst)) === 0 ? TCP_FLAGS.ack : 0)
    if (from === 'server' && (flags & TCP_FLAGS.syn) !== 0) {
      segment.flags |= TCP_FLAGS.ack
      segment.acknowledgement = 101
    }
    segment.window = this.#window
    segment.buffer = bytes
    segment.end = bytes.length
    segment.length = bytes.length
    if (from === this.#late) this.#held.push(segment)
    else this.#capture(segment)
  }

  #capture(segment: TcpSegment): void {
    segment.frame = segment.identification = ++this.#frame
    this.#now += 1e6
    segment.time = this.#now
    this.#tcp.push(segment)
  }
}

/** The object is used again, so its values are copied. */
function kept(exchange: Exchange): Exchange {
  const {
    number, connection, kind, initiator, sender, packetIdentifier, topic, filters, outcome, reasonCode, steps, duration, packets, retransmitted, resumed, network, causes,
    certainty,
  } = exchange
  return {
    number, connection, kind, initiator, sender, packetIdentifier, topic, filters, outcome, reasonCode, steps, duration, packets, retransmitted, resumed, network, causes,
    certainty,
  }
}

export function toldOf({ kind, initiator, packetIdentifier, outcome, reasonCode, steps, retransmitted, resumed, certainty }: Exchange): string {
  const words = [
    kind, initiator, packetIdentifier, outcome, reasonCode === null ? null : `code ${reasonCode}`, retransmitted > 0 ? `again ${retransmitted}` : null,
    resumed > 0 ? `resumed ${resumed}` : null,
  ]
  const sure = certainty === 'certain' ? null : certainty
  return [...words, sure, `(${steps.map(({ type, again }) => (again ? `${type}*` : type)).join(' ')})`].filter((word) => word !== null).join(' ')
}

export interface Paired {
  readonly exchanges: readonly Exchange[]
  readonly unexpected: number
}

/** The exchanges of a whole capture file. */
export function pair(capture: Uint8Array): Paired {
  const exchanges: Exchange[] = []
  const pipeline = createPipeline({ ports: PORTS, version: null }, {
    packet: () => undefined,
    captureProblem: (_file, problem) => {
      throw new Error(problem.message)
    },
    networkProblem: () => undefined,
    exchange: (exchange) => exchanges.push(kept(exchange)),
  })
  pipeline.begin('test')
  pipeline.push(capture)
  pipeline.finish()
  return { exchanges, unexpected: pipeline.totals.unexpected }
}

/** As `toldOf`, with frames and times: the same for the same exchange. */
export function identityOf(exchange: Exchange): string {
  const { connection, kind, initiator, packetIdentifier, steps } = exchange
  const packets = steps.map(({ type, time }) => `${type}@${time}`).join(' ')
  const ends = connection.tcp.endpoints.map(({ text }) => text).sort().join(' ')
  return `${ends} ${kind} ${initiator} ${packetIdentifier} ${packets} ${exchange.duration} ${legsOf(exchange).join('/')}`
}
