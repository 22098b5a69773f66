import { CaptureParser } from '../capture/capture-parser.ts'
import {
  NO_TIME, type CaptureClock, type CaptureFormat, type CaptureInterface, type CaptureProblem, type CaptureSink, type Frame,
} from '../capture/frame.ts'
import { MqttDissector, type OtherStreams } from '../mqtt/dissector.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Version } from '../mqtt/version.ts'
import { NetworkDecoder } from '../network/network.ts'
import type { NetworkProblem } from '../network/segment.ts'
import { ConnectionTable } from '../tcp/connection-table.ts'
import { ElapsedHours } from '../tcp/elapsed-hours.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import { knownConnection, type NetworkConnection } from '../session/network-connection.ts'
import { SessionTracker, type SessionOptions, type SessionSink } from '../session/session-tracker.ts'
import type { Exchange } from '../session/exchange.ts'
import { LIMITS } from './limits.ts'
import { TickClock } from './tick-clock.ts'

/** What the user chose; the same for every command that reads packets. */
export interface PipelineOptions extends SessionOptions {
  /** TCP ports that carry MQTT, as bits: `ports[port] === 1`. Other ports are MQTT where the client's first bytes are a CONNECT. */
  readonly ports: Uint8Array
  /** `--mqtt-version`: for connections whose CONNECT is not in the capture. */
  readonly version: Version | null
  /** `--payload-bytes`: bytes of each payload that are kept for display. */
  readonly payloadKept?: number
  /** Whether `positionOf` is to know packets in several pieces too. */
  readonly locates?: boolean
}

/** Exchanges are paired, and connections followed, only where `exchange`, `connection` or `delivery` is there. */
export interface PipelineSink extends SessionSink {
  /** `exchange`: the one that the packet belongs to, ended or not, valid during the call; null where there is none, and where exchanges are not paired. */
  packet(event: PacketEvent, exchange: Exchange | null): void
  captureProblem(file: string, problem: CaptureProblem): void
  networkProblem(problem: NetworkProblem): void
  /** The capture has come to this time without a frame (`Pipeline.tick`). */
  tick?(time: number): void
  /** The capture has ended, at `time` (NaN: it has no times): what ends from now on ends with it. */
  captureEnds?(time: number): void
}

export interface CaptureFile {
  readonly name: string
  format: CaptureFormat | null
}

/** What went by so far. Counters only; reading it costs nothing. */
export interface CaptureTotals {
  readonly files: readonly CaptureFile[]
  /** LINKTYPE_ numbers, in order of appearance. */
  readonly linkTypes: readonly number[]
  readonly frames: number
  /** Bytes of the frames as captured. */
  readonly frameBytes: number
  readonly truncatedFrames: number
  /** As the capture states it; null where no file has a drop counter. */
  readonly droppedFrames: number | null
  /** Of the file that begins earliest its first frame's, and of the one that ends latest its last frame's: files may come in any order. */
  readonly firstTime: number | null
  readonly lastTime: number | null
  /** All TCP connections, those of them with a port that carries MQTT, and those that carried it. */
  readonly streams: number
  readonly expectedStreams: number
  readonly mqttStreams: number
  /** Those that begin with TLS, or with HTTP, which may become a WebSocket: what is inside cannot be read. */
  readonly otherStreams: OtherStreams
  /** Connections that began before the capture, to ports that were not named but carry MQTT: how many were left out, by port. */
  readonly leftOutByPort: ReadonlyMap<number, number>
  /** MQTT packets by type (`UNFRAMED` is not among them), and runs of unframed bytes. */
  readonly packetTypes: ReadonlyMap<string, number>
  readonly packets: number
  readonly unframed: number
  readonly malformedPackets: number
  readonly problems: { readonly error: number; readonly warning: number; readonly note: number }
  /** Exchanges by kind and outcome (`publish-qos1 complete`), answers that nothing had asked for, and exchanges not followed because of a limit. */
  readonly exchanges: ReadonlyMap<string, number>
  readonly unexpected: number
  readonly exchangesLeftOut: number
  /** Sessions of clients that were forgotten because there were too many, or the client was away for long: what they had begun has no end, and what comes after is taken for new. */
  readonly sessionsForgotten: number
  /** Subscriptions and publications that were not followed across clients because of a limit. */
  readonly subscriptionsLeftOut: number
  readonly publicationsLeftOut: number
  readonly gaps: number
  readonly gapBytes: number
  readonly retransmissions: number
  readonly captureProblems: readonly { readonly file: string; readonly problem: CaptureProblem }[]
}

/**
 * The stages wired together: bytes of capture files in, PacketEvents out.
 *
 * `begin` starts the next file, `push` takes its bytes as they come (each chunk is used only during the call), `finish` ends the capture.
 * Synchronous; throws only on programmer mistakes.
 *
 * A live capture calls `tick` each second as well, so that silence is noticed. `time` is as Frame.time, read from a clock that is never set, and two seconds behind:
 * so late a frame may still come. A tick is no frame, and one that is behind the newest frame says nothing (tick-clock.ts).
 */
