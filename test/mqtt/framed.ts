/** A FramerHost that records what the framer finds as readable lines, without any decoder. */
import { AssemblyBudget, type Assembly } from '../../src/mqtt/assembly.ts'
import { Framer, type Carrier, type FramerHost, type FramerLimits } from '../../src/mqtt/framer.ts'
import type { UnframedReason } from '../../src/mqtt/packet-event.ts'
import type { End } from '../../src/tcp/connection.ts'
import type { Direction } from '../../src/mqtt/version.ts'
import { StreamData } from '../../src/tcp/stream-sink.ts'

const LIMITS: FramerLimits = { payloadKept: 8, decodedBytes: 64, searchWindow: 256, pieces: 16 }

export class Recording implements FramerHost {
  readonly lines: string[] = []
  readonly details: { frame: number; seenFrame: number; pieces: number[] }[] = []
  carrier: Carrier = 'unknown'
  readonly expected: boolean
  readonly syn: boolean
  readonly framer: Framer
  ignored = false
  #frame = 0

  constructor(options: { expected?: boolean; syn?: boolean; limits?: Partial<FramerLimits>; budget?: number } = {}) {
    this.expected = options.expected ?? true
    this.syn = options.syn ?? true
    this.framer = new Framer(this, 0, { ...LIMITS, ...options.limits }, new AssemblyBudget(options.budget ?? 1e6))
  }

  /** Each argument is one segment, as hex. */
  send(...segments: string[]): this {
    for (const hex of segments) this.sendBytes(fromHex(hex))
    return this
  }

  sendBytes(bytes: Uint8Array): void {
    const data = new StreamData()
    // Not at 0, so that a confusion of offsets shows; overwritten afterwards, so that a kept reference shows.
    data.buffer = new Uint8Array(bytes.length + 5)
    data.buffer.set(bytes, 3)
    data.start = 3
    data.end = 3 + bytes.length
    data.frame = data.seenFrame = ++this.#frame
    data.time = data.seenTime = this.#frame
    if (!this.ignored) this.framer.data(data, data.start)
    data.buffer.fill(0xee)
  }

  gap(length: number): this {
    this.framer.gap(length)
    return this
  }

  close(): this {
    this.framer.close()
    return this
  }

  direction(): Direction {
    return 'client-to-server'
  }
  fromBeginning(): boolean {
    return this.syn
  }
  recognised(_sender: End, carrier: Carrier): void {
    if (this.carrier !== 'mqtt-from-beginning') this.carrier = carrier
  }
  ignore(): void {
    this.ignored = true
  }
  /** PUBLISH with a topic that fits, and whatever else is no PUBLISH. */
  accuses(): boolean {
    return false
  }
  fits(_sender: End, bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes[start]! >> 4 !== 3) return true
    const topic = (bytes[start + 2]! << 8) | bytes[start + 3]!
    return topic > 0 && start + 4 + topic <= end
  }
  packet(_sender: End, bytes: Uint8Array, start: number, end: number, length: number, last: StreamData, assembly: Assembly | null, payloadValid: boolean | null, missing: number): void {
    const more = (end - start < length ? ` of ${length}` : '') + (payloadValid === null ? '' : payloadValid ? ' utf-8' : ' not-utf-8') + (missing > 0 ? ` missing ${missing}` : '')
    this.lines.push(toHex(bytes.subarray(start, end)) + more)
    this.details.push({ frame: last.frame, seenFrame: last.seenFrame, pieces: assembly?.segments.map((segment) => segment.seenFrame) ?? [] })
  }
  unframed(_sender: End, length: number, reason: UnframedReason): void {
    this.lines.push(`unframed ${length} ${reason}`)
  }
  payloadStart(_sender: End, bytes: Uint8Array, length: number): number {
    if (bytes[0]! >> 4 !== 3) return -1
    let at = 1
    while ((bytes[at]! & 0x80) !== 0) at++
    const start = at + 3 + ((bytes[at + 1]! << 8) | bytes[at + 2]!)
    return start <= length ? start : -1
  }
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.replace(/\s+/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
