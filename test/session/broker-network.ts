/**
 * Several clients and their brokers, as a capture beside the brokers would show them: each packet is a frame, written by hand or by a simulation, and any frames
 * may be left out before they are read.
 */
import { generate, type Packet as LibraryPacket } from 'mqtt-packet'
import { LIMITS } from '../../src/analysis/limits.ts'
import { MqttDissector } from '../../src/mqtt/dissector.ts'
import { TCP_FLAGS, TcpSegment } from '../../src/network/segment.ts'
import { SessionTracker, type SessionLimits, type SessionOptions, type SessionSink } from '../../src/session/session-tracker.ts'
import { ConnectionTable } from '../../src/tcp/connection-table.ts'
import type { Copy, DeliveryResult } from '../../src/session/delivery.ts'
import type { NetworkConnection } from '../../src/session/network-connection.ts'

export type From = 'client' | 'server'
export type Version = '3.1' | '3.1.1' | '5.0'

const PROTOCOL_VERSION = { '3.1': 3, '3.1.1': 4, '5.0': 5 } as const

export interface RecordedFrame {
  /** Nanoseconds. */
  readonly time: number
  readonly from: From
  readonly clientPort: number
  /** 10.0.1.x by its port, where it is not told. */
  readonly clientAddress?: number
  readonly server: number
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
  readonly bytes: Uint8Array
  /** What it carries, for messages of tests. */
  readonly what: string
}

export interface ConnectOptions {
  readonly version?: Version
  readonly clean?: boolean
  readonly sessionPresent?: boolean
  readonly code?: number
  /** Last number of the broker's address. */
  readonly server?: number
  readonly bridge?: boolean
  readonly properties?: Record<string, unknown>
  readonly will?: { readonly topic: string; readonly payload: string; readonly qos?: 0 | 1 | 2; readonly retain?: boolean }
  /** Without these, the capture begins in the middle of the connection. */
  readonly handshake?: boolean
  readonly connack?: boolean
}

export interface PublishOptions {
  readonly qos?: 0 | 1 | 2
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
  readonly properties?: Record<string, unknown>
  /** How far it is acknowledged: `all` is the default. */
  readonly acknowledged?: 'all' | 'received' | 'none'
  readonly code?: number
}

const STEP = 100_000
const SECOND = 1e9

export class Network {
  readonly frames: RecordedFrame[] = []
  readonly clients: Client[] = []
  time = 0
  #port = 40_000

  /** A connection that has sent CONNECT and got CONNACK. */
  connect(identifier: string, options: ConnectOptions = {}): Client {
    const client = new Client(this, identifier, this.#port++, options)
    this.clients.push(client)
    return client
  }

  wait(seconds: number): this {
    this.time += seconds * SECOND
    return this
  }

  /** All clients that are there ask for a sign of life, so that it is seen that nothing is missing; long enough for anything to be settled. */
  settle(): this {
    for (const seconds of [5, 20, 25, 100]) {
      this.wait(seconds)
      for (const client of this.clients) if (client.open) client.ping()
    }
    return this.wait(5)
  }

  add(frame: Omit<RecordedFrame, 'time'>): void {
    this.time += STEP
    this.frames.push({ ...frame, time: this.time })
  }
}

export class Client {
  readonly version: Version
  readonly identifier: string
  readonly #network: Network
  readonly #port: number
  readonly #server: number
  readonly #next = { client: 101, server: 501 }
  /** Frames are sent, and not captured. */
  #unseen = false
  #id = 0
  #serverId = 100
  open = true