export interface Pipeline {
  begin(file: string): void
  push(chunk: Uint8Array): void
  tick(time: number): void
  finish(): void
  readonly totals: CaptureTotals
  /** Connections with MQTT packets that have not ended, in order of their first frames; none where connections are not followed. Not for the hot path. */
  readonly openConnections: readonly NetworkConnection[]
  /**
   * Where a byte of a packet's buffer is: its offset in all bytes pushed so far, over all files. -1 where the buffer is a copy; then the packet's pieces tell, if
   * `PipelineOptions.locates`. Only while the packet is told.
   */
  positionOf(buffer: Uint8Array, index: number): number
  /** How far the capture has come: the time of its newest frame, or that of a tick since then. NaN before the first timed frame. */
  readonly now: number
  /** The absolute time of `time === 0`; null before the first timed frame. */
  readonly clock: CaptureClock | null
  /** True once nothing more can be read from the current file: its remaining bytes need not be pushed. */
  readonly stopped: boolean
}

export function createPipeline(options: PipelineOptions, sink: PipelineSink): Pipeline {
  return new WiredPipeline(options, sink)
}

class WiredPipeline implements Pipeline, CaptureSink {
  readonly #sink: PipelineSink
  readonly #capture: CaptureParser
  readonly #network: NetworkDecoder
  readonly #tcp: ConnectionTable
  readonly #mqtt: MqttDissector
  readonly #sessions: SessionTracker | null
  readonly #files: CaptureFile[] = []
  /** Bytes of the files before the current one, and of that one so far. */
  #filesBefore = 0
  #pushed = 0
  readonly #linkTypes = new Set<number>()
  readonly #dropped = new Map<number, number>()
  readonly #captureProblems: { file: string; problem: CaptureProblem }[] = []
  #frames = 0
  /** Frame bytes so far, and the last known time: doubles that change with every frame, so they have a place that is not made anew each time. */
  readonly #running = Float64Array.of(0, NO_TIME)
  readonly #ticks = new TickClock()
  readonly #hours = new ElapsedHours()
  #truncatedFrames = 0
  #firstTime: number | null = null
  /** The latest of the times with which the files before this one ended. */
  #lastBefore = -Infinity
  /** The current file has had no frame with a time. */
  #untimed = true
  /** By the type nibble of byte 1; RESERVED, which 15 is before 5.0, apart. */
  readonly #types = new Float64Array(16)
  #reserved = 0
  #packets = 0
  #unframed = 0
  #malformed = 0
  readonly #problems = { error: 0, warning: 0, note: 0 }

  constructor(options: PipelineOptions, sink: PipelineSink) {
    this.#sink = sink
    const limits = { ...LIMITS.mqtt, payloadKept: options.payloadKept ?? LIMITS.mqtt.payloadKept }
    const follows = sink.exchange !== undefined || sink.connection !== undefined || sink.delivery !== undefined
    this.#sessions = follows ? new SessionTracker(sink, LIMITS.session, options) : null
    const dissected = options.locates === true ? { ...options, locate: (buffer: Uint8Array, index: number) => this.positionOf(buffer, index) } : options
    this.#mqtt = new MqttDissector((event) => this.#packet(event), dissected, limits, this.#sessions)
    this.#tcp = new ConnectionTable(this.#mqtt, LIMITS.tcp)
    this.#network = new NetworkDecoder((segment) => this.#tcp.push(segment), (problem) => sink.networkProblem(problem), LIMITS.network)
    this.#capture = new CaptureParser(this, LIMITS.capture)
  }

  begin(file: string): void {
    this.#capture.begin()
    this.#filesBefore += this.#pushed
    this.#pushed = 0
    this.#files.push({ name: file, format: null })
    if (!this.#untimed) this.#lastBefore = Math.max(this.#lastBefore, this.#running[1]!)
    this.#untimed = true
  }

  push(chunk: Uint8Array): void {
    // What is kept of it is copied with `slice`. Of a Buffer, as streams of Node bring it, that makes no copy: it keeps the whole chunk, or changes with it.
    const bytes = chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#tcp.lend(bytes)
    this.#capture.push(bytes)
    this.#tcp.settle()
    this.#pushed += bytes.length
    const file = this.#files[this.#files.length - 1]
    if (file !== undefined) file.format = this.#capture.format
    const time = this.#running[1]!
    if (time < this.#ticks.now) this.#ticks.contradicted(time)
    this.#passHours(time)
  }

  tick(time: number): void {
    const now = this.#ticks.tick(time, this.#running[1]!)
    if (now === null) return
    this.#sink.tick?.(now)
    this.#tcp.tick(this.#frames, now)
    this.#sessions?.tick(now)
    this.#passHours(now)
  }

  finish(): void {
    this.#capture.finish()
    this.#network.finish()
    const time = this.now
    this.#sink.captureEnds?.(time)
    this.#sessions?.finish()
    this.#tcp.finish(this.#frames, time)
    this.#sessions?.end()
  }

  /** Once for each chunk is often enough. */
  #passHours(time: number): void {
    if (!this.#hours.pass(time)) return
    this.#tcp.hour(this.#frames, time)
    this.#sessions?.hour()
  }

  get openConnections(): readonly NetworkConnection[] {
    const open = this.#tcp.held.flatMap(({ attachment }) => {
      const connection = attachment === null ? null : knownConnection(attachment as MqttConnection)
      return connection !== null && connection.closing === null && connection.client.packets + connection.server.packets > 0 ? connection : []
    })
    return open.sort((one, other) => one.mqtt.tcp.stream - other.mqtt.tcp.stream)
  }

