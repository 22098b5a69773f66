import { LIMITS } from '../../../src/analysis/limits.ts'
import { Statistics, type StatisticsLimits } from '../../../src/analysis/statistics/statistics.ts'
import { MqttDissector } from '../../../src/mqtt/dissector.ts'
import { TCP_FLAGS, TcpSegment } from '../../../src/network/segment.ts'
import { SessionTracker } from '../../../src/session/session-tracker.ts'
import { ConnectionTable } from '../../../src/tcp/connection-table.ts'
import { fromHex } from '../../mqtt/framed.ts'
import type { ClientStatistics } from '../../../src/analysis/statistics/clients.ts'

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

const MILLISECOND = 1e6

/** Clients of one server and what goes by between them, each packet in a segment of its own, into statistics as the pipeline feeds them. */
export class Site {
  readonly statistics: Statistics
  readonly #tracker: SessionTracker
  readonly #tcp: ConnectionTable
  #frame = 0
  #now = 0

  constructor(limits: Partial<StatisticsLimits> = {}, interval: number | null = null) {
    const statistics = new Statistics({ ...LIMITS.statistics, ...limits }, interval)
    this.statistics = statistics
    this.#tracker = new SessionTracker({ exchange: (exchange) => statistics.exchange(exchange), connection: (connection) => statistics.connection(connection) }, LIMITS.session)
    const dissector = new MqttDissector((event) => {
      this.#tracker.packet(event)
      statistics.packet(event)
    }, { ports: PORTS, version: null }, LIMITS.mqtt, this.#tracker)
    this.#tcp = new ConnectionTable(dissector, LIMITS.tcp)
  }

  /** A TCP connection from this port; without its SYNs it is one that the capture joins late. */
  open(port: number, { syn = true, serverPort = 1883 } = {}): Line {
    return new Line(this, port, serverPort, syn)
  }

  wait(milliseconds: number): this {
    this.#now += milliseconds * MILLISECOND
    return this
  }

  end(): this {
    this.#tracker.finish()
    this.#tcp.finish(this.#frame, this.#now)
    this.#tracker.end()
    return this
  }

  client(identifier: string): ClientStatistics {
    const found = [...this.statistics.clients.all].filter(({ clientIdentifier }) => clientIdentifier === identifier)
    if (found.length !== 1) throw new Error(`${found.length} clients are called ${identifier}`)
    return found[0]!
  }

  segment(change: (segment: TcpSegment) => void): void {
    const segment = new TcpSegment()
    segment.frame = ++this.#frame
    segment.time = this.#now
    segment.window = 65_535
    change(segment)
    this.#tcp.push(segment)
  }
}

/** One connection. */
export class Line {
  readonly #site: Site
  readonly #port: number
  readonly #serverPort: number
  readonly #next = { client: 101, server: 501 }

  constructor(site: Site, port: number, serverPort: number, syn: boolean) {
    this.#site = site
    this.#port = port
    this.#serverPort = serverPort
    if (syn) this.#send('client', 100, '', TCP_FLAGS.syn).#send('server', 500, '', TCP_FLAGS.syn)
  }

  client(...packets: string[]): this {
    return this.#packets('client', packets)
  }

  server(...packets: string[]): this {
    return this.#packets('server', packets)
  }

  /** The other side receives it, the capture does not hold it. */
  lost(from: 'client' | 'server', packet: string): this {
    this.#next[from] += fromHex(packet).length
    return this
  }

  close(): this {
    return this.#send('client', this.#next.client, '', TCP_FLAGS.fin).#send('server', this.#next.server, '', TCP_FLAGS.fin)
  }

  reset(from: 'client' | 'server'): this {
    return this.#send(from, this.#next[from], '', TCP_FLAGS.rst)
  }

  #packets(from: 'client' | 'server', packets: readonly string[]): this {
    for (const packet of packets) {
      this.#send(from, this.#next[from], packet, TCP_FLAGS.psh)
      this.#next[from] += fromHex(packet).length
    }
    return this
  }

  #send(from: 'client' | 'server', sequence: number, hex: string, flags: number): this {
    this.#site.segment((segment) => {
      const bytes = fromHex(hex)
      const fromClient = from === 'client'
      segment.source0 = fromClient ? 0x0a000015 : 0x0a000002
      segment.destination0 = fromClient ? 0x0a000002 : 0x0a000015
      segment.sourcePort = fromClient ? this.#port : this.#serverPort
      segment.destinationPort = fromClient ? this.#serverPort : this.#port
      segment.sequence = sequence
      segment.flags = flags | (fromClient && (flags & TCP_FLAGS.syn) !== 0 ? 0 : TCP_FLAGS.ack)
      segment.acknowledgement = (segment.flags & TCP_FLAGS.ack) === 0 ? 0 : this.#next[fromClient ? 'server' : 'client']
      segment.buffer = bytes
      segment.end = bytes.length
      segment.length = bytes.length
    })
    return this
  }
}

// ---- Packets as hex

const uint16 = (number: number) => [number >> 8, number & 0xff]
const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
const encode = (text: string) => [...new TextEncoder().encode(text)]
const prefixed = (text: string) => [...uint16(encode(text).length), ...encode(text)]
const packet = (byte1: number, body: readonly number[]) => hex([byte1, ...(body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7]), ...body])

export const connect311 = (identifier: string, { keepAlive = 60 } = {}) => packet(0x10, [...prefixed('MQTT'), 4, 2, ...uint16(keepAlive), ...prefixed(identifier)])
export const connack311 = (returnCode = 0) => packet(0x20, [0, returnCode])
export const connect5 = (identifier: string, { receiveMaximum = 0, keepAlive = 60 } = {}) =>
  packet(0x10, [...prefixed('MQTT'), 5, 2, ...uint16(keepAlive), ...(receiveMaximum === 0 ? [0] : [3, 0x21, ...uint16(receiveMaximum)]), ...prefixed(identifier)])
export const connack5 = ({ receiveMaximum = 0, assigned = '', keepAlive = -1 } = {}) => {
  const properties = [
    ...(receiveMaximum === 0 ? [] : [0x21, ...uint16(receiveMaximum)]), ...(assigned === '' ? [] : [0x12, ...prefixed(assigned)]),
    ...(keepAlive < 0 ? [] : [0x13, ...uint16(keepAlive)]),
  ]
  return packet(0x20, [0, 0, properties.length, ...properties])
}
/** Of 3.1.1; `qos` 1 and 2 need an identifier. */
export const publish = (topic: string, { qos = 0, identifier = 1, retain = false, payload = 'x', v5 = false } = {}) =>
  packet(0x30 | (qos << 1) | Number(retain), [...prefixed(topic), ...(qos === 0 ? [] : uint16(identifier)), ...(v5 ? [0] : []), ...encode(payload)])
export const puback = (identifier: number) => packet(0x40, uint16(identifier))
export const pingreq = 'c000'
export const pingresp = 'd000'
