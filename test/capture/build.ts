import { LIMITS } from '../../src/analysis/limits.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import type { CaptureInterface, CaptureProblem, CaptureSink, Frame } from '../../src/capture/frame.ts'
import type { CaptureLimits } from '../../src/capture/whole-capture.ts'

/** Builders of capture files, byte by byte, and a reader that turns what a parser reports into plain values. */

export type Order = 'little' | 'big'

export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** A frame's bytes: `size` of them, counting up from `first`. */
export function data(size: number, first = 0xa0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (first + index) & 0xff)
}

export function u16(order: Order, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2))
  view.setUint16(0, value, order === 'little')
  return new Uint8Array(view.buffer)
}

export function u32(order: Order, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value, order === 'little')
  return new Uint8Array(view.buffer)
}

export function u64(order: Order, value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt.asUintN(64, value), order === 'little')
  return new Uint8Array(view.buffer)
}

// pcap

export const MICROSECONDS = 0xa1b2c3d4
export const NANOSECONDS = 0xa1b23c4d
export const MODIFIED = 0xa1b2cd34

export interface PcapHeader {
  readonly magic?: number
  readonly major?: number
  readonly snapLength?: number
  readonly linkType?: number
}

export function pcapHeader(order: Order, { magic = MICROSECONDS, major = 2, snapLength = 65_535, linkType = 1 }: PcapHeader = {}): Uint8Array {
  return join(u32(order, magic), u16(order, major), u16(order, 4), u32(order, 0), u32(order, 0), u32(order, snapLength), u32(order, linkType))
}

export interface Stamp {
  readonly seconds: number
  readonly fraction: number
}

export function pcapRecord(order: Order, { seconds, fraction }: Stamp, captured: Uint8Array, originalLength = captured.length): Uint8Array {
  return join(u32(order, seconds), u32(order, fraction), u32(order, captured.length), u32(order, originalLength), captured)
}

/** The record of a modified file: interface index, protocol, packet type and a byte of padding behind the lengths. */
export function modifiedRecord(order: Order, { seconds, fraction }: Stamp, captured: Uint8Array): Uint8Array {
  const lengths = join(u32(order, captured.length), u32(order, captured.length))
  return join(u32(order, seconds), u32(order, fraction), lengths, u32(order, 3), u16(order, 0x0800), bytes(4, 0), captured)
}

// pcapng

export function block(order: Order, type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = join(...body)
  const padded = join(content, new Uint8Array(-content.length & 3))
  return join(u32(order, type), u32(order, padded.length + 12), padded, u32(order, padded.length + 12))
}

export function option(order: Order, code: number, value: Uint8Array): Uint8Array {
  return join(u16(order, code), u16(order, value.length), value, new Uint8Array(-value.length & 3))
}

export const END_OF_OPTIONS = bytes(0, 0, 0, 0)

/** A Section Header Block. `length` is the section's, unknown unless given. */
export function section(order: Order, { length = -1n, major = 1, options = [] }: { length?: bigint; major?: number; options?: readonly Uint8Array[] } = {}): Uint8Array {
  return block(order, 0x0a0d0d0a, u32(order, 0x1a2b3c4d), u16(order, major), u16(order, 0), u64(order, length), ...options)
}

export function interfaceBlock(order: Order, linkType = 1, options: readonly Uint8Array[] = [], snapLength = 0): Uint8Array {
  return block(order, 1, u16(order, linkType), u16(order, 0), u32(order, snapLength), ...options)
}

export function timeResolution(order: Order, value: number): Uint8Array {
  return option(order, 9, bytes(value))
}

export function timeOffset(order: Order, seconds: bigint): Uint8Array {
  return option(order, 14, u64(order, seconds))
}

function ticks(order: Order, value: bigint): Uint8Array {
  return join(u32(order, Number(BigInt.asUintN(64, value) >> 32n)), u32(order, Number(value & 0xffffffffn)))
}

