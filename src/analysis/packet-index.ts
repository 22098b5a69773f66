/**
 * Where every packet of a capture is, in 24 bytes for each: enough to read it again from the capture and to decode it as it was decoded when it went by.
 *
 * ```
 *  6  position in the capture of its first byte
 *  6  time, from a base that each 4,096 packets share
 *  4  frame
 *  4  exchange, 0 where there is none
 *  4  connection (22 bits), type, sender, version, worst problem, "more is kept aside"
 * ```
 *
 * What has no room there is kept aside: a packet in several pieces, with bytes missing, or of which no position is known. So are the Topic Aliases' topics, by
 * connection and the packet from which on they hold (MQTT 5.0 §3.3.2.3.4).
 */
import { MqttConnection } from '../mqtt/connection.ts'
import { PACKET_TYPES, propertyValue, type Text } from '../mqtt/packet.ts'
import type { PacketEvent, Piece, UnframedReason } from '../mqtt/packet-event.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Version, VersionCertainty } from '../mqtt/version.ts'
import { TcpConnection, type End, type Endpoint } from '../tcp/connection.ts'

export interface PacketIndexLimits {
  /** Connections that packets are told of: 22 bits. */
  readonly connections: number
  /** Bytes of packets kept here because the capture cannot give them again. */
  readonly keptBytes: number
  /** Pieces of one packet beyond which they are not all known (FramerLimits.pieces). */
  readonly pieces: number
}

/** Types of rows: UNFRAMED is none of the standard's. */
export type RowType = (typeof PACKET_TYPES)[number] | 'UNFRAMED'

/** What an entry has no room for. */
export interface Aside {
  readonly length: number
  readonly missing: number
  readonly lostBefore: number
  readonly firstSeenFrame: number
  readonly firstSeenTime: number
  readonly pieces: readonly Piece[] | null
  /** Bytes at hand, `PacketEvent.end - start`. */
  readonly atHand: number
  /** A copy of them, where the capture cannot give them again; null where it can, or there was no room. */
  readonly bytes: Uint8Array | null
  readonly unframed: UnframedReason | null
  readonly problems: readonly Problem[]
  readonly versionCertainty: VersionCertainty | null
}

/** What is known of the connection of a packet, and stays known when it has ended. */
export interface IndexedConnection {
  readonly stream: number
  readonly ends: readonly [Endpoint, Endpoint]
  readonly firstFrame: number
  readonly firstTime: number
  client: End | null
  clientIdentifier: Text | undefined
  versionCertainty: VersionCertainty | null
  /** By sender and Topic Alias: what it stands for, in the order of packets. */
  aliases: readonly [Aliases, Aliases] | null
}

interface AliasChange {
  /** From this packet on. */
  readonly packet: number
  /** Undefined where it stands for nothing, or what it stood for is not known any more. */
  readonly topic: Text | undefined
}

type Aliases = Map<number, AliasChange[]>

export type WorstProblem = 'error' | 'warning' | 'note' | null

const CHUNK_ROWS = 65_536
const BASE_ROWS = 4_096
const TWO_32 = 0x1_0000_0000
/** Times may step back from the base as well: by 19 hours; and go on for 58. Others are kept aside. */
const TIME_OFFSET = 2 ** 46
const TIME_END = 2 ** 48 - 1
const NO_ENTRY = 2 ** 48 - 1

const SHIFT = { connection: 10, type: 6, sender: 5, version: 3, problem: 1 } as const
const ASIDE = 1
const UNFRAMED_TYPE = 0
/** CONNECT and CONNACK tell who the client is (MQTT 5.0 §2.1.2). */
const CONNACK = 2

const VERSIONS: readonly (Version | null)[] = [null, '3.1', '3.1.1', '5.0']
const WORST: readonly WorstProblem[] = [null, 'note', 'warning', 'error']
const RESERVED_TYPE = 15

class Chunk {
  readonly positionLow = new Uint32Array(CHUNK_ROWS)
  readonly positionHigh = new Uint16Array(CHUNK_ROWS)
  readonly timeLow = new Uint32Array(CHUNK_ROWS)
  readonly timeHigh = new Uint16Array(CHUNK_ROWS)
  readonly frame = new Uint32Array(CHUNK_ROWS)
  readonly exchange = new Uint32Array(CHUNK_ROWS)
  readonly facts = new Uint32Array(CHUNK_ROWS)
  /** Of each BASE_ROWS rows. */
  readonly bases = new Float64Array(CHUNK_ROWS / BASE_ROWS)
}

export const BYTES_PER_PACKET = 24

export class PacketIndex {
  readonly #limits: PacketIndexLimits
  readonly #chunks: Chunk[] = []
  #count = 0
  readonly #aside = new Map<number, Aside>()
  readonly #oddTimes = new Map<number, number>()
  readonly #connections: IndexedConnection[] = []
  /** The number in `#connections` of each TCP stream, and 1. */
  #byStream = new Uint32Array(1024)
  #keptBytes = 0
  #notKept = 0

  constructor(limits: PacketIndexLimits) {
    this.#limits = limits
  }