  constructor(network: Network, identifier: string, port: number, options: ConnectOptions) {
    const { version = '3.1.1', clean = true, sessionPresent = false, code = 0, server = 2, bridge = false, properties, will, handshake = true, connack = true } = options
    this.version = version
    this.identifier = identifier
    this.#network = network
    this.#port = port
    this.#server = server
    if (!handshake) return
    this.#segment('client', 100, new Uint8Array(0), TCP_FLAGS.syn, 'SYN')
    this.#segment('server', 500, new Uint8Array(0), TCP_FLAGS.syn, 'SYN')
    const protocolVersion = PROTOCOL_VERSION[version]
    this.sends({
      cmd: 'connect', protocolId: version === '3.1' ? 'MQIsdp' : 'MQTT', protocolVersion, clean, clientId: identifier, keepalive: 60, bridgeMode: bridge,
      ...(properties === undefined ? {} : { properties }), ...(will === undefined ? {} : { will: { qos: 0, retain: false, ...will, payload: Buffer.from(will.payload) } }),
    })
    if (connack) this.gets({ cmd: 'connack', sessionPresent, returnCode: code, reasonCode: code })
  }

  get nextId(): number {
    return (this.#id = (this.#id % 65_535) + 1)
  }

  sends(...packets: object[]): this {
    for (const packet of packets) this.#packet('client', packet)
    return this
  }

  gets(...packets: object[]): this {
    for (const packet of packets) this.#packet('server', packet)
    return this
  }

  /** What happens meanwhile is not in the capture. */
  unseen(happens: (client: this) => void): this {
    this.#unseen = true
    happens(this)
    this.#unseen = false
    return this
  }

  subscribe(filters: string | Record<string, object>, options: { qos?: 0 | 1 | 2; codes?: number[]; identifier?: number; answered?: boolean } = {}): this {
    const { qos = 1, identifier, answered = true } = options
    const wanted = typeof filters === 'string' ? { [filters]: {} } : filters
    const subscriptions = Object.entries(wanted).map(([topic, more]) => ({ topic, qos, nl: false, rap: false, rh: 0, ...more }))
    const messageId = this.nextId
    this.sends({ cmd: 'subscribe', messageId, subscriptions, ...(identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } }) })
    if (answered) this.granted(messageId, options.codes ?? subscriptions.map((one) => one.qos))
    return this
  }

  granted(messageId: number, granted: number[]): this {
    return this.gets({ cmd: 'suback', messageId, granted, reasonCode: granted[0] })
  }

  unsubscribe(...filters: string[]): this {
    const messageId = this.nextId
    return this.sends({ cmd: 'unsubscribe', messageId, unsubscriptions: filters }).gets({ cmd: 'unsuback', messageId, granted: filters.map(() => 0) })
  }

  publish(topic: string, payload: string, options: PublishOptions = {}): this {
    return this.#publish('client', topic, payload, { ...options, id: options.id ?? this.nextId })
  }

  /** The server sends it a copy. */
  copy(topic: string, payload: string, options: PublishOptions = {}): this {
    return this.#publish('server', topic, payload, { ...options, id: options.id ?? ++this.#serverId })
  }

  ping(): this {
    return this.sends({ cmd: 'pingreq' }).gets({ cmd: 'pingresp' }).acknowledge('client')
  }

  disconnect(): this {
    return this.sends({ cmd: 'disconnect', reasonCode: 0 }).fin('client').fin('server')
  }

  fin(from: From): this {
    this.#segment(from, this.#next[from], new Uint8Array(0), TCP_FLAGS.fin, 'FIN')
    this.#next[from]++
    this.open = false
    return this
  }

  reset(from: From = 'client'): this {
    this.#segment(from, this.#next[from], new Uint8Array(0), TCP_FLAGS.rst, 'RST')
    this.open = false
    return this
  }

  /** TCP acknowledges by itself. */
  acknowledge(from: From): this {
    this.#segment(from, this.#next[from], new Uint8Array(0), 0, 'ACK')
    return this
  }

