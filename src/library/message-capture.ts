/**
 * What the two sides of connections wrote, as the capture that a perfect observer would have: each write in segments of its own, acknowledged at once.
 *
 * So a judgement needs no second way in, and has all the evidence that it asks a capture for.
 */
import type { Side } from '../session/side.ts'

/** One write of one side. */
export interface Message {
  /** Tells connections apart; one connection where it is left out. */
  readonly connection?: string
  readonly from: Side
  /** In milliseconds, from any beginning; not before the message before it. */
  readonly time: number
  /** One MQTT packet, several, or part of one. Empty together with `closes`. */
  readonly bytes: Uint8Array
  /** The side closes the connection after this. */
  readonly closes?: boolean
}

const SERVER = [10, 0, 0, 2] as const
const SERVER_PORT = 1883
/** As many connections as there are ports from here on, each of a client of its own. */
const FIRST_PORT = 10_000
const MOST_CONNECTIONS = 50_000
const SEGMENT = 16_384
/** Nanoseconds between the segments of one write, and to its acknowledgement. */
const STEP = 1_000
const LINKTYPE_RAW = 101
const FLAGS = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const

interface Talk {
  readonly address: readonly number[]
  readonly port: number
  /** The next sequence number of each side. */
  readonly next: Record<Side, number>
  readonly closed: Record<Side, boolean>
}

/** A pcap file with nanoseconds. Throws RangeError where times run back, or there are too many connections. */
export function captureOf(messages: readonly Message[]): Uint8Array {
  const recording = new Recording()
  for (const message of messages) recording.add(message)
  return recording.bytes
}

class Recording {
  readonly #records: Uint8Array[] = [fileHeader()]
  readonly #talks = new Map<string, Talk>()
  /** Nanoseconds since the first message. */
  #now = 0
  #first: number | null = null
  /** The time of the newest message. */
  #last = -Infinity

  get bytes(): Uint8Array {
    const whole = new Uint8Array(this.#records.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const record of this.#records) {
      whole.set(record, at)
      at += record.length
    }
    return whole
  }

  add({ connection = '', from, time, bytes, closes = false }: Message): void {
    this.#first ??= time
    if (!(time >= this.#last)) throw new RangeError(`the message at ${time} ms stands behind the one at ${this.#last} ms`)
    this.#last = time
    // The segments of the write before may have taken as long as this.
    this.#now = Math.max(this.#now, Math.round((time - this.#first) * 1e6))
    const talk = this.#talks.get(connection) ?? this.#open(connection)
    for (let at = 0; at < bytes.length; at += SEGMENT) this.#segment(talk, from, FLAGS.push, bytes.subarray(at, at + SEGMENT))
    const other = from === 'client' ? 'server' : 'client'
    if (bytes.length > 0) this.#segment(talk, other, 0, NOTHING)
    if (closes && !talk.closed[from]) {
      talk.closed[from] = true
      this.#segment(talk, from, FLAGS.fin, NOTHING)
      this.#segment(talk, other, 0, NOTHING)
    }
  }

  #open(connection: string): Talk {
    const index = this.#talks.size
    if (index >= MOST_CONNECTIONS) throw new RangeError(`there are more than ${MOST_CONNECTIONS} connections`)
    const talk: Talk = {
      address: [10, 1, (index >> 8) & 0xff, index & 0xff], port: FIRST_PORT + index, next: { client: 1_000, server: 5_000 }, closed: { client: false, server: false },
    }
    this.#talks.set(connection, talk)
    this.#segment(talk, 'client', FLAGS.syn, NOTHING)
    this.#segment(talk, 'server', FLAGS.syn, NOTHING)
    this.#segment(talk, 'client', 0, NOTHING)
    return talk
  }

  #segment({ address, port, next }: Talk, from: Side, flags: number, payload: Uint8Array): void {
    const record = new Uint8Array(16 + 40 + payload.length)
    const view = new DataView(record.buffer)
    view.setUint32(0, Math.floor(this.#now / 1e9))
    view.setUint32(4, this.#now % 1e9)
    view.setUint32(8, 40 + payload.length)
    view.setUint32(12, 40 + payload.length)
    const isFirst = (flags & FLAGS.syn) !== 0 && from === 'client'
    const to = from === 'client' ? 'server' : 'client'
    // IPv4 (RFC 791 §3.1), then TCP (RFC 9293 §3.1); checksums are not looked at.
    view.setUint8(16, 0x45)
    view.setUint16(18, 40 + payload.length)
    view.setUint8(24, 64)
    view.setUint8(25, 6)
    record.set(from === 'client' ? address : SERVER, 28)
    record.set(from === 'client' ? SERVER : address, 32)
    view.setUint16(36, from === 'client' ? port : SERVER_PORT)
    view.setUint16(38, from === 'client' ? SERVER_PORT : port)
    view.setUint32(40, next[from])
    view.setUint32(44, isFirst ? 0 : next[to])
    view.setUint8(48, 0x50)
    view.setUint8(49, flags | (isFirst ? 0 : FLAGS.ack))
    view.setUint16(50, 65_535)
    record.set(payload, 56)
    this.#records.push(record)
    next[from] = (next[from] + payload.length + ((flags & (FLAGS.syn | FLAGS.fin)) === 0 ? 0 : 1)) >>> 0
    this.#now += STEP
  }
}

const NOTHING = new Uint8Array(0)

function fileHeader(): Uint8Array {
  const header = new Uint8Array(24)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0xa1b23c4d)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 262_144)
  view.setUint32(20, LINKTYPE_RAW)
  return header
}
