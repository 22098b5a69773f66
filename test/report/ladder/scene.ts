import { LIMITS } from '../../../src/analysis/limits.ts'
import { MqttDissector } from '../../../src/mqtt/dissector.ts'
import { TCP_FLAGS, TcpSegment } from '../../../src/network/segment.ts'
import { LadderBook } from '../../../src/report/ladder/ladder-book.ts'
import { SessionTracker } from '../../../src/session/session-tracker.ts'
import { ConnectionTable } from '../../../src/tcp/connection-table.ts'
import { fromHex } from '../../mqtt/framed.ts'
import { draw } from './build.ts'
import type { Ladder, LadderRow } from '../../../src/report/ladder/ladder.ts'
import type { LadderChoice, LadderLimits } from '../../../src/report/ladder/ladder-book.ts'
import type { Drawing } from './build.ts'

type From = 'client' | 'server'

const SERVER_PORT = 1883
const PORTS = new Uint8Array(65536)
PORTS[SERVER_PORT] = 1

/** TCP connections with one server, and the ladders that come of them. Each segment comes one millisecond after the one before. */
export class Scene {
  readonly ladders: Ladder[] = []
  readonly book: LadderBook
  readonly #tcp: ConnectionTable
  readonly #tracker: SessionTracker
  #frame = 0
  #time = -1e6
  #port = 40_000

  constructor(choice: Partial<LadderChoice> = {}, limits: Partial<LadderLimits> = {}) {
    this.book = new LadderBook((ladder) => this.ladders.push(ladder), { pings: true, ...choice }, { ...LIMITS.ladder, ...limits })
    const { sink } = this.book
    this.#tracker = new SessionTracker(sink, LIMITS.session)
    const dissector = new MqttDissector((event) => sink.packet(event, this.#tracker.packet(event)), { ports: PORTS, version: null }, LIMITS.mqtt, this.#tracker)
    this.#tcp = new ConnectionTable(dissector, LIMITS.tcp)
  }

  /** `port`: the client's; `first`: its first sequence number. */
  connect({ syn = true, port = ++this.#port, first = 100 } = {}): Line {
    const line = new Line(this, port, first)
    if (syn) line.segment('client', '', TCP_FLAGS.syn).segment('server', '', TCP_FLAGS.syn).segment('client', '')
    return line
  }

  /** A SYN that nobody answers. */
  attempt(): Line {
    return new Line(this, ++this.#port).segment('client', '', TCP_FLAGS.syn)
  }

  wait(milliseconds: number): this {
    this.#time += milliseconds * 1e6
    return this
  }

  push(segment: TcpSegment): void {
    segment.frame = ++this.#frame
    segment.time = this.#time += 1e6
    this.#tcp.push(segment)
  }

  /** The capture ends. */
  end(): this {
    this.book.sink.captureEnds(NaN)
    this.#tracker.finish()
    this.#tcp.finish(this.#frame, this.#time)
    this.#tracker.end()
    this.book.end()
    return this
  }

  /** Each ladder without its header: the title and the rows. */
  drawn(options: Drawing = {}): string[][] {
    return this.ladders.map((ladder) => draw(ladder, { width: 100, header: false, ...options }))
  }

  /** Of each ladder its client, its stream, and the texts of its rows: `a 0: TCP connection opened, CONNECT`. */
  get told(): string[] {
    const text = (row: LadderRow) => ('label' in row ? row.label.text : 'text' in row ? row.text : row.kind)
    return this.ladders.map(({ title, rows }) => `${title.client} ${title.stream}: ${rows.map(text).join(', ')}`)
  }
}

/** One connection. */
export class Line {
  readonly #scene: Scene
  readonly #port: number
  readonly #next: Record<From, number>
  readonly #window = { client: 65_535, server: 65_535 }

  constructor(scene: Scene, port: number, first = 100) {
    this.#scene = scene
    this.#port = port
    this.#next = { client: first, server: 500 }
  }

  client(...packets: string[]): this {
    for (const packet of packets) this.segment('client', packet)
    return this
  }

  server(...packets: string[]): this {
    for (const packet of packets) this.segment('server', packet)
    return this
  }

  /** The other side receives it, the capture does not hold it. */
  lost(from: From, packet: string): this {
    this.#next[from] += fromHex(packet).length
    return this
  }

  /** The last `packet` of this side, once more. */
  again(from: From, packet: string): this {
    this.#next[from] -= fromHex(packet).length
    return this.segment(from, packet)
  }

  /** From now on, this side says that it takes so many bytes. */
  window(from: From, bytes: number): this {
    this.#window[from] = bytes
    return this.segment(from, '')
  }

  fin(from: From): this {
    return this.segment(from, '', TCP_FLAGS.fin)
  }

  reset(from: From): this {
    return this.segment(from, '', TCP_FLAGS.rst)
  }

  segment(from: From, hex: string, flags = 0): this {
    const bytes = fromHex(hex)
    const to = from === 'client' ? 'server' : 'client'
    const segment = new TcpSegment()
    segment.source0 = from === 'client' ? 0x0a000015 : 0x0a000002
    segment.destination0 = from === 'client' ? 0x0a000002 : 0x0a000015
    segment.sourcePort = from === 'client' ? this.#port : SERVER_PORT
    segment.destinationPort = from === 'client' ? SERVER_PORT : this.#port
    segment.sequence = this.#next[from]
    segment.acknowledgement = this.#next[to]
    segment.flags = flags | (flags === TCP_FLAGS.syn && from === 'client' ? 0 : TCP_FLAGS.ack)
    segment.window = this.#window[from]
    segment.buffer = bytes
    segment.end = bytes.length
    segment.length = bytes.length
    this.#next[from] += bytes.length + ((flags & (TCP_FLAGS.syn | TCP_FLAGS.fin)) === 0 ? 0 : 1)
    this.#scene.push(segment)
    return this
  }
}

/** CONNECT of MQTT 3.1.1 or 5.0, with an identifier of one letter or none. */
export function connect(identifier: string, { version = 4, clean = true } = {}): string {
  const properties = version === 5 ? '00' : ''
  const name = identifier === '' ? '0000' : `0001${identifier.charCodeAt(0).toString(16)}`
  const length = 10 + properties.length / 2 + name.length / 2
  return `10${length.toString(16).padStart(2, '0')} 0004 4d515454 0${version} ${clean ? '02' : '00'} 003c ${properties} ${name}`
}
