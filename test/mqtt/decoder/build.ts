/** Small builders of packets for tests. */
import { FieldRecorder } from '../../../src/mqtt/field.ts'
import type { FieldNode } from '../../../src/mqtt/field.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import type { DecoderLimits } from '../../../src/mqtt/decoder.ts'
import type { Packet } from '../../../src/mqtt/packet.ts'
import type { Problem } from '../../../src/mqtt/problem.ts'
import type { Direction, Version } from '../../../src/mqtt/version.ts'

/** Small, so that tests reach the limits too. */
export const LIMITS: DecoderLimits = { payloadKept: 64, internedTexts: 64, internedBytes: 2_048, internedTextBytes: 40, problemsPerPacket: 50 }

/** `hex('30 0a')` */
export function hex(text: string): number[] {
  return (text.replace(/\s/g, '').match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}

export function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)]
}

export function uint16(value: number): number[] {
  return [value >> 8, value & 0xff]
}

/** Length-prefixed text. */
export function string(text: string): number[] {
  return binary(utf8(text))
}

/** Length-prefixed bytes. */
export function binary(bytes: readonly number[]): number[] {
  return [...uint16(bytes.length), ...bytes]
}

export function variableByteInteger(value: number): number[] {
  const bytes: number[] = []
  do {
    const rest = Math.floor(value / 128)
    bytes.push((value % 128) | (rest > 0 ? 0x80 : 0))
    value = rest
  } while (value > 0)
  return bytes
}

/** A block of properties with its length. */
export function properties(...parts: readonly (readonly number[])[]): number[] {
  const block = parts.flat()
  return [...variableByteInteger(block.length), ...block]
}

/** A packet with the Remaining Length that its parts make. */
export function packet(byte1: number, ...parts: readonly (readonly number[])[]): Uint8Array {
  const body = parts.flat()
  return Uint8Array.from([byte1, ...variableByteInteger(body.length), ...body])
}

/** The size that the Remaining Length declares; where it declares none, what there is. */
export function declaredLength(bytes: Uint8Array): number {
  let value = 0
  for (let at = 1; at < bytes.length && at <= 4; at++) {
    value += (bytes[at]! & 0x7f) * 128 ** (at - 1)
    if (bytes[at]! < 0x80) return 1 + at + value
  }
  return bytes.length
}

export interface Decoded {
  readonly packet: Packet
  readonly problems: readonly Problem[]
}

export interface DecodedWithFields extends Decoded {
  readonly fields: readonly FieldNode[]
}

const shared = new PacketDecoder(LIMITS)

/** Without a recorder. `length` is what the bytes declare. */
export function decode(bytes: Uint8Array, version: Version, direction: Direction | null = 'client-to-server', decoder = shared): Decoded {
  const packet = decoder.decode(bytes, 0, bytes.length, declaredLength(bytes), version, direction, null)
  return { packet, problems: decoder.problems }
}

export function decodeWithFields(bytes: Uint8Array, version: Version, direction: Direction | null = 'client-to-server', decoder = shared): DecodedWithFields {
  const recorder = new FieldRecorder()
  const packet = decoder.decode(bytes, 0, bytes.length, declaredLength(bytes), version, direction, recorder)
  return { packet, problems: decoder.problems, fields: recorder.take() }
}

export function codes(problems: readonly Problem[]): string[] {
  return problems.map((problem) => problem.code)
}

/** Every node of a tree, parents first. */
export function* walk(nodes: readonly FieldNode[]): Generator<FieldNode> {
  for (const node of nodes) {
    yield node
    yield* walk(node.children)
  }
}