  /** Packets, and runs of unframed bytes: PacketEvent.number goes from 1 to this. */
  get count(): number {
    return this.#count
  }

  /** Packets whose bytes there was no room for. */
  get notKept(): number {
    return this.#notKept
  }

  /** In use: of the table, which is allocated in larger blocks, and of packets that are kept aside. */
  get bytes(): number {
    return this.#count * BYTES_PER_PACKET + this.#keptBytes
  }

  /** The next packet. `located` is Pipeline.positionOf its first byte, `exchange` the number of its exchange or 0. */
  add(event: PacketEvent, exchange: number, located: number): void {
    const position = located >= 0 ? located : event.position
    const row = this.#count++
    const at = row % CHUNK_ROWS
    if (at === 0) this.#chunks.push(new Chunk())
    const chunk = this.#chunks[this.#chunks.length - 1]!
    const { number, connection, packet, problems } = event
    const known = this.#connectionOf(connection)
    const unframed = packet.type === 'UNFRAMED'
    const tellsClient = unframed || event.buffer[event.start]! >> 4 <= CONNACK
    if (tellsClient || known.client === null || known.versionCertainty !== connection.versionCertainty) learn(known, connection)
    chunk.frame[at] = event.frame
    chunk.exchange[at] = exchange
    this.#setTime(chunk, at, number, event.time)
    if (packet.type === 'PUBLISH' && packet.topicName === '') this.#learnAlias(known, event)
    const simple = position >= 0 && event.missing === 0 && event.lostBefore === 0 && event.frame === event.firstSeenFrame && event.pieces === null
      && event.end - event.start === event.length && (problems.length === 0 || isCertain(event.versionCertainty))
    if (!simple) this.#putAside(event, position)
    const first = position >= 0 ? position : this.#piecesKnown(event) ? event.pieces![0]!.position : -1
    const stored = first >= 0 ? first : NO_ENTRY
    chunk.positionLow[at] = stored % TWO_32
    chunk.positionHigh[at] = Math.floor(stored / TWO_32)
    const type = unframed ? UNFRAMED_TYPE : event.buffer[event.start]! >> 4
    chunk.facts[at] = ((this.#byStream[connection.tcp.stream]! - 1) << SHIFT.connection) | (type << SHIFT.type) | (event.sender << SHIFT.sender)
      | (VERSIONS.indexOf(event.version) << SHIFT.version) | (worstOf(problems) << SHIFT.problem) | (simple ? 0 : ASIDE)
  }

  // --- one packet, by its number (from 1) ---

  frameOf(number: number): number {
    return this.#chunkOf(number).frame[this.#at(number)]!
  }

  exchangeOf(number: number): number {
    return this.#chunkOf(number).exchange[this.#at(number)]!
  }

  /** Nanoseconds since the capture's first timed frame; NaN where there is none. */
  timeOf(number: number): number {
    const odd = this.#oddTimes.get(number)
    if (odd !== undefined) return odd
    const chunk = this.#chunkOf(number)
    const at = this.#at(number)
    return chunk.bases[at >> 12]! + (chunk.timeHigh[at]! * TWO_32 + chunk.timeLow[at]! - TIME_OFFSET)
  }

  /** Of its first byte; -1 where the capture does not have it in one place. */
  positionOf(number: number): number {
    const chunk = this.#chunkOf(number)
    const at = this.#at(number)
    const stored = chunk.positionHigh[at]! * TWO_32 + chunk.positionLow[at]!
    return stored === NO_ENTRY ? -1 : stored
  }

  senderOf(number: number): End {
    return ((this.#factsOf(number) >> SHIFT.sender) & 1) as End
  }

  typeOf(number: number): RowType {
    const type = (this.#factsOf(number) >> SHIFT.type) & 15
    if (type === UNFRAMED_TYPE) {
      const aside = this.#aside.get(number)
      return aside === undefined || aside.unframed !== null ? 'UNFRAMED' : 'RESERVED'
    }
    return type === RESERVED_TYPE && this.versionOf(number) !== '5.0' ? 'RESERVED' : PACKET_TYPES[type]!
  }

  versionOf(number: number): Version | null {
    return VERSIONS[(this.#factsOf(number) >> SHIFT.version) & 3]!
  }

  worstOf(number: number): WorstProblem {
    return WORST[(this.#factsOf(number) >> SHIFT.problem) & 3]!
  }

  connectionOf(number: number): IndexedConnection {
    return this.#connections[this.#factsOf(number) >>> SHIFT.connection]!
  }

  asideOf(number: number): Aside | null {
    return (this.#factsOf(number) & ASIDE) === 0 ? null : (this.#aside.get(number) ?? null)
  }

  /** The topic that an alias stood for when this packet was sent. */
  topicOf(number: number, alias: number): Text | undefined {
    const changes = this.connectionOf(number).aliases?.[this.senderOf(number)].get(alias)
    return changes?.findLast((change) => change.packet <= number)?.topic
  }

  // --- looking for packets ---

  /** The first packet of a frame, or of one behind it; null where there is none. Packets that were completed late may be in another order. */
  firstFrom(frame: number): number | null {
    let low = 1
    let high = this.#count + 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.frameOf(middle) < frame) low = middle + 1
      else high = middle
    }
    return low > this.#count ? null : low
  }

  /** The nearest packet behind this one, or before it (`step` -1), of the same exchange; null where there is none near enough. */
  ofExchange(exchange: number, from: number, step: 1 | -1, most = LOOKED_AT): number | null {
    if (exchange === 0) return null
    for (let number = from + step, looked = 0; number >= 1 && number <= this.#count && looked < most; number += step, looked++) {
      if (this.exchangeOf(number) === exchange) return number
    }
    return null
  }

  /** A connection as the layers that show packets know it, made of what is kept. */
  describe(known: IndexedConnection): MqttConnection {
    const described = new MqttConnection(TcpConnection.described(known.stream, known.firstFrame, known.firstTime, known.ends))
    described.client = known.client
    described.clientIdentifier = known.clientIdentifier
    described.versionCertainty = known.versionCertainty
    return described
  }

  #chunkOf(number: number): Chunk {
    return this.#chunks[Math.floor((number - 1) / CHUNK_ROWS)]!
  }

  #at(number: number): number {
    return (number - 1) % CHUNK_ROWS
  }

  #factsOf(number: number): number {
    return this.#chunkOf(number).facts[this.#at(number)]!
  }

  #setTime(chunk: Chunk, at: number, number: number, time: number): void {
    if (at % BASE_ROWS === 0) chunk.bases[at >> 12] = Number.isNaN(time) ? 0 : time
    const stored = time - chunk.bases[at >> 12]! + TIME_OFFSET
    if (!(stored >= 0 && stored < TIME_END)) {
      this.#oddTimes.set(number, time)
      return
    }
    chunk.timeLow[at] = stored % TWO_32
    chunk.timeHigh[at] = Math.floor(stored / TWO_32)
  }

  #connectionOf(connection: MqttConnection): IndexedConnection {
    const { stream } = connection.tcp
    const number = this.#byStream[stream] ?? 0
    return number > 0 ? this.#connections[number - 1]! : this.#meet(connection)
  }

  #meet(connection: MqttConnection): IndexedConnection {
    const { stream, endpoints, firstFrame, firstTime } = connection.tcp
    if (stream >= this.#byStream.length) {
      const grown = new Uint32Array(Math.max(stream + 1, this.#byStream.length * 2))
      grown.set(this.#byStream)
      this.#byStream = grown
    }
    // Beyond what the bits can say, all are the last one.
    if (this.#connections.length < this.#limits.connections) {
      this.#connections.push({ stream, ends: endpoints, firstFrame, firstTime, client: null, clientIdentifier: undefined, versionCertainty: null, aliases: null })
    }
    this.#byStream[stream] = this.#connections.length
    return this.#connections[this.#connections.length - 1]!
  }

  #learnAlias(known: IndexedConnection, { number, packet, sender, resolvedTopicName: topic }: PacketEvent): void {
    const alias = packet.type === 'PUBLISH' ? propertyValue(packet.properties, 'topicAlias') : undefined
    if (typeof alias !== 'number') return
    known.aliases ??= [new Map(), new Map()]
    const changes = known.aliases[sender].get(alias)
    if (changes === undefined) known.aliases[sender].set(alias, [{ packet: number, topic }])
    else if (changes[changes.length - 1]!.topic !== topic) changes.push({ packet: number, topic })
  }

  #putAside(event: PacketEvent, position: number): void {
    const { length, missing, lostBefore, firstSeenFrame, firstSeenTime, pieces, packet, problems, versionCertainty } = event
    const atHand = event.end - event.start
    const inCapture = position >= 0 || this.#piecesKnown(event)
    this.#aside.set(event.number, {
      length, missing, lostBefore, firstSeenFrame, firstSeenTime, pieces, atHand, problems, versionCertainty,
      bytes: inCapture || atHand === 0 ? null : this.#keep(event),
      unframed: packet.type === 'UNFRAMED' ? packet.reason : null,
    })
  }

  /** The capture has every piece of it. */
  #piecesKnown({ pieces }: PacketEvent): boolean {
    return pieces !== null && pieces.length < this.#limits.pieces && pieces.every(({ position }) => position >= 0)
  }

  #keep({ buffer, start, end }: PacketEvent): Uint8Array | null {
    if (this.#keptBytes + end - start > this.#limits.keptBytes) {
      this.#notKept++
      return null
    }
    this.#keptBytes += end - start
    return buffer.slice(start, end)
  }
}

/** Packets looked at for another one of an exchange: a millisecond or two. */
const LOOKED_AT = 1_000_000

function learn(known: IndexedConnection, { client, clientIdentifier, versionCertainty }: MqttConnection): void {
  known.client = client
  known.clientIdentifier = clientIdentifier
  known.versionCertainty = versionCertainty
}

function isCertain(certainty: VersionCertainty | null): boolean {
  return certainty === 'seen' || certainty === 'given'
}

function worstOf(problems: readonly Problem[]): number {
  let worst = 0
  for (const { severity } of problems) worst = Math.max(worst, WORST.indexOf(severity))
  return worst
}
