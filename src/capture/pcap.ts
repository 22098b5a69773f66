import { u16, u32 } from './integers.ts'
import type { RecordParser } from './record-parser.ts'
import type { WholeCapture } from './whole-capture.ts'
import { grouped } from '../bytes/number-text.ts'
import { bytesInWords, framesKept } from './wording.ts'

/**
 * Classic pcap files (draft-ietf-opsawg-pcap): microseconds or nanoseconds, either byte order, and the variant with longer record headers.
 *
 * Hands every whole record to the sink as a Frame that points into the bytes given. Trusts no length: a record longer than the file's own snapshot
 * length and longer than any frame stops the reading. Never looks inside a frame.
 */

interface Variant {
  readonly magic: number
  readonly nanosecondsPerUnit: number
  readonly recordHeader: number
}

const VARIANTS: readonly Variant[] = [
  { magic: 0xa1b2c3d4, nanosecondsPerUnit: 1_000, recordHeader: 16 },
  { magic: 0xa1b23c4d, nanosecondsPerUnit: 1, recordHeader: 16 },
  // Written by patched versions of libpcap around 2000 ("modified"): interface index, protocol and packet type follow the lengths.
  { magic: 0xa1b2cd34, nanosecondsPerUnit: 1_000, recordHeader: 24 },
]

// draft-ietf-opsawg-pcap §4, file header.
const FILE_HEADER = 24
const MAJOR_VERSION = 4
const MINOR_VERSION = 6
const SNAP_LENGTH = 16
const LINK_TYPE = 20

// §5, record header.
const FRACTION = 4
const CAPTURED_LENGTH = 8
const ORIGINAL_LENGTH = 12

/** A parser for the pcap file whose first four bytes are at `start`, or null where they are no magic number of pcap. */
export function openPcap(bytes: Uint8Array, start: number, whole: WholeCapture): PcapParser | null {
  const little = u32(bytes, start, true)
  const big = u32(bytes, start, false)
  for (const variant of VARIANTS) {
    if (little === variant.magic) return new PcapParser(whole, variant, true)
    if (big === variant.magic) return new PcapParser(whole, variant, false)
  }
  return null
}

export class PcapParser implements RecordParser {
  readonly format = 'pcap'
  needed = FILE_HEADER
  stopped = false
  readonly #whole: WholeCapture
  readonly #little: boolean
  readonly #nanosecondsPerUnit: number
  readonly #recordHeader: number
  #headerRead = false
  #linkType = 0
  #interfaceId = 0
  #largestFrame = 0

  constructor(whole: WholeCapture, variant: Variant, little: boolean) {
    this.#whole = whole
    this.#little = little
    this.#nanosecondsPerUnit = variant.nanosecondsPerUnit
    this.#recordHeader = variant.recordHeader
  }

  parse(buffer: Uint8Array, start: number, end: number, origin: number): number {
    let at = start
    if (!this.#headerRead) {
      if (end - at < FILE_HEADER) return at
      this.#readFileHeader(buffer, at, origin)
      if (this.stopped) return end
      at += FILE_HEADER
    }
    const whole = this.#whole
    const { frame, sink, epochParts } = whole
    const little = this.#little
    const header = this.#recordHeader
    const unit = this.#nanosecondsPerUnit
    const largest = this.#largestFrame
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    frame.buffer = buffer
    frame.linkType = this.#linkType
    frame.interfaceId = this.#interfaceId
    while (end - at >= header) {
      const captured = view.getUint32(at + CAPTURED_LENGTH, little)
      if (captured > largest) {
        this.#impossibleLength(origin + at, captured)
        return end
      }
      const next = at + header + captured
      if (next > end) {
        this.needed = header + captured
        return at
      }
      const seconds = view.getUint32(at, little)
      const nanoseconds = view.getUint32(at + FRACTION, little) * unit
      if (whole.clock === null) whole.startClock(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds))
      frame.time = (seconds - epochParts[0]!) * 1_000_000_000 + (nanoseconds - epochParts[1]!)
      frame.number++
      frame.start = at + header
      frame.end = next
      frame.originalLength = view.getUint32(at + ORIGINAL_LENGTH, little)
      sink.frame(frame)
      at = next
    }
    this.needed = header
    return at
  }

  finish(offset: number, left: number): void {
    if (!this.#headerRead) {
      this.#whole.problem('cut-off', offset + left, `the file ends at byte ${grouped(left)}, inside its ${FILE_HEADER}-byte pcap header`)
    } else if (left > 0) {
      const kept = framesKept(this.#whole.framesOfFile)
      this.#whole.problem('cut-off', offset, `the file ends inside a packet record that begins at byte ${grouped(offset)}; ${kept}`)
    }
  }

  #readFileHeader(buffer: Uint8Array, at: number, origin: number): void {
    const major = u16(buffer, at + MAJOR_VERSION, this.#little)
    if (major !== 2) {
      const minor = u16(buffer, at + MINOR_VERSION, this.#little)
      this.#whole.problem('unknown-format', origin + at + MAJOR_VERSION, `the file is pcap of version ${major}.${minor} (byte 4); only 2.x is known`)
      this.stopped = true
      return
    }
    const snapLength = u32(buffer, at + SNAP_LENGTH, this.#little)
    // §4: the low 16 bits are the link type; the others tell whether frames end with a frame check sequence.
    this.#linkType = u32(buffer, at + LINK_TYPE, this.#little) & 0xffff
    this.#interfaceId = this.#whole.addInterface(this.#linkType, snapLength, null)
    const { frameBytes, recordBytes } = this.#whole.limits
    this.#largestFrame = Math.min(Math.max(frameBytes, snapLength), recordBytes)
    this.#headerRead = true
  }

  #impossibleLength(offset: number, captured: number): void {
    const most = bytesInWords(this.#largestFrame)
    const message = `the packet record at byte ${grouped(offset)} claims to hold ${bytesInWords(captured)}, where at most ${most} are possible`
    this.#whole.problem('impossible-length', offset, `${message}; ${framesKept(this.#whole.framesOfFile)}`)
    this.stopped = true
  }
}