export interface PacketOptions {
  readonly interfaceId?: number
  readonly originalLength?: number
  readonly capturedLength?: number
  readonly options?: readonly Uint8Array[]
  /** Only the old Packet Block. */
  readonly drops?: number
}

export function enhancedPacket(order: Order, time: bigint, captured: Uint8Array, also: PacketOptions = {}): Uint8Array {
  const { interfaceId = 0, originalLength = captured.length, capturedLength = captured.length, options = [] } = also
  const lengths = join(u32(order, capturedLength), u32(order, originalLength))
  return block(order, 6, u32(order, interfaceId), ticks(order, time), lengths, captured, new Uint8Array(-captured.length & 3), ...options)
}

export function oldPacket(order: Order, time: bigint, captured: Uint8Array, also: PacketOptions = {}): Uint8Array {
  const { interfaceId = 0, originalLength = captured.length, capturedLength = captured.length, options = [], drops = 0xffff } = also
  const lengths = join(u32(order, capturedLength), u32(order, originalLength))
  return block(order, 2, u16(order, interfaceId), u16(order, drops), ticks(order, time), lengths, captured, new Uint8Array(-captured.length & 3), ...options)
}

export function simplePacket(order: Order, captured: Uint8Array, originalLength = captured.length): Uint8Array {
  return block(order, 3, u32(order, originalLength), captured)
}

export function statistics(order: Order, interfaceId: number, options: readonly Uint8Array[]): Uint8Array {
  return block(order, 5, u32(order, interfaceId), ticks(order, 0n), ...options)
}

export function secrets(order: Order, type: number, value: Uint8Array, stated = value.length): Uint8Array {
  return block(order, 0x0a, u32(order, type), u32(order, stated), value)
}

// What a parser found, as plain values.

export interface SeenFrame {
  readonly number: number
  readonly time: number
  readonly linkType: number
  readonly interfaceId: number
  readonly hex: string
  readonly originalLength: number
}

export interface Seen {
  readonly frames: SeenFrame[]
  readonly interfaces: CaptureInterface[]
  readonly problems: CaptureProblem[]
  readonly dropped: [number, number][]
  parser: CaptureParser
}

export class Recorder implements CaptureSink {
  readonly frames: SeenFrame[] = []
  readonly interfaces: CaptureInterface[] = []
  readonly problems: CaptureProblem[] = []
  readonly drops: [number, number][] = []

  frame(frame: Frame): void {
    const { number, time, linkType, interfaceId, buffer, start, end, originalLength } = frame
    this.frames.push({ number, time, linkType, interfaceId, hex: hex(buffer.subarray(start, end)), originalLength })
  }

  interface(description: CaptureInterface): void {
    this.interfaces.push(description)
  }

  problem(problem: CaptureProblem): void {
    this.problems.push(problem)
  }

  dropped(interfaceId: number, total: number): void {
    this.drops.push([interfaceId, total])
  }
}

export function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

/** Reads files, each given as the chunks it comes in. Each chunk is overwritten after its call, as an input that uses its buffers again does. */
export function read(files: readonly (readonly Uint8Array[])[], limits: CaptureLimits = LIMITS.capture): Seen {
  const recorder = new Recorder()
  const parser = new CaptureParser(recorder, limits)
  for (const chunks of files) {
    parser.begin()
    for (const chunk of chunks) {
      const lent = chunk.slice()
      parser.push(lent)
      lent.fill(0xee)
    }
  }
  parser.finish()
  return { frames: recorder.frames, interfaces: recorder.interfaces, problems: recorder.problems, dropped: recorder.drops, parser }
}

export function readWhole(file: Uint8Array, limits?: CaptureLimits): Seen {
  return read([[file]], limits)
}

/** All that must be the same however a file is cut. */
export function found({ frames, interfaces, problems, dropped, parser }: Seen): unknown {
  const { clock, format, comments, commentsLeftOut, secrets: kept, secretsLeftOut } = parser
  return { frames, interfaces, problems, dropped, clock, format, comments, commentsLeftOut, secretsLeftOut, secrets: kept.map(({ type, data: value }) => [type, hex(value)]) }
}
