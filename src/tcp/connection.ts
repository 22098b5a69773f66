/**
 * A TCP connection as a passive observer sees it, and its two ends. Changed by the connection table only; other layers read it.
 */
import { formatEndpoint, formatIpv4, formatIpv6 } from '../bytes/address.ts'
import { HalfStream } from './half-stream.ts'
import { HALF_AT, ROW, ROW_WORDS, type Row } from './row.ts'
import type { StreamReader, StreamSink } from './stream-sink.ts'

/** One end of a TCP connection. Words as in TcpSegment. */
export class Endpoint {
  readonly family: 4 | 6
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
  readonly port: number
  #text: string | null = null

  constructor(family: 4 | 6, word0: number, word1: number, word2: number, word3: number, port: number) {
    this.family = family
    this.word0 = word0
    this.word1 = word1
    this.word2 = word2
    this.word3 = word3
    this.port = port
  }

  get address(): string {
    return this.family === 4 ? formatIpv4(this.word0) : formatIpv6(this.word0, this.word1, this.word2, this.word3)
  }

  /** `10.0.0.21:50122`, `[2001:db8::1]:1883`. */
  get text(): string {
    this.#text ??= formatEndpoint(this.address, this.port)
    return this.#text
  }
}

/** Which end of a connection: 0 is the source of its first frame in the capture. Also names the direction that this end sends in. */
export type End = 0 | 1

export class TcpConnection implements Row {
  words: Int32Array
  times: Float64Array
  at: number
  /** State of the layer above. This layer only carries it. */
  attachment: unknown = null
  /** Wireshark's `tcp.stream`: every TCP connection, from 0, in order of its first frame. */
  readonly stream: number
  readonly #half0: HalfStream
  readonly #half1: HalfStream
  #reader0: StreamReader | null = null
  #reader1: StreamReader | null = null
  #endpoints: readonly [Endpoint, Endpoint] | null = null
  /** The end that sent the first SYN without ACK (or received a SYN with ACK): the TCP client. Null where the capture begins later. */
  initiator: End | null = null
  /** Tells its SYN from another with the same sequence number; 0 where none was seen. */
  synSignature = 0
  readonly firstFrame: number
  readonly firstTime: number
  /** When an end sent RST, or both had sent FIN; null before. Data may still follow. */
  endedTime: number | null = null
  /** It is forgotten because nothing was seen of it for many hours: it may have ended long ago, or go on. */
  silent = false

  constructor(stream: number, frame: number, time: number, { words, times, at }: Row) {
    this.stream = stream
    this.firstFrame = frame
    this.firstTime = time
    this.words = words
    this.times = times
    this.at = at
    this.#half0 = new HalfStream(this, HALF_AT[0])
    this.#half1 = new HalfStream(this, HALF_AT[1])
  }

  /** A connection of which nothing is known but its ends: one that was seen before, to be described again. */
  static described(stream: number, frame: number, time: number, ends: readonly [Endpoint, Endpoint]): TcpConnection {
    const words = new Int32Array(ROW_WORDS)
    const connection = new TcpConnection(stream, frame, time, { words, times: new Float64Array(words.buffer), at: 0 })
    words[ROW.ports] = (ends[0].port << 16) | ends[1].port
    connection.#endpoints = ends
    return connection
  }

  /** Both ends, made when they are first asked for. Where only the ports are, see `port`. */
  get endpoints(): readonly [Endpoint, Endpoint] {
    this.#endpoints ??= [endpointOf(this, 0), endpointOf(this, 1)]
    return this.#endpoints
  }

  /** That of an Endpoint, which is not kept. */
  endpointText(end: End): string {
    return endpointOf(this, end).text
  }

  port(end: End): number {
    return portOf(this, end)
  }

  /** Tells the layer above of this connection; from then on its readers get the bytes. */
  begin(sink: StreamSink): readonly [StreamReader, StreamReader] {
    const readers = sink.opened(this)
    this.#reader0 = readers[0]
    this.#reader1 = readers[1]
    return readers
  }

  /** When the answer to the SYN was seen; NaN where it was not. */
  get answeredTime(): number {
    return this.times[(this.at + ROW.answered) / 2]!
  }

  set answeredTime(time: number) {
    this.times[(this.at + ROW.answered) / 2] = time
  }

  get ended(): boolean {
    return this.endedTime !== null
  }

  reader(sender: End): StreamReader {
    return (sender === 0 ? this.#reader0 : this.#reader1)!
  }

  /** What an end sends. */
  half(sender: End): HalfStream {
    return sender === 0 ? this.#half0 : this.#half1
  }

  otherHalf(sender: End): HalfStream {
    return sender === 0 ? this.#half1 : this.#half0
  }

  /** Frames of this connection so far, both directions. */
  get frames(): number {
    return this.words[this.at + ROW.frames]!
  }

  /** The number of its last frame. */
  get lastFrame(): number {
    return this.words[this.at + ROW.lastFrame]!
  }

  /** The capture holds nothing here that needs reassembly: set by the layer above; segments are then only counted. */
  get ignored(): boolean {
    return this.words[this.at + ROW.ignored] === 1
  }

  ignore(): void {
    this.words[this.at + ROW.ignored] = 1
  }
}

function portOf({ words, at }: Row, end: End): number {
  const ports = words[at + ROW.ports]!
  return end === 0 ? ports >>> 16 : ports & 0xffff
}

function endpointOf(row: Row, end: End): Endpoint {
  const { words, at } = row
  const first = at + (end === 0 ? ROW.address0 : ROW.address1)
  const others = at + (end === 0 ? ROW.others0 : ROW.others1)
  return new Endpoint(words[at + ROW.family] === 4 ? 4 : 6, words[first]!, words[others]!, words[others + 1]!, words[others + 2]!, portOf(row, end))
}