  #publish(from: From, topic: string, payload: string, { qos = 0, id = 1, retain = false, dup = false, properties, acknowledged = 'all', code = 0 }: PublishOptions): this {
    const other = from === 'client' ? 'server' : 'client'
    const reason = this.version === '5.0' ? { reasonCode: code } : {}
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup, messageId: id, ...(properties === undefined ? {} : { properties }) }
    this.#packet(from, packet)
    if (qos === 0 || acknowledged === 'none') return this
    this.#packet(other, { cmd: qos === 1 ? 'puback' : 'pubrec', messageId: id, ...reason })
    if (qos === 1 || acknowledged === 'received' || code >= 0x80) return this
    this.#packet(from, { cmd: 'pubrel', messageId: id })
    this.#packet(other, { cmd: 'pubcomp', messageId: id })
    return this
  }

  #packet(from: From, packet: object): void {
    const bytes = new Uint8Array(generate(packet as LibraryPacket, { protocolVersion: PROTOCOL_VERSION[this.version] }))
    const { cmd, topic, payload } = packet as { cmd: string; topic?: string; payload?: Buffer }
    this.#segment(from, this.#next[from], bytes, TCP_FLAGS.psh, [this.identifier, cmd, topic, payload?.toString()].filter((word) => word !== undefined).join(' '))
    this.#next[from] += bytes.length
  }

  #segment(from: From, sequence: number, bytes: Uint8Array, flags: number, what: string): void {
    if (this.#unseen) {
      this.#network.time += STEP
      return
    }
    // Each side has received all that the other one sent so far, captured or not.
    const acknowledgement = this.#next[from === 'client' ? 'server' : 'client']
    this.#network.add({ from, clientPort: this.#port, server: this.#server, sequence, acknowledgement, flags, bytes, what })
  }
}

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

/** What is told of these frames. */
export function read(frames: readonly RecordedFrame[], limits: Partial<SessionLimits> = {}): DeliveryResult[] {
  const results: DeliveryResult[] = []
  follow(frames, limits, { delivery: (result) => results.push(result) }).end()
  return results
}

/** What is known after these frames, while the capture goes on. */
export function trackerOf(frames: readonly RecordedFrame[], limits: Partial<SessionLimits> = {}): SessionTracker {
  return follow(frames, limits, { delivery: () => undefined }).tracker
}

/** The connections of these frames, with their subscriptions. */
export function connectionsOf(frames: readonly RecordedFrame[], limits: Partial<SessionLimits> = {}, sink: SessionSink = {}): NetworkConnection[] {
  const connections: NetworkConnection[] = []
  follow(frames, limits, { ...sink, connection: (connection) => connections.push(connection) }, { subscriptions: true }).end()
  return connections
}

function follow(frames: readonly RecordedFrame[], limits: Partial<SessionLimits>, sink: SessionSink, options: SessionOptions = {}): { readonly tracker: SessionTracker; end(): void } {
  const tracker = new SessionTracker(sink, { ...LIMITS.session, ...limits }, options)
  const dissector = new MqttDissector((event) => tracker.packet(event), { ports: PORTS, version: null }, LIMITS.mqtt, tracker)
  const tcp = new ConnectionTable(dissector, LIMITS.tcp)
  frames.forEach((frame, index) => tcp.push(segmentOf(frame, index + 1)))
  return {
    tracker,
    end: () => {
      tracker.finish()
      tcp.finish(frames.length, frames.at(-1)?.time ?? 0)
      tracker.end()
    },
  }
}

function segmentOf(frame: RecordedFrame, number: number): TcpSegment {
  const { time, from, clientPort, server, sequence, acknowledgement, flags, bytes } = frame
  const segment = new TcpSegment()
  const client = frame.clientAddress ?? 0x0a000100 + (clientPort & 0xff)
  segment.frame = number
  segment.time = time
  segment.source0 = from === 'client' ? client : 0x0a000000 + server
  segment.destination0 = from === 'client' ? 0x0a000000 + server : client
  segment.sourcePort = from === 'client' ? clientPort : 1883
  segment.destinationPort = from === 'client' ? 1883 : clientPort
  segment.sequence = sequence
  segment.acknowledgement = acknowledgement
  const answers = (flags & TCP_FLAGS.syn) === 0 || from === 'server'
  segment.flags = flags | (answers ? TCP_FLAGS.ack : 0)
  segment.window = 65_535
  segment.identification = number & 0xffff
  segment.buffer = bytes
  segment.end = bytes.length
  segment.length = bytes.length
  return segment
}

