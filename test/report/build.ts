import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { Endpoint } from '../../src/tcp/connection.ts'
import { MqttConnection } from '../../src/mqtt/connection.ts'
import type { CaptureClock } from '../../src/capture/frame.ts'
import type { Packet, Publish } from '../../src/mqtt/packet.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import type { Exchange, Step } from '../../src/session/exchange.ts'

/** PacketEvents by hand, for tests of renderers: only what a test is about has to be said. */

/** 2023-11-14T22:13:20.123456789Z */
export const CLOCK: CaptureClock = { epochSeconds: 1_700_000_000, epochNanoseconds: 123_456_789 }

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => parseInt(pair, 16))
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A client at 10.0.0.21:50122 that speaks MQTT 5.0 to 10.0.0.2:1883. */
export function connection(changes: Partial<MqttConnection> = {}, stream = 3): MqttConnection {
  const client = new Endpoint(4, 0x0a000015, 0, 0, 0, 50_122)
  const server = new Endpoint(4, 0x0a000002, 0, 0, 0, 1883)
  const made = new MqttConnection({ stream, endpoints: [client, server] } as never)
  made.client = 0
  made.version = '5.0'
  made.versionCertainty = 'seen'
  made.clientIdentifier = 'plc-7'
  return Object.assign(made, changes)
}

export function event(packet: PacketEvent['packet'], changes: Partial<PacketEvent> = {}): PacketEvent {
  const made = changes.connection ?? connection()
  const sender = changes.sender ?? 0
  return {
    number: 17,
    frame: 42,
    time: 12_004_118_000,
    firstSeenFrame: changes.frame ?? 42,
    firstSeenTime: changes.time ?? 12_004_118_000,
    connection: made,
    sender,
    direction: made.directionFrom(sender),
    version: made.version,
    versionCertainty: made.versionCertainty,
    length: 2,
    packet,
    problems: [],
    resolvedTopicName: undefined,
    buffer: new Uint8Array(0),
    start: 0,
    end: 0,
    pieces: null,
    position: -1,
    acknowledged: -1, acknowledgedTime: NaN, streamEnd: 0, segmentEnd: 0,
    filledHole: false,
    missing: 0, lostBefore: 0,
    ...changes,
  }
}

/** A PUBLISH event whose bytes are its payload alone, behind five bytes that stand for what comes before. */
export function publish(changes: Partial<Publish> = {}, payload: Uint8Array = ascii('21.5'), around: Partial<PacketEvent> = {}): PacketEvent {
  const packet: Packet = {
    type: 'PUBLISH', flags: 0, dup: false, qos: 0, retain: false, topicName: 'plant/7/temp', packetIdentifier: undefined, properties: undefined,
    payloadStart: 5, payloadLength: payload.length, ...changes,
  }
  const buffer = new Uint8Array(5 + payload.length)
  buffer.set(payload, 5)
  return event(packet, { buffer, start: 0, end: buffer.length, length: buffer.length, ...around })
}

const decoder = new PacketDecoder(LIMITS.mqtt)

/** The event of a packet given by its bytes, as the decoder reads them in the version of the connection. */
export function decoded(packetBytes: Uint8Array, changes: Partial<PacketEvent> = {}): PacketEvent {
  const made = changes.connection ?? connection()
  const version = changes.version === undefined ? made.version : changes.version
  const direction = changes.direction === undefined ? made.directionFrom(changes.sender ?? 0) : changes.direction
  const length = packetBytes.length
  const packet = decoder.decode(packetBytes, 0, length, length, version ?? '3.1.1', direction, null)
  return event(packet, { buffer: packetBytes, start: 0, end: length, length, problems: decoder.problems, ...changes })
}

/** A packet of `type` and flags (byte 1), with its Remaining Length in front of the parts. */
export function packetBytes(byte1: number, ...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const body = parts.flatMap((part) => [...part])
  if (body.length > 127) throw new Error('packetBytes: one byte of Remaining Length is enough for tests')
  return Uint8Array.from([byte1, body.length, ...body])
}

/** A length-prefixed text or bytes. */
export function prefixed(content: string | Uint8Array): Uint8Array {
  const inside = typeof content === 'string' ? ascii(content) : content
  return Uint8Array.from([inside.length >> 8, inside.length & 0xff, ...inside])
}

/** A step 42 frames and 12 s into the capture, `after` nanoseconds later. */
export function step(type: Step['type'], by: Step['by'], after = 0, changes: Partial<Step> = {}): Step {
  return { type, by, number: 17, frame: 42, time: 12_004_118_000 + after, dup: false, again: false, segments: 1, ...changes }
}

/** A PUBLISH of QoS 1 that plc-7 sent and the server acknowledged after 4.083 ms. */
export function exchange(changes: Partial<Exchange> = {}): Exchange {
  const steps = changes.steps ?? [step('PUBLISH', 'client'), step('PUBACK', 'server', 4_083_000, { number: 19, frame: 45 })]
  const duration = steps.length < 2 ? NaN : steps.at(-1)!.time - steps[0]!.time
  return {
    number: 12, connection: connection(), kind: 'publish-qos1', initiator: 'client', sender: changes.initiator === 'server' ? 1 : 0, packetIdentifier: 17,
    topic: 'plant/7/temp', filters: [], outcome: 'complete', reasonCode: 0, steps, duration: Number.isNaN(duration) ? null : duration,
    packets: steps.length, retransmitted: 0, resumed: 0, network: null, causes: [], certainty: 'certain', ...changes,
  }
}

export const QOS_2_STEPS: readonly Step[] = [
  step('PUBLISH', 'client'), step('PUBREC', 'server', 42_000, { number: 18, frame: 43 }), step('PUBREL', 'client', 41_020_000, { number: 20, frame: 46 }),
  step('PUBCOMP', 'server', 41_129_000, { number: 21, frame: 47 }),
]
