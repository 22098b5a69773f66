import { toHex } from '../bytes/hex.ts'
import { flat } from './flat-text.ts'
import { jsonText, quoted } from './json-text.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Acknowledgement, Publish, Text } from '../mqtt/packet.ts'

/**
 * What a packet says, as JSON text straight away, for the packets that nearly all captures are made of: a PUBLISH and the acknowledgements, without
 * properties and problems. The same text as packet-json.ts makes of their objects (a test compares them), in half the time.
 */

/** Null where the packet is not one of these. */
export function frequentContentText(event: PacketEvent, exchange: number | null, payloadBytes: number): string | null {
  const { packet } = event
  if (event.problems.length > 0) return null
  switch (packet.type) {
    case 'PUBLISH': return publishText(packet, event, exchange, payloadBytes)
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': return acknowledgementText(packet, event.length, exchange)
    default: return null
  }
}

/** The flags of byte 1, by their number. */
const PUBLISH_FLAGS: readonly string[] = Array.from({ length: 16 }, (_, flags) =>
  flat(`,"fields":{"dup":${(flags & 8) !== 0},"qos":${(flags >> 1) & 3},"retain":${(flags & 1) !== 0},"topicName":`))

function publishText(packet: Publish, event: PacketEvent, exchange: number | null, payloadBytes: number): string | null {
  const { topicName, properties, payloadStart, payloadLength } = packet
  if (topicName === undefined || payloadStart < 0 || event.resolvedTopicName !== undefined) return null
  if (properties !== undefined && properties.length > 0) return null
  const start = event.start + payloadStart
  const end = start + payloadLength
  if (payloadLength > payloadBytes || end > event.end) return null
  let text = `"type":"PUBLISH","length":${event.length}${PUBLISH_FLAGS[packet.flags]!}${topicText(topicName)}`
  if (packet.packetIdentifier !== undefined) text += `,"packetIdentifier":${packet.packetIdentifier}`
  if (properties !== undefined) text += ',"properties":[]'
  return `${text},"payloadLength":${payloadLength},"payload":"${toHex(event.buffer, start, end)}"},"exchange":${exchange},"problems":[]`
}

function acknowledgementText(packet: Acknowledgement, length: number, exchange: number | null): string | null {
  const { type, flags, packetIdentifier, reasonCode, properties } = packet
  if (packetIdentifier === undefined || reasonCode !== undefined || (properties !== undefined && properties.length > 0)) return null
  const empty = properties === undefined ? '' : ',"properties":[]'
  return `"type":"${type}","length":${length},"fields":{"flags":${flags},"packetIdentifier":${packetIdentifier}${empty}},"exchange":${exchange},"problems":[]`
}

/** Topics repeat: the last ones as JSON. Emptied when full, so that a capture with a new topic in each message cannot fill it. */
const topics = new Map<string, string>()
const MOST_TOPICS = 2048
const LONGEST_TOPIC = 128

function topicText(topic: Text): string {
  if (typeof topic !== 'string') return jsonText({ hex: topic.hex })
  const known = topics.get(topic)
  if (known !== undefined) return known
  const text = flat(quoted(topic))
  if (topic.length <= LONGEST_TOPIC) {
    if (topics.size === MOST_TOPICS) topics.clear()
    topics.set(topic, text)
  }
  return text
}
