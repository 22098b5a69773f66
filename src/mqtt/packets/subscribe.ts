/** SUBSCRIBE: MQTT 5.0 §3.8, 3.1.1 §3.8. */
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import type { Qos, Subscribe, Subscription, Text } from '../packet.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { QOS_MEANINGS, RETAIN_HANDLING_MEANINGS } from '../meanings.ts'
import { TEXT_FACTS } from '../text-facts.ts'
import { SUBSCRIBE_FILTER } from '../text-places.ts'

const PROPERTIES = new PropertyBlock('SUBSCRIBE')

export function readSubscribe(reader: PacketReader, flags: number): Subscribe {
  const packetIdentifier = reader.packetIdentifier('SUBSCRIBE')
  const properties = reader.five ? readProperties(reader, PROPERTIES) : undefined
  const subscriptions: Subscription[] = []
  // Payload, §3.8.3: one or more filters, each with its options.
  if (!reader.stopped && reader.left === 0) reader.report('subscribe.no-filters', null, reader.containerStart, reader.containerEnd)
  while (reader.left > 0 && !reader.stopped) {
    const subscription = readSubscription(reader)
    if (subscription !== null) subscriptions.push(subscription)
  }
  return { type: 'SUBSCRIBE', flags, packetIdentifier, properties, subscriptions }
}

/** Null where the filter does not fit. */
function readSubscription(reader: PacketReader): Subscription | null {
  const { recorder } = reader
  recorder?.open(FIELDS.subscription, reader.offset(reader.position))
  const topicFilter = reader.text(SUBSCRIBE_FILTER)
  const subscription = topicFilter === undefined ? null : reader.five ? readOptions(reader, topicFilter) : readRequestedQos(reader, topicFilter)
  recorder?.close(reader.offset(reader.position))
  return subscription
}

/** Subscription Options: MQTT 5.0 §3.8.3.1. */
function readOptions(reader: PacketReader, topicFilter: Text): Subscription {
  const shared = (reader.textFacts & TEXT_FACTS.sharePrefix) !== 0
  const options = reader.bits(FIELDS.subscriptionOptions)
  if (options < 0) return { topicFilter, qos: undefined, noLocal: undefined, retainAsPublished: undefined, retainHandling: undefined }
  const qos = (options & 0x03) as Qos
  const noLocal = (options & 0x04) !== 0
  const retainAsPublished = (options & 0x08) !== 0
  const retainHandling = (options >> 4) & 0x03
  if (reader.recorder !== null) {
    reader.bit(FIELDS.optionsReserved, options >> 6, 0xc0)
    reader.bit(FIELDS.retainHandling, retainHandling, 0x30, RETAIN_HANDLING_MEANINGS[retainHandling])
    reader.bit(FIELDS.retainAsPublished, retainAsPublished, 0x08)
    reader.bit(FIELDS.noLocal, noLocal, 0x04)
    reader.bit(FIELDS.maximumQos, qos, 0x03, QOS_MEANINGS[qos])
    reader.endBits()
  }
  const end = reader.position
  if (qos === 3) reader.report('subscribe.qos-3', null, end - 1, end, options, 'Subscription Options')
  if (noLocal && shared) reader.report('subscribe.no-local-on-shared', null, end - 1, end, topicFilter)
  if (retainHandling === 3) reader.report('subscribe.retain-handling-3', null, end - 1, end, options)
  if (options & 0xc0) reader.report('subscribe.reserved-option-bits', null, end - 1, end, options, 'Subscription Options', 'Bits 7-6')
  return { topicFilter, qos, noLocal, retainAsPublished, retainHandling }
}

/** The byte with the requested QoS: MQTT 3.1.1 §3.8.3. */
function readRequestedQos(reader: PacketReader, topicFilter: Text): Subscription {
  const byte = reader.byte(FIELDS.requestedQos, QOS_MEANINGS)
  const end = reader.position
  if (byte >= 0 && (byte & 0x03) === 3) reader.report('subscribe.qos-3', null, end - 1, end, byte, 'Requested QoS')
  if (byte >= 0 && byte & 0xfc) reader.report('subscribe.reserved-option-bits', null, end - 1, end, byte, 'Requested QoS', 'Bits 7-2')
  const qos = byte < 0 ? undefined : ((byte & 0x03) as Qos)
  return { topicFilter, qos, noLocal: undefined, retainAsPublished: undefined, retainHandling: undefined }
}
