import { LIMITS } from '../../src/analysis/limits.ts'
import { FieldReader } from '../../src/analysis/fields/field-reader.ts'
import type { CaptureClock } from '../../src/capture/frame.ts'
import { MqttConnection } from '../../src/mqtt/connection.ts'
import { connectVersion, PacketDecoder } from '../../src/mqtt/decoder.ts'
import { decodeFields } from '../../src/mqtt/detail.ts'
import type { PacketEvent, UnframedReason } from '../../src/mqtt/packet-event.ts'
import type { Text } from '../../src/mqtt/packet.ts'
import type { Direction, Version } from '../../src/mqtt/version.ts'
import { Endpoint, type TcpConnection } from '../../src/tcp/connection.ts'

/** Packet events from bytes that the tests write, decoded as the pipeline decodes them. */

/** 2023-11-14T22:13:20.123456789Z */
export const CLOCK: CaptureClock = { epochSeconds: 1_700_000_000, epochNanoseconds: 123_456_789 }

export interface Around {
  readonly version?: Version | null
  readonly direction?: Direction | null
  /** Null where it is not known. */
  readonly clientIdentifier?: Text | null
  readonly number?: number
  readonly frame?: number
  readonly time?: number
  readonly stream?: number
  readonly ipv6?: boolean
  readonly resolvedTopicName?: PacketEvent['resolvedTopicName']
}

const decoder = new PacketDecoder(LIMITS.mqtt)
let packets = 0

/** A client at 10.0.0.21:50122 (or 2001:db8::21) and a server at 10.0.0.2:1883 (or 2001:db8::2). */
export function connectionOf({ version = '5.0', clientIdentifier = 'plc-7', stream = 3, ipv6 = false }: Around = {}): MqttConnection {
  const client = ipv6 ? new Endpoint(6, 0x20010db8, 0, 0, 0x21, 50_122) : new Endpoint(4, 0x0a000015, 0, 0, 0, 50_122)
  const server = ipv6 ? new Endpoint(6, 0x20010db8, 0, 0, 0x02, 1883) : new Endpoint(4, 0x0a000002, 0, 0, 0, 1883)
  const connection = new MqttConnection({ stream, endpoints: [client, server] } as unknown as TcpConnection)
  connection.client = 0
  connection.version = version
  connection.versionCertainty = version === null ? null : 'seen'
  connection.clientIdentifier = clientIdentifier ?? undefined
  return connection
}

/** The bytes stand in the middle of a larger buffer, as in a capture. */
export function packetEvent(bytes: readonly number[], around: Around = {}): PacketEvent {
  const { direction = 'client-to-server', resolvedTopicName } = around
  const buffer = Uint8Array.of(0xaa, 0xbb, ...bytes, 0xcc)
  const start = 2
  const end = start + bytes.length
  const connection = connectionOf(around)
  const packet = decoder.decode(buffer, start, end, bytes.length, connection.version ?? '3.1.1', direction, null)
  if (packet.type === 'CONNECT') connection.version = connectVersion(packet) ?? connection.version
  return { ...placed(connection, around), length: bytes.length, packet, problems: decoder.problems, resolvedTopicName, buffer, start, end }
}

export function unframedEvent(reason: UnframedReason, around: Around = {}): PacketEvent {
  const bytes = { length: 100, buffer: new Uint8Array(0), start: 0, end: 0 }
  return { ...placed(connectionOf(around), around), ...bytes, packet: { type: 'UNFRAMED', reason }, problems: [], resolvedTopicName: undefined }
}

function placed(connection: MqttConnection, { direction = 'client-to-server', number = ++packets, frame = 42, time = 1_500_000_003_456 }: Around) {
  return {
    number, frame, time, firstSeenFrame: frame - 1, firstSeenTime: time - 1000, connection, sender: direction === 'server-to-client' ? 1 as const : 0 as const,
    direction, version: connection.version, versionCertainty: connection.versionCertainty, pieces: null, position: -1, acknowledged: -1, acknowledgedTime: NaN, streamEnd: 0, segmentEnd: 0, filledHole: false, missing: 0, lostBefore: 0,
  }
}

export function readerOf(clock: CaptureClock | null = CLOCK): FieldReader {
  return new FieldReader({ clock: () => clock, decodeFields: (event) => decodeFields(decoder, event) })
}

// ---- Bytes

const encoder = new TextEncoder()

export function ascii(text: string): number[] {
  return [...encoder.encode(text)]
}

/** Length-prefixed, MQTT 5.0 §1.5.4. */
export function field(content: string | readonly number[]): number[] {
  const bytes = typeof content === 'string' ? ascii(content) : content
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes]
}

/** Byte 1, a Remaining Length, and the parts behind it. */
export function packet(byte1: number, ...parts: readonly (number | readonly number[])[]): number[] {
  const body = parts.flat()
  const length: number[] = []
  let rest = body.length
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return [byte1, ...length, ...body]
}

/** A block of properties with its length. */
export function block(...properties: readonly (readonly number[])[]): number[] {
  const bytes = properties.flat()
  if (bytes.length > 127) throw new Error('block: too long for one byte')
  return [bytes.length, ...bytes]
}