/** When captures begin, in seconds since 1970. */
export const CAPTURE_SECOND = 1_700_000_000

/** The frames as a capture file: nanosecond pcap, Ethernet, IPv4. */
export function pcapOf(frames: readonly RecordedFrame[]): Uint8Array {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b23c4d, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262_144, 16)
  header.writeUInt32LE(1, 20)
  return Buffer.concat([header, ...frames.flatMap((frame, index) => recordOf(frame, segmentOf(frame, index + 1)))])
}

function recordOf({ time, bytes }: RecordedFrame, segment: TcpSegment): Uint8Array[] {
  const length = 54 + bytes.length
  const headers = Buffer.alloc(16 + 54)
  headers.writeUInt32LE(CAPTURE_SECOND + Math.floor(time / 1e9), 0)
  headers.writeUInt32LE(time % 1e9, 4)
  headers.writeUInt32LE(length, 8)
  headers.writeUInt32LE(length, 12)
  const ip = 16 + 14
  headers.writeUInt16BE(0x0800, ip - 2)
  headers.writeUInt8(0x45, ip)
  headers.writeUInt16BE(40 + bytes.length, ip + 2)
  headers.writeUInt16BE(segment.identification, ip + 4)
  headers.writeUInt8(64, ip + 8)
  headers.writeUInt8(6, ip + 9)
  headers.writeUInt32BE(segment.source0, ip + 12)
  headers.writeUInt32BE(segment.destination0, ip + 16)
  const tcp = ip + 20
  headers.writeUInt16BE(segment.sourcePort, tcp)
  headers.writeUInt16BE(segment.destinationPort, tcp + 2)
  headers.writeUInt32BE(segment.sequence, tcp + 4)
  headers.writeUInt32BE(segment.acknowledgement, tcp + 8)
  headers.writeUInt8(0x50, tcp + 12)
  headers.writeUInt8(segment.flags, tcp + 13)
  headers.writeUInt16BE(segment.window, tcp + 14)
  return [headers, bytes]
}

/** Results in words, one line each; what is as it should be has none. */
export function toldOf(results: readonly DeliveryResult[]): string[] {
  return results.map((result) => {
    switch (result.kind) {
      case 'publication': {
        const { publication, copies, missing, notJudged, acceptance } = result
        const parts = [
          ...copies.map(copyText),
          ...missing.map(({ client, certainty, doubts }) => `missing ${String(client.clientIdentifier)} ${[certainty, ...doubts].join(' ')}`),
          ...notJudged.map(({ client, reason }) => `${String(client.clientIdentifier)} not judged: ${reason}`),
        ]
        const refused = acceptance === 'refused' ? ' (refused)' : ''
        return `${publication.topic} QoS ${publication.qos} by ${String(publication.publisher.clientIdentifier)}${refused}: ${parts.length === 0 ? 'nobody' : parts.join(', ')}`
      }
      case 'late-copy': return `late, of ${result.publication.topic}: ${copyText(result.copy)}`
      case 'copy-without-publication': return `${String(result.topic)} from nowhere: ${copyText(result.copy)}, ${result.cause} ${result.certainty}`
      case 'copy-without-subscription': return `${result.topic} not subscribed to: ${String(result.copy.client.clientIdentifier)} ${result.certainty}`
    }
  })
}

function copyText({ client, certainty, kind, duplicate }: Copy): string {
  const words = [client.clientIdentifier ?? 'unknown', kind === 'live' ? null : kind, certainty === 'certain' ? null : certainty, duplicate === null ? null : `duplicate ${duplicate}`]
  return words.filter((word) => word !== null).join(' ')
}
