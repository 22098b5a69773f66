/**
 * From TCP streams to MQTT packets: recognises which connections carry MQTT, frames and decodes both directions, and keeps what one packet needs
 * to be understood from those before it: the client's end, the protocol version, the client identifier and the Topic Aliases.
 *
 * It judges nothing that needs history; every defect that it reports is visible in one packet.
 */
import type { End, TcpConnection } from '../tcp/connection.ts'
import type { CloseReason, GapReason, StreamData, StreamReader, StreamSink } from '../tcp/stream-sink.ts'
import { AssemblyBudget, type Assembly, type Locate } from './assembly.ts'
import { MqttConnection } from './connection.ts'
import { connectVersion, PacketDecoder, type DecoderLimits } from './decoder.ts'
import { packetLength } from './fixed-header.ts'
import { Framer, type Carrier, type FramerHost, type FramerLimits } from './framer.ts'
import type { PacketEvent, Piece, Unframed, UnframedReason } from './packet-event.ts'
import { propertyValue, type Packet, type Publish, type Text } from './packet.ts'
import type { Problem } from './problem.ts'
import { PortUse } from './port-use.ts'
import { invalidPayload } from './problems.ts'
import { TopicAliases } from './topic-aliases.ts'
import { hasError, VersionInference } from './version-inference.ts'
import type { Direction, Version, VersionCertainty } from './version.ts'

export interface DissectorLimits extends FramerLimits, DecoderLimits {
  /** Bytes of unfinished packets in all connections together. */
  readonly unfinishedBytesTotal: number
  /** Characters of the topics behind the Topic Aliases of one direction. */
  readonly aliasedTopics: number
}

export interface DissectorOptions {
  /** TCP ports that carry MQTT: `ports[port] === 1`. On others a stream is MQTT where its first bytes are a CONNECT. */
  readonly ports: Uint8Array
  /** For connections whose CONNECT is not in the capture. */
  readonly version: Version | null
  /** Tells where in the capture bytes are, so that the pieces of packets say it. */
  readonly locate?: Locate
}

/** What else happens to the connections that carry packets, or may: told in order with the packets. */
export interface ConnectionObserver {
  /** Bytes that `sender` sent are not in the capture, as is clear from `frame` on. */
  gap(connection: MqttConnection, sender: End, length: number, frame: number, time: number): void
  /** Bytes of the stream from `offset` on were sent again (StreamSink.retransmitted). */
  retransmitted(connection: MqttConnection, sender: End, offset: number, length: number, frame: number, time: number): void
  /** Repeated bytes had other values (StreamSink.conflict). */
  conflict(connection: MqttConnection, sender: End, length: number, frame: number, time: number): void
  /** `sender` takes no more bytes for now, or takes them again (StreamSink.window). */
  window(connection: MqttConnection, sender: End, closed: boolean, frame: number, time: number): void
  closed(connection: MqttConnection, sender: End, reason: CloseReason, frame: number, time: number): void
  /** Nothing more will be said of it. */
  forgotten(connection: MqttConnection): void
}

export class MqttDissector implements StreamSink {
  readonly #options: DissectorOptions
  readonly #shared: Shared
  readonly #observer: ConnectionObserver | null