  positionOf(buffer: Uint8Array, index: number): number {
    const position = this.#capture.positionOf(buffer, index)
    return position < 0 ? -1 : this.#filesBefore + position
  }

  get now(): number {
    return this.#ticks.newest(this.#running[1]!)
  }

  get clock(): CaptureClock | null {
    return this.#capture.clock
  }

  get stopped(): boolean {
    return this.#capture.stopped
  }

  get totals(): CaptureTotals {
    let dropped: number | null = null
    for (const total of this.#dropped.values()) dropped = (dropped ?? 0) + total
    return {
      files: this.#files,
      linkTypes: [...this.#linkTypes],
      frames: this.#frames,
      frameBytes: this.#running[0]!,
      truncatedFrames: this.#truncatedFrames,
      droppedFrames: dropped,
      firstTime: this.#firstTime,
      lastTime: Number.isNaN(this.#running[1]!) ? null : Math.max(this.#lastBefore, this.#running[1]!),
      streams: this.#tcp.streams,
      expectedStreams: this.#mqtt.expectedStreams,
      mqttStreams: this.#mqtt.mqttStreams,
      leftOutByPort: this.#mqtt.leftOutByPort,
      otherStreams: { ...this.#mqtt.otherStreams },
      packetTypes: this.#packetTypes(),
      packets: this.#packets,
      unframed: this.#unframed,
      malformedPackets: this.#malformed,
      problems: this.#problems,
      exchanges: this.#sessions?.ended ?? new Map<string, number>(),
      unexpected: this.#sessions?.unexpected ?? 0,
      exchangesLeftOut: this.#sessions?.leftOut ?? 0,
      sessionsForgotten: this.#sessions?.forgottenSessions ?? 0,
      subscriptionsLeftOut: this.#sessions?.subscriptionsLeftOut ?? 0,
      publicationsLeftOut: this.#sessions?.deliveries?.leftOut ?? 0,
      gaps: this.#tcp.gaps,
      gapBytes: this.#tcp.gapBytes,
      retransmissions: this.#tcp.retransmissions,
      captureProblems: this.#captureProblems,
    }
  }

  // --- CaptureSink ---

  frame(frame: Frame): void {
    this.#frames = frame.number
    const captured = frame.end - frame.start
    this.#running[0]! += captured
    if (captured < frame.originalLength) this.#truncatedFrames++
    if (frame.time === frame.time) {
      this.#running[1] = frame.time
      if (this.#untimed) this.#timed(frame.time)
    }
    this.#network.push(frame)
  }

  /** The first frame of a file that has a time. */
  #timed(time: number): void {
    this.#untimed = false
    if (this.#firstTime === null || time < this.#firstTime) this.#firstTime = time
  }

  interface(description: CaptureInterface): void {
    this.#linkTypes.add(description.linkType)
  }

  problem(problem: CaptureProblem): void {
    const file = this.#files[this.#files.length - 1]?.name ?? ''
    this.#captureProblems.push({ file, problem })
    this.#sink.captureProblem(file, problem)
  }

  dropped(interfaceId: number, total: number): void {
    this.#dropped.set(interfaceId, total)
  }

  // --- packets ---

  #packet(event: PacketEvent): void {
    // UNFRAMED alone has no bytes. Of fifteen shapes of packets, to ask the packet itself for its type would take longer.
    if (event.start === event.end) this.#unframed++
    else {
      this.#packets++
      const type = event.buffer[event.start]! >> 4
      if (type > 0 && (type < 15 || event.packet.type === 'AUTH')) this.#types[type]!++
      else this.#reserved++
      if (event.problems.length > 0) this.#countProblems(event.problems)
    }
    const exchange = this.#sessions === null ? null : this.#sessions.packet(event)
    this.#sink.packet(event, exchange)
  }

  #packetTypes(): Map<string, number> {
    const counts = new Map<string, number>()
    for (let type = 1; type < 16; type++) if (this.#types[type]! > 0) counts.set(PACKET_TYPES[type]!, this.#types[type]!)
    if (this.#reserved > 0) counts.set('RESERVED', this.#reserved)
    return counts
  }

  #countProblems(problems: readonly Problem[]): void {
    let malformed = false
    for (const { severity } of problems) {
      this.#problems[severity]++
      if (severity === 'error') malformed = true
    }
    if (malformed) this.#malformed++
  }
}
