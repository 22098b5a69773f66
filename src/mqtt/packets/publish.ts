/** PUBLISH: MQTT 5.0 §3.3, 3.1.1 §3.3. */
import { firstIllFormed } from '../../bytes/utf8.ts'
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import type { Publish, Qos } from '../packet.ts'
import { propertyValue } from '../packet.ts'
import { PROPERTY_BITS } from '../property-findings.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { TEXT_FACTS } from '../text-facts.ts'
import { TOPIC_NAME } from '../text-places.ts'

const PROPERTIES = new PropertyBlock('PUBLISH')

export function readPublish(reader: PacketReader, flags: number): Publish {
  const dup = (flags & 0x08) !== 0
  const qos = ((flags >> 1) & 0x03) as Qos
  const retain = (flags & 0x01) !== 0
  // §3.3.1.1
  if (dup && qos === 0) reader.report('publish.dup-on-qos0', null, reader.start, reader.start + 1, 0x30 | flags)
  // §3.3.1.2
  if (qos === 3) reader.report('publish.qos-3', null, reader.start, reader.start + 1, 0x30 | flags)

  // Variable header, §3.3.2
  const topicStart = reader.position
  const topicName = reader.text(TOPIC_NAME)
  const topicIsEmpty = topicName !== undefined && (reader.textFacts & TEXT_FACTS.empty) !== 0
  // Whether a Packet Identifier follows with QoS 3 is not known, and so neither is what the rest is.
  if (qos === 3) reader.giveUp()
  const packetIdentifier = qos > 0 ? reader.packetIdentifier('PUBLISH') : undefined
  const properties = reader.five ? readProperties(reader, PROPERTIES) : undefined
  // §3.3.2.1: a Topic Name may be empty only where a Topic Alias stands for it.
  if (topicIsEmpty && reader.five && reader.found.complete && !reader.found.has(PROPERTY_BITS.topicAlias)) {
    reader.report('publish.no-topic-and-no-alias', null, topicStart, topicStart + 2)
  }

  // Payload, §3.3.3: whatever is left.
  const payloadStart = reader.stopped ? -1 : reader.offset(reader.position)
  const payloadLength = reader.stopped ? 0 : reader.left
  if (properties !== undefined && payloadStart >= 0 && reader.found.has(PROPERTY_BITS.payloadFormatIndicator)) {
    if (propertyValue(properties, 'payloadFormatIndicator') === 1 && reader.packetEnd <= reader.available) judgePayload(reader)
  }
  reader.payload(FIELDS.message)
  return { type: 'PUBLISH', flags, dup, qos, retain, topicName, packetIdentifier, properties, payloadStart, payloadLength }
}

/** MQTT 5.0 §3.3.2.3.2. */
function judgePayload(reader: PacketReader): void {
  const at = firstIllFormed(reader.buffer, reader.position, reader.limit)
  if (at >= 0) reader.report('property.payload-not-utf8', null, at, at + 1, 'payload', reader.hex(at, at + 1), at - reader.position)
}
