/** Builds TCP segments of one connection and records what reassembly tells: events as readable lines, bytes per direction. */
import { LIMITS } from '../../src/analysis/limits.ts'
import { TCP_FLAGS, TcpSegment } from '../../src/network/segment.ts'
import type { End, TcpConnection } from '../../src/tcp/connection.ts'
import { ConnectionTable, type TcpLimits } from '../../src/tcp/connection-table.ts'
import type { CloseReason, GapReason, StreamData, StreamReader, StreamSink } from '../../src/tcp/stream-sink.ts'

export interface Sent {
  readonly from?: 'client' | 'server'
  readonly sequence: number
  readonly acknowledgement?: number
  readonly text?: string
  readonly flags?: ('syn' | 'fin' | 'rst' | 'urg')[]
  /** Milliseconds. */
  readonly at?: number
  /** Bytes of the payload that the frame was too short to hold. */
  readonly cut?: number
  readonly identification?: number
  readonly checksum?: number
  readonly clientPort?: number
  readonly window?: number
  readonly urgentPointer?: number
}

export class Tap implements StreamSink {
  readonly events: string[] = []
  /** Stream offsets of what was sent again. */
  readonly retransmittedFrom: number[] = []
  /** By stream, then by end 0 and 1: the bytes delivered, `<n>` for a gap. */
  readonly bytes: [string, string][] = []
  readonly data_: { offset: number; frame: number; seenFrame: number; acknowledged: number; filledHole: boolean; text: string }[] = []
  /** What was told of both directions, in order: `0 abc`, `1 <6>`, `0 closed`. */
  readonly told: string[] = []
  readonly table: ConnectionTable
  /** The newest one. */
  connection: TcpConnection | null = null
  #frame = 0
  #time = 0

  constructor(limits: Partial<TcpLimits> = {}) {
    this.table = new ConnectionTable(this, { ...LIMITS.tcp, historySegments: 64, historyBytes: 4096, ...limits })
  }

  send(...list: Sent[]): this {
    for (const sent of list) this.table.push(this.segment(sent))
    return this
  }

  finish(): this {
    this.table.finish(this.#frame, this.#time)
    return this
  }

  segment(sent: Sent): TcpSegment {
    const segment = new TcpSegment()
    const fromServer = sent.from === 'server'
    const text = sent.text ?? ''
    segment.frame = ++this.#frame
    this.#time = sent.at === undefined ? this.#time + 1_000_000 : sent.at * 1_000_000
    segment.time = this.#time
    segment.source0 = fromServer ? 0x0a000002 : 0x0a000001
    segment.destination0 = fromServer ? 0x0a000001 : 0x0a000002
    const client = sent.clientPort ?? 40000
    segment.sourcePort = fromServer ? 1883 : client
    segment.destinationPort = fromServer ? client : 1883
    segment.sequence = sent.sequence | 0
    segment.acknowledgement = (sent.acknowledgement ?? 0) | 0
    segment.flags = sent.acknowledgement === undefined ? 0 : TCP_FLAGS.ack
    for (const flag of sent.flags ?? []) segment.flags |= TCP_FLAGS[flag]
    segment.identification = sent.identification ?? this.#frame
    segment.checksum = sent.checksum ?? 0
    segment.window = sent.window ?? 65535
    segment.urgentPointer = sent.urgentPointer ?? 0
    const payload = Uint8Array.from(text, (character) => character.charCodeAt(0))
    segment.buffer = new Uint8Array(7 + payload.length)
    segment.buffer.set(payload, 7)
    segment.start = 7
    segment.end = 7 + payload.length - (sent.cut ?? 0)
    segment.length = payload.length
    return segment
  }

  opened(connection: TcpConnection): [StreamReader, StreamReader] {
    this.connection = connection
    this.bytes[connection.stream] = ['', '']
    this.events.push(`${connection.stream} opened`)
    return [{ data: (data) => this.#take(connection, 0, data) }, { data: (data) => this.#take(connection, 1, data) }]
  }
  #take(connection: TcpConnection, sender: End, data: StreamData): void {
    const text = String.fromCharCode(...data.buffer.subarray(data.start, data.end))
    this.bytes[connection.stream]![sender] += text
    this.told.push(`${sender} ${text}`)
    this.data_.push({ offset: data.offset, frame: data.frame, seenFrame: data.seenFrame, acknowledged: data.acknowledged, filledHole: data.filledHole, text })
  }
  gap(connection: TcpConnection, sender: End, length: number, reason: GapReason): void {
    this.bytes[connection.stream]![sender] += `<${length}>`
    this.told.push(`${sender} <${length}>`)
    this.events.push(`${connection.stream}.${sender} gap ${length} ${reason}`)
  }
  retransmitted(connection: TcpConnection, sender: End, offset: number, length: number): void {
    this.events.push(`${connection.stream}.${sender} retransmitted ${length}`)
    this.retransmittedFrom.push(offset)
  }
  window(connection: TcpConnection, sender: End, closed: boolean): void {
    this.events.push(`${connection.stream}.${sender} window ${closed ? 'shut' : 'open'}`)
  }
  conflict(connection: TcpConnection, sender: End, length: number): void {
    this.events.push(`${connection.stream}.${sender} conflict ${length}`)
  }
  closed(connection: TcpConnection, sender: End, reason: CloseReason): void {
    this.told.push(`${sender} closed`)
    this.events.push(`${connection.stream}.${sender} closed ${reason}`)
  }
  forgotten(): void {}
}

/** SYN, SYN-ACK: the client's first byte is 101, the server's 501. */
export const HANDSHAKE: Sent[] = [
  { sequence: 100, flags: ['syn'] },
  { from: 'server', sequence: 500, acknowledgement: 101, flags: ['syn'] },
]
