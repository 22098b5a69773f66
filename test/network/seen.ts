/** Runs frames through the decoder and says what came out, in a form that reads in a table. */
import { LIMITS } from '../../src/analysis/limits.ts'
import { formatEndpoint, formatIpv4, formatIpv6 } from '../../src/bytes/address.ts'
import { Frame } from '../../src/capture/frame.ts'
import { NetworkDecoder } from '../../src/network/network.ts'
import type { NetworkCounts } from '../../src/network/problems.ts'
import type { NetworkLimits } from '../../src/network/limits.ts'
import { TcpSegment, type NetworkProblem } from '../../src/network/segment.ts'

export interface Sent {
  readonly bytes: Uint8Array
  /** Where absent: as captured. */
  readonly originalLength?: number
  /** Nanoseconds; a millisecond after the frame before where absent. */
  readonly time?: number
  readonly linkType?: number
}

export interface Seen {
  /** `10.0.0.21:50122 > 10.0.0.2:1883 "hello"`, and how many bytes are missing of those on the wire. */
  readonly segments: string[]
  /** A copy of each segment as it was delivered, its buffer too. */
  readonly copies: TcpSegment[]
  readonly problems: NetworkProblem[]
  readonly counts: NetworkCounts
}

/** What lies around a frame in the read chunk; decoders must not look at it. */
const SURROUNDINGS = 0x45

export function see(frames: readonly Sent[], linkType: number, options: { surroundings?: number; limits?: Partial<NetworkLimits> } = {}): Seen {
  const segments: string[] = []
  const copies: TcpSegment[] = []
  const problems: NetworkProblem[] = []
  const decoder = new NetworkDecoder(
    (segment) => {
      segments.push(describeSegment(segment))
      copies.push(Object.assign(new TcpSegment(), segment, { buffer: segment.buffer.slice() }))
    },
    (problem) => problems.push(problem),
    { ...LIMITS.network, ...options.limits },
  )
  const frame = new Frame()
  frames.forEach((sent, index) => {
    const margin = 24
    frame.buffer = new Uint8Array(sent.bytes.length + 2 * margin).fill(options.surroundings ?? SURROUNDINGS)
    frame.buffer.set(sent.bytes, margin)
    frame.start = margin
    frame.end = margin + sent.bytes.length
    frame.originalLength = sent.originalLength ?? sent.bytes.length
    frame.linkType = sent.linkType ?? linkType
    frame.number = index + 1
    frame.time = sent.time ?? index * 1_000_000
    decoder.push(frame)
  })
  decoder.finish()
  return { segments, copies, problems, counts: decoder.counts }
}

export function describeSegment(segment: TcpSegment): string {
  const source = segment.family === 4 ? formatIpv4(segment.source0) : formatIpv6(segment.source0, segment.source1, segment.source2, segment.source3)
  const destination = segment.family === 4
    ? formatIpv4(segment.destination0)
    : formatIpv6(segment.destination0, segment.destination1, segment.destination2, segment.destination3)
  const payload = JSON.stringify(String.fromCharCode(...segment.buffer.subarray(segment.start, segment.end)))
  const missing = segment.length - (segment.end - segment.start)
  const ends = `${formatEndpoint(source, segment.sourcePort)} > ${formatEndpoint(destination, segment.destinationPort)}`
  return `${ends} ${payload}${missing === 0 ? '' : ` and ${missing} missing`}`
}