  constructor(emit: (event: PacketEvent) => void, options: DissectorOptions, limits: DissectorLimits, observer: ConnectionObserver | null = null) {
    this.#options = options
    this.#observer = observer
    this.#shared = {
      limits,
      budget: new AssemblyBudget(limits.unfinishedBytesTotal),
      locate: options.locate ?? null,
      spareFramers: [],
      decoder: new PacketDecoder(limits),
      event: new ReusedEvent(),
      decodedBytes: limits.decodedBytes,
      emit,
      expectedStreams: 0,
      mqttStreams: 0,
      otherStreams: { tls: 0, websocket: 0 },
      portUse: new PortUse(),
    }
  }

  /** Connections with a port that carries MQTT. */
  get expectedStreams(): number {
    return this.#shared.expectedStreams
  }

  /** Connections that turned out to carry MQTT. */
  get mqttStreams(): number {
    return this.#shared.mqttStreams
  }

  /** Connections that may carry MQTT inside of something else, on any port. */
  get otherStreams(): OtherStreams {
    return this.#shared.otherStreams
  }

  /** Connections that began before the capture, to ports that turned out to carry MQTT: how many were left out, by port. */
  get leftOutByPort(): ReadonlyMap<number, number> {
    return this.#shared.portUse.leftOut
  }

  opened(connection: TcpConnection): readonly [Lane, Lane] {
    const dissection = new Dissection(connection, this.#options, this.#shared)
    connection.attachment = dissection
    if (dissection.expected) this.#shared.expectedStreams++
    return [dissection.lane(0), dissection.lane(1)]
  }

  gap(connection: TcpConnection, sender: End, length: number, _reason: GapReason, frame: number, time: number): void {
    const dissection = connection.attachment as Dissection | null
    if (dissection === null) return
    dissection.aliases?.[sender]?.clear()
    dissection.lane(sender).gap(length)
    this.#observer?.gap(dissection, sender, length, frame, time)
  }

  retransmitted(connection: TcpConnection, sender: End, offset: number, length: number, frame: number, time: number): void {
    if (connection.attachment !== null) this.#observer?.retransmitted(connection.attachment as Dissection, sender, offset, length, frame, time)
  }

  conflict(connection: TcpConnection, sender: End, length: number, frame: number, time: number): void {
    if (connection.attachment !== null) this.#observer?.conflict(connection.attachment as Dissection, sender, length, frame, time)
  }

  window(connection: TcpConnection, sender: End, closed: boolean, frame: number, time: number): void {
    if (connection.attachment !== null) this.#observer?.window(connection.attachment as Dissection, sender, closed, frame, time)
  }

  closed(connection: TcpConnection, sender: End, reason: CloseReason, frame: number, time: number): void {
    const dissection = connection.attachment as Dissection | null
    if (dissection === null) return
    dissection.lane(sender).close()
    this.#observer?.closed(dissection, sender, reason, frame, time)
  }

  forgotten(connection: TcpConnection): void {
    const dissection = connection.attachment as Dissection | null
    if (dissection === null) return
    dissection.lane(0).close()
    dissection.lane(1).close()
    this.#observer?.forgotten(dissection)
    connection.attachment = null
  }
}

/** Connections by what they carry in place of MQTT. */
export interface OtherStreams {
  readonly tls: number
  /** Or HTTP. */
  readonly websocket: number
}

/** What all connections share. */
interface Shared {
  readonly limits: DissectorLimits
  readonly budget: AssemblyBudget
  readonly locate: Locate | null
  /** Framers without work: a direction needs one only while something of it is unfinished. */
  readonly spareFramers: Framer[]
  readonly decoder: PacketDecoder
  readonly event: ReusedEvent
  readonly decodedBytes: number
  readonly emit: (event: PacketEvent) => void
  expectedStreams: number
  mqttStreams: number
  readonly otherStreams: { tls: number; websocket: number }
  readonly portUse: PortUse
}

/**
 * One direction of a connection under dissection: the straight path of whole packets that lie in one segment, once the version is settled. It holds
 * itself what that path needs of the connection, so that it touches one object for each packet; anything else is the framer's.
 */
class Lane implements StreamReader {
  /** `open`: between packets, so that whole ones need no framer. */
  #state: LaneState = 'new'
  readonly #sender: End
  #direction: Direction | null = null
  /** Null until it is certain which version the packets are read in. */
  #settledVersion: Version | null = null
  /** Bytes that the capture lacks since the last packet. */
  #lost = 0
  readonly #dissection: Dissection
  readonly #shared: Shared
  /** Null while nothing is unfinished. */
  #framer: Framer | null = null

  constructor(dissection: Dissection, sender: End, shared: Shared) {
    this.#dissection = dissection
    this.#sender = sender
    this.#shared = shared
  }

  /** What is known of the connection now. */
  learn(direction: Direction | null, settledVersion: Version | null): void {
    this.#direction = direction
    this.#settledVersion = settledVersion
  }

