/** What mqtap sees in a capture. */
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { createPipeline, type CaptureTotals } from '../../src/analysis/pipeline.ts'
import type { CaptureClock } from '../../src/capture/frame.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import { IllFormedText, type Packet, type Properties, type Subscription, type Text } from '../../src/mqtt/packet.ts'
import type { Facts, SeenPacket } from './seen.ts'

/** Not a size that a file or a network would have, so that chunks end anywhere. */
const CHUNK_BYTES = 10_007

export interface MqtapReading {
  readonly packets: readonly SeenPacket[]
  /** Of packets; and of the capture and the network, with `packet` telling which. */
  readonly problems: readonly { readonly packet: string; readonly code: string }[]
  readonly unframed: readonly { readonly frame: number; readonly reason: string; readonly length: number }[]
  readonly totals: CaptureTotals
}

export async function readWithMqtap(file: string, port = 1883): Promise<MqtapReading> {
  const stored = await readFile(file)
  const bytes = file.endsWith('.gz') ? gunzipSync(stored) : stored
  const ports = new Uint8Array(65_536)
  ports[port] = 1
  const packets: SeenPacket[] = []
  const problems: { packet: string; code: string }[] = []
  const unframed: { frame: number; reason: string; length: number }[] = []
  const pipeline = createPipeline({ ports, version: null }, {
    packet(event) {
      const { packet } = event
      if (packet.type === 'UNFRAMED') {
        unframed.push({ frame: event.frame, reason: packet.reason, length: event.length })
      } else {
        packets.push({ stream: event.connection.tcp.stream, frame: event.frame, type: packet.type, facts: { time: absoluteTime(pipeline.clock!, event.time), ...factsOf(packet, event) } })
        for (const { code } of event.problems) problems.push({ packet: packet.type, code })
      }
    },
    captureProblem(_, { code }) {
      problems.push({ packet: 'capture', code })
    },
    networkProblem({ code }) {
      problems.push({ packet: 'network', code })
    },
  })
  pipeline.begin(file)
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) pipeline.push(bytes.subarray(start, start + CHUNK_BYTES))
  pipeline.finish()
  return { packets, problems, unframed, totals: pipeline.totals }
}

const NANOSECONDS = 1_000_000_000n

/** Seconds since 1970 with nine decimals. */
function absoluteTime({ epochSeconds, epochNanoseconds }: CaptureClock, time: number): string {
  const total = BigInt(epochSeconds) * NANOSECONDS + BigInt(epochNanoseconds) + BigInt(time)
  return `${total / NANOSECONDS}.${String(total % NANOSECONDS).padStart(9, '0')}`
}

function factsOf(packet: Packet, event: PacketEvent): Facts {
  return present({ length: String(event.length), flags: String(packet.type === 'PUBLISH' ? event.buffer[event.start]! & 0x0f : packet.flags), ...ownFacts(packet, event) })
}

type Possible = { readonly [name in keyof Facts]: string | undefined }

function ownFacts(packet: Packet, event: PacketEvent): Possible {
  switch (packet.type) {
    case 'CONNECT':
      return {
        protocolName: text(packet.protocolName), protocolLevel: byte(packet.protocolLevel), connectFlags: byte(packet.connectFlags),
        keepAlive: number(packet.keepAlive), properties: properties(packet.properties), clientIdentifier: text(packet.clientIdentifier),
        willProperties: properties(packet.will?.properties), willTopic: text(packet.will?.topic), willPayload: hex(packet.will?.payload),
        userName: text(packet.userName), password: hex(packet.password),
      }
    case 'CONNACK':
      return {
        sessionPresent: packet.sessionPresent === undefined ? undefined : String(Number(packet.sessionPresent)),
        reasonCodes: number(packet.reasonCode), properties: properties(packet.properties),
      }
    case 'PUBLISH': {
      const { payloadStart, payloadLength } = packet
      const at = event.start + payloadStart
      return {
        topics: text(packet.topicName), resolvedTopic: text(event.resolvedTopicName), packetIdentifier: number(packet.packetIdentifier),
        properties: properties(packet.properties), payload: payloadStart < 0 ? undefined : hex(event.buffer.subarray(at, at + payloadLength)),
      }
    }
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return { packetIdentifier: number(packet.packetIdentifier), reasonCodes: number(packet.reasonCode), properties: properties(packet.properties) }
    case 'SUBSCRIBE':
      return {
        packetIdentifier: number(packet.packetIdentifier), properties: properties(packet.properties),
        topics: packet.subscriptions.map(({ topicFilter }) => text(topicFilter)).join(' '), options: packet.subscriptions.map(options).join(' '),
      }
    case 'SUBACK':
    case 'UNSUBACK':
      return { packetIdentifier: number(packet.packetIdentifier), properties: properties(packet.properties), reasonCodes: packet.reasonCodes.join(' ') || undefined }
    case 'UNSUBSCRIBE':
      return { packetIdentifier: number(packet.packetIdentifier), properties: properties(packet.properties), topics: packet.topicFilters.map(text).join(' ') }
    case 'DISCONNECT':
    case 'AUTH':
      return { reasonCodes: number(packet.reasonCode), properties: properties(packet.properties) }
    case 'PINGREQ':
    case 'PINGRESP':
    case 'RESERVED':
      return {}
  }
}

function present(facts: Possible): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts
}

function number(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function byte(value: number | undefined): string | undefined {
  return value === undefined ? undefined : value.toString(16).padStart(2, '0')
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')
}

function text(value: Text | undefined): string | undefined {
  if (value === undefined) return undefined
  return value instanceof IllFormedText ? value.hex : Buffer.from(value).toString('hex')
}

/** The options byte (5.0 §3.8.3.1); before 5.0 the QoS alone. */
function options({ qos, noLocal, retainAsPublished, retainHandling }: Subscription): string | undefined {
  if (qos === undefined) return undefined
  return byte(qos | (Number(noLocal ?? false) << 2) | (Number(retainAsPublished ?? false) << 3) | ((retainHandling ?? 0) << 4))
}

function properties(block: Properties): string | undefined {
  return block?.map(({ id, value }) => `${id}=${propertyText(value)}`).join(' ') || undefined
}

function propertyText(value: NonNullable<Properties>[number]['value']): string {
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return hex(value)!
  if (typeof value === 'string' || value instanceof IllFormedText) return text(value)!
  return value.map(text).join(',')
}
