import type { CaptureClock, CaptureFormat, CaptureProblem } from '../capture/frame.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Version } from '../mqtt/version.ts'
import type { NetworkProblem } from '../network/segment.ts'

/** What the user chose; the same for every command that reads packets. */
export interface PipelineOptions {
  /** TCP ports that carry MQTT, as bits: `ports[port] === 1`. Other ports are MQTT where the client's first bytes are a CONNECT. */
  readonly ports: Uint8Array
  /** `--mqtt-version`: for connections whose CONNECT is not in the capture. */
  readonly version: Version | null
}

export interface PipelineSink {
  packet(event: PacketEvent): void
  captureProblem(file: string, problem: CaptureProblem): void
  networkProblem(problem: NetworkProblem): void
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
  readonly firstTime: number | null
  readonly lastTime: number | null
  /** All TCP connections, and those of them that carried MQTT. */
  readonly streams: number
  readonly mqttStreams: number
  /** MQTT packets by type (`UNFRAMED` is not among them), and runs of unframed bytes. */
  readonly packetTypes: ReadonlyMap<string, number>
  readonly packets: number
  readonly unframed: number
  readonly malformedPackets: number
  readonly problems: { readonly error: number; readonly warning: number; readonly note: number }
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
 */
export interface Pipeline {
  begin(file: string): void
  push(chunk: Uint8Array): void
  finish(): void
  readonly totals: CaptureTotals
  /** The absolute time of `time === 0`; null before the first timed frame. */
  readonly clock: CaptureClock | null
}