  data(data: StreamData): void {
    const version = this.#settledVersion
    let at = data.start
    if (this.#state === 'open' && version !== null) {
      const { decoder, event, decodedBytes } = this.#shared
      const { buffer, end } = data
      while (at < end) {
        const start = at
        const length = packetLength(buffer, start, end)
        const type = buffer[start]! >> 4
        // Those that say something about the connection itself go the other way.
        if (length < 0 || length > decodedBytes || start + length > end || type <= CONNACK) break
        const packet = decoder.decode(buffer, start, start + length, length, version, this.#direction, null)
        event.resolvedTopicName = type === PUBLISH && hasProperties(packet as Publish) ? this.#dissection.resolve(packet as Publish, this.#sender) : undefined
        event.number++
        event.frame = data.frame
        event.time = data.time
        event.firstSeenFrame = data.seenFrame
        event.firstSeenTime = data.seenTime
        event.connection = this.#dissection
        event.sender = this.#sender
        event.direction = this.#direction
        event.version = version
        event.versionCertainty = this.#dissection.versionCertainty
        event.length = length
        event.packet = packet
        event.problems = decoder.problems
        if (event.buffer !== buffer) event.buffer = buffer
        event.start = start
        event.end = start + length
        event.missing = 0
        event.lostBefore = this.takeLost()
        event.pieces = null
        event.position = -1
        event.acknowledged = data.acknowledged
        event.acknowledgedTime = data.acknowledgedTime
        event.segmentEnd = data.offset + (data.end - data.start)
        event.filledHole = data.filledHole
        at += length
        event.streamEnd = data.offset + (at - data.start)
        this.#shared.emit(event)
      }
      if (at >= end) return
    }
    // What comes behind a FIN or RST is no part of the stream.
    if (this.#state === 'closed') return
    const framer = this.#framer ?? this.#takeFramer()
    framer.data(data, at)
    this.#settle(framer)
  }

  gap(length: number): void {
    if (this.#state === 'closed') return
    const framer = this.#framer ?? this.#takeFramer()
    this.#lost += framer.gap(length)
    this.#settle(framer)
  }

  #takeFramer(): Framer {
    const { limits, budget, locate, spareFramers } = this.#shared
    const framer = spareFramers.pop() ?? new Framer(this.#dissection, this.#sender, limits, budget, locate)
    framer.reuse(this.#dissection, this.#sender, this.#state === 'new' ? 'start' : 'between')
    this.#framer = framer
    return framer
  }

  /** Gives the framer back where nothing is unfinished. */
  #settle(framer: Framer): void {
    this.#state = framer.idle ? 'open' : 'unfinished'
    if (this.#state === 'open') this.#giveBack(framer)
  }

  #giveBack(framer: Framer): void {
    this.#framer = null
    if (this.#shared.spareFramers.length < SPARE_FRAMERS) this.#shared.spareFramers.push(framer)
  }

  takeLost(): number {
    const lost = this.#lost
    this.#lost = 0
    return lost
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const framer = this.#framer
    if (framer === null) return
    framer.close()
    this.#giveBack(framer)
  }
}

/** Nothing seen yet · between packets · a framer has something unfinished, or searches · nothing more comes. */
type LaneState = 'new' | 'open' | 'unfinished' | 'closed'

/** Framers kept for the next direction that needs one: each may keep a buffer of 4 kB. */
const SPARE_FRAMERS = 64

/** Packet types have these numbers (MQTT 5.0 §2.1.2); CONNECT has 1. */
const CONNACK = 2
const PUBLISH = 3

/** One connection under dissection: what is known of it, and the way from its framers to the decoder. */
class Dissection extends MqttConnection implements FramerHost {
  readonly #shared: Shared
  readonly #lane0: Lane
  readonly #lane1: Lane
  /** Null once the version is known for certain. */
  #inference: VersionInference | null

  constructor(tcp: TcpConnection, { ports, version }: DissectorOptions, shared: Shared) {
    const zeroListens = ports[tcp.port(0)] === 1
    const oneListens = ports[tcp.port(1)] === 1
    super(tcp, zeroListens || oneListens)
    this.#shared = shared
    this.#inference = version === null ? new VersionInference() : null
    this.version = version
    this.versionCertainty = version === null ? null : 'given'
    if (zeroListens !== oneListens) this.client = zeroListens ? 1 : 0
    this.#lane0 = new Lane(this, 0, shared)
    this.#lane1 = new Lane(this, 1, shared)
    this.#tellLanes()
  }

  lane(sender: End): Lane {
    return sender === 0 ? this.#lane0 : this.#lane1
  }

  #tellLanes(): void {
    const settledVersion = this.#inference === null && this.client !== null ? this.version : null
    this.#lane0.learn(this.directionFrom(0), settledVersion)
    this.#lane1.learn(this.directionFrom(1), settledVersion)
  }

  direction(sender: End): Direction | null {
    return this.directionFrom(sender)
  }

  fromBeginning(sender: End): boolean {
    return this.tcp.half(sender).synSeen
  }

  recognised(sender: End, carrier: Carrier): void {
    if (this.carrier === 'unknown') {
      if (carrier === 'mqtt' || carrier === 'mqtt-from-beginning') this.#shared.mqttStreams++
      else if (carrier === 'tls' || carrier === 'websocket') this.#shared.otherStreams[carrier]++
    }
    if (this.carrier !== 'mqtt-from-beginning') this.carrier = carrier
    // Who opened the TCP connection is the client; failing that, who sends a CONNECT.
    if (this.tcp.initiator !== null) this.client = this.tcp.initiator
    else if (carrier === 'mqtt-from-beginning') this.client = sender
    if (!this.expected && carrier === 'mqtt-from-beginning') this.#shared.portUse.carriesMqtt(this.tcp.port(sender === 0 ? 1 : 0))
    this.#tellLanes()
  }

  ignore(carrier: 'tls' | 'websocket' | null): void {
    if (carrier !== null) this.#shared.otherStreams[carrier]++
    else if (!this.fromBeginning(0) && !this.fromBeginning(1)) this.#shared.portUse.leaveOut(this.tcp.port(0), this.tcp.port(1))
    this.tcp.ignore()
    this.tcp.attachment = null
  }

  fits(sender: End, bytes: Uint8Array, start: number, end: number): boolean {
    const { decoder } = this.#shared
    const direction = this.directionFrom(sender)
    if (this.#inference !== null) return this.#inference.fits(decoder, bytes, start, end, direction)
    decoder.decode(bytes, start, end, end - start, this.version!, direction, null)
    return !hasError(decoder.problems)
  }

  accuses(sender: End, bytes: Uint8Array, start: number, end: number, length: number): boolean {
    const { decoder } = this.#shared
    const direction = this.directionFrom(sender)
    if (this.#inference !== null) return this.#inference.accuses(decoder, bytes, start, end, length, direction)
    decoder.decode(bytes, start, end, length, this.version!, direction, null)
    return hasError(decoder.problems)
  }

  payloadStart(sender: End, bytes: Uint8Array, length: number, whole: number): number {
    if (bytes[0]! >> 4 !== 3) return -1
    const packet = this.#shared.decoder.decode(bytes, 0, length, whole, this.version ?? '3.1.1', this.directionFrom(sender), null)
    return packet.type === 'PUBLISH' ? packet.payloadStart : -1
  }

  packet(
    sender: End, bytes: Uint8Array, start: number, end: number, length: number, last: StreamData, assembly: Assembly | null, payloadValid: boolean | null,
    missing: number,
  ): void {
    const { decoder, event } = this.#shared
    const type = bytes[start]! >> 4
    if (this.client === null) this.#learnClient(sender, type)
    const direction = this.directionFrom(sender)
    let packet: Packet
    let problems: readonly Problem[]
    if (this.#inference === null || type === 1) {
      packet = decoder.decode(bytes, start, end, length, this.version ?? '3.1.1', direction, null)
      problems = decoder.problems
    } else {
      ;({ packet, problems } = this.#inference.decode(decoder, bytes, start, end, length, direction))
      this.version = this.#inference.version
      this.versionCertainty = this.version === null ? null : 'inferred'
    }
    event.resolvedTopicName = undefined
    if (packet.type === 'PUBLISH') {
      if (hasProperties(packet)) event.resolvedTopicName = this.resolve(packet, sender)
      if (payloadValid === false && propertyValue(packet.properties, 'payloadFormatIndicator') === 1) {
        problems = [...problems, invalidPayload(packet.payloadStart, length, this.version!)]
      }
    } else if (packet.type === 'CONNECT') this.#learnConnect(packet)
    else if (packet.type === 'CONNACK') this.#learnConnack(packet)
    this.#place(event, sender, last, assembly, start, length)
    event.direction = direction
    event.length = length
    event.packet = packet
    event.problems = problems
    event.buffer = bytes
    event.start = start
    event.end = end
    event.missing = missing
    this.#shared.emit(event)
  }

  unframed(sender: End, length: number, reason: UnframedReason, first: number, last: StreamData): void {
    const { event } = this.#shared
    this.#place(event, sender, last, null, last.start, last.end - last.start)
    event.direction = this.directionFrom(sender)
    event.length = length
    event.packet = UNFRAMED[reason]
    event.problems = NO_PROBLEMS
    event.resolvedTopicName = undefined
    event.buffer = NO_BYTES
    event.start = 0
    event.end = 0
    event.missing = 0
    event.pieces = first === last.frame ? null : [{ start: 0, frame: first, position: -1 }, { start: length - 1, frame: last.frame, position: -1 }]
    this.#shared.emit(event)
  }

  /** `start`: of the packet in the buffer of `last`, where there is no assembly; `length`: of the whole packet. */
  #place(event: ReusedEvent, sender: End, last: StreamData, assembly: Assembly | null, start: number, length: number): void {
    event.number++
    event.frame = last.frame
    event.time = last.time
    event.firstSeenFrame = last.seenFrame
    event.firstSeenTime = last.seenTime
    event.connection = this
    event.sender = sender
    event.acknowledgedTime = last.acknowledgedTime
    event.segmentEnd = last.offset + (last.end - last.start)
    event.lostBefore = this.lane(sender).takeLost()
    event.version = this.version
    event.versionCertainty = this.versionCertainty
    const first = assembly?.segments[0]
    if (first === undefined) {
      event.streamEnd = last.offset + (start - last.start) + length
      event.acknowledged = last.acknowledged
      event.filledHole = last.filledHole
      event.pieces = null
      event.position = last.position < 0 ? -1 : last.position + start - last.start
    } else {
      event.streamEnd = first.offset + length
      event.acknowledged = first.acknowledged
      event.filledHole = first.filledHole
      event.pieces = piecesOf(assembly!, last.seenFrame)
      event.position = event.pieces === null ? first.position : -1
    }
  }

  /** Some packets go one way only (MQTT 5.0 §2.1.2). */
  #learnClient(sender: End, type: number): void {
    if (type === 1 || type === 8 || type === 10 || type === 12) this.client = sender
    else if (type === 2 || type === 9 || type === 11 || type === 13) this.client = (1 - sender) as End
    this.#tellLanes()
  }

  #learnConnect(packet: Packet & { type: 'CONNECT' }): void {
    // A second CONNECT is a protocol error (§3.1); it changes nothing.
    if (this.versionCertainty === 'seen') return
    const version = connectVersion(packet)
    this.clientIdentifier = packet.clientIdentifier
    this.cleanStart = packet.cleanStart
    if (version === null) return
    this.version = version
    this.versionCertainty = 'seen'
    this.#inference = null
    this.#tellLanes()
  }

  #learnConnack(packet: Packet & { type: 'CONNACK' }): void {
    const assigned = propertyValue(packet.properties, 'assignedClientIdentifier')
    if (assigned !== undefined && (this.clientIdentifier ?? '') === '') this.clientIdentifier = assigned as Text
  }

  /** MQTT 5.0 §3.3.2.3.4. */
  resolve(packet: Publish, sender: End): Text | undefined {
    const alias = propertyValue(packet.properties, 'topicAlias')
    if (typeof alias !== 'number' || packet.topicName === undefined) return undefined
    this.aliases ??= [null, null]
    const aliases = (this.aliases[sender] ??= new TopicAliases(this.#shared.limits.aliasedTopics))
    if (packet.topicName === '') return aliases.get(alias)
    aliases.set(alias, packet.topicName)
    return undefined
  }
}

function hasProperties({ properties }: Publish): boolean {
  return properties !== undefined && properties.length > 0
}

/** The one event that every packet is told in. */
class ReusedEvent implements PacketEvent {
  number = 0
  frame = 0
  time = NaN
  firstSeenFrame = 0
  firstSeenTime = NaN
  connection!: MqttConnection
  sender: End = 0
  direction: Direction | null = null
  version: Version | null = null
  versionCertainty: VersionCertainty | null = null
  length = 0
  packet: Packet | Unframed = UNFRAMED.ended
  problems: readonly Problem[] = NO_PROBLEMS
  resolvedTopicName: Text | undefined = undefined
  buffer: Uint8Array = NO_BYTES
  start = 0
  end = 0
  missing = 0
  lostBefore = 0
  pieces: readonly Piece[] | null = null
  position = -1
  acknowledged = -1
  acknowledgedTime = NaN
  streamEnd = 0
  segmentEnd = 0
  filledHole = false
}

const NO_PROBLEMS: readonly Problem[] = []
const NO_BYTES = new Uint8Array(0)
const UNFRAMED: Readonly<Record<UnframedReason, Unframed>> = {
  'mid-stream': { type: 'UNFRAMED', reason: 'mid-stream' },
  gap: { type: 'UNFRAMED', reason: 'gap' },
  tls: { type: 'UNFRAMED', reason: 'tls' },
  websocket: { type: 'UNFRAMED', reason: 'websocket' },
  'not-mqtt': { type: 'UNFRAMED', reason: 'not-mqtt' },
  limit: { type: 'UNFRAMED', reason: 'limit' },
  ended: { type: 'UNFRAMED', reason: 'ended' },
}

/** Which frame first held which part; null where one held it all. */
function piecesOf(assembly: Assembly, lastFrame: number): readonly Piece[] | null {
  const pieces: Piece[] = []
  for (const { start, seenFrame: frame, position } of assembly.segments) {
    const before = pieces[pieces.length - 1]
    if (before?.frame !== frame) pieces.push({ start, frame, position })
    else if (position !== before.position + start - before.start) pieces[pieces.length - 1] = { ...before, position: -1 }
  }
  return pieces.length === 1 && pieces[0]!.frame === lastFrame ? null : pieces
}
