import { toHex } from '../bytes/hex.ts'
import { HIDDEN } from './schema/common.ts'
import { mayHoldAuthenticationData } from './secrets.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type {
  Acknowledgement, Connack, Connect, Disconnect, Packet, PacketType, Properties, Property, Publish, Subscribe, SubscribeAcknowledgement, Unsubscribe,
  Will,
} from '../mqtt/packet.ts'
import type {
  AcknowledgementFields, ConnackFields, ConnectFields, DisconnectFields, PacketFields, PropertyObjects, PublishFields, SubscribeAcknowledgementFields,
  SubscribeFields, UnsubscribeFields,
} from './schema/packet-fields.ts'

/**
 * The `fields` of machine output, from a Packet. What the packet does not have is left out (never null); bytes are hex; secrets are hidden unless asked for.
 * The shapes are those of `schema/packet-fields.ts`. Nothing is changed or escaped here: the text is exact.
 */

export interface FieldOptions {
  readonly showSecrets: boolean
  /** At most so many bytes of a payload. */
  readonly payloadBytes: number
}

/** The part of a PacketEvent that the fields depend on. */
export type PacketContent = Pick<PacketEvent, 'packet' | 'resolvedTopicName' | 'buffer' | 'start' | 'end'>

export function packetFields(content: PacketContent, options: FieldOptions): PacketFields {
  const { packet } = content
  switch (packet.type) {
    case 'PUBLISH': return publishFields(packet, content, options)
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': return acknowledgementFields(packet, options)
    case 'CONNECT': return connectFields(packet, options)
    case 'CONNACK': return connackFields(packet, options)
    case 'SUBSCRIBE': return subscribeFields(packet, options)
    case 'SUBACK': case 'UNSUBACK': return subscribeAcknowledgementFields(packet, options)
    case 'UNSUBSCRIBE': return unsubscribeFields(packet, options)
    case 'DISCONNECT': case 'AUTH': return disconnectFields(packet, options)
    case 'PINGREQ': case 'PINGRESP': case 'RESERVED': return { flags: packet.flags }
    case 'UNFRAMED': return {}
  }
}

function publishFields(packet: Publish, content: PacketContent, options: FieldOptions): PublishFields {
  const fields: PublishFields = { dup: packet.dup, qos: packet.qos, retain: packet.retain }
  if (packet.topicName !== undefined) fields.topicName = packet.topicName
  if (content.resolvedTopicName !== undefined) fields.resolvedTopicName = content.resolvedTopicName
  if (packet.packetIdentifier !== undefined) fields.packetIdentifier = packet.packetIdentifier
  addProperties(fields, packet.properties, packet.type, options)
  if (packet.payloadStart >= 0) {
    const start = content.start + packet.payloadStart
    const end = Math.min(start + Math.min(packet.payloadLength, options.payloadBytes), content.end)
    fields.payloadLength = packet.payloadLength
    fields.payload = toHex(content.buffer, start, end)
    if (end - start < packet.payloadLength) fields.payloadTruncated = true
  }
  return fields
}

function acknowledgementFields(packet: Acknowledgement, options: FieldOptions): AcknowledgementFields {
  const fields: AcknowledgementFields = { flags: packet.flags }
  if (packet.packetIdentifier !== undefined) fields.packetIdentifier = packet.packetIdentifier
  if (packet.reasonCode !== undefined) fields.reasonCode = packet.reasonCode
  addProperties(fields, packet.properties, packet.type, options)
  return fields
}

function connectFields(packet: Connect, options: FieldOptions): ConnectFields {
  const fields: ConnectFields = { flags: packet.flags }
  if (packet.protocolName !== undefined) fields.protocolName = packet.protocolName
  if (packet.protocolLevel !== undefined) fields.protocolLevel = packet.protocolLevel
  if (packet.bridge) fields.bridge = true
  if (packet.connectFlags !== undefined) fields.connectFlags = packet.connectFlags
  if (packet.userNameFlag !== undefined) fields.userNameFlag = packet.userNameFlag
  if (packet.passwordFlag !== undefined) fields.passwordFlag = packet.passwordFlag
  if (packet.willRetain !== undefined) fields.willRetain = packet.willRetain
  if (packet.willQos !== undefined) fields.willQos = packet.willQos
  if (packet.willFlag !== undefined) fields.willFlag = packet.willFlag
  if (packet.cleanStart !== undefined) fields.cleanStart = packet.cleanStart
  if (packet.keepAlive !== undefined) fields.keepAlive = packet.keepAlive
  addProperties(fields, packet.properties, packet.type, options)
  if (packet.clientIdentifier !== undefined) fields.clientIdentifier = packet.clientIdentifier
  if (packet.will !== undefined) fields.will = willFields(packet.will, options)
  if (packet.userName !== undefined) fields.userName = packet.userName
  if (packet.password !== undefined) fields.password = options.showSecrets ? allHex(packet.password) : HIDDEN
  return fields
}

function willFields(will: Will, options: FieldOptions): NonNullable<ConnectFields['will']> {
  const fields: NonNullable<ConnectFields['will']> = {}
  if (will.properties !== undefined) fields.properties = propertyObjects(will.properties, 'CONNECT', options)
  if (will.topic !== undefined) fields.topic = will.topic
  if (will.payload !== undefined) {
    fields.payloadLength = will.payloadLength
    fields.payload = toHex(will.payload, 0, Math.min(will.payload.length, options.payloadBytes))
  }
  return fields
}

function connackFields(packet: Connack, options: FieldOptions): ConnackFields {
  const fields: ConnackFields = { flags: packet.flags }
  if (packet.sessionPresent !== undefined) fields.sessionPresent = packet.sessionPresent
  if (packet.reasonCode !== undefined) fields.reasonCode = packet.reasonCode
  addProperties(fields, packet.properties, packet.type, options)
  return fields
}

function subscribeFields(packet: Subscribe, options: FieldOptions): SubscribeFields {
  return {
    ...identified(packet, options),
    subscriptions: packet.subscriptions.map(({ topicFilter, qos, noLocal, retainAsPublished, retainHandling }) => ({
      topicFilter,
      ...(qos === undefined ? {} : { qos }),
      ...(noLocal === undefined ? {} : { noLocal }),
      ...(retainAsPublished === undefined ? {} : { retainAsPublished }),
      ...(retainHandling === undefined ? {} : { retainHandling }),
    })),
  }
}

function subscribeAcknowledgementFields(packet: SubscribeAcknowledgement, options: FieldOptions): SubscribeAcknowledgementFields {
  return { ...identified(packet, options), reasonCodes: packet.reasonCodes }
}

function unsubscribeFields(packet: Unsubscribe, options: FieldOptions): UnsubscribeFields {
  return { ...identified(packet, options), topicFilters: packet.topicFilters }
}

/** What SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK begin with. */
function identified(packet: Subscribe | SubscribeAcknowledgement | Unsubscribe, options: FieldOptions): AcknowledgementFields {
  const fields: AcknowledgementFields = { flags: packet.flags }
  if (packet.packetIdentifier !== undefined) fields.packetIdentifier = packet.packetIdentifier
  addProperties(fields, packet.properties, packet.type, options)
  return fields
}

function disconnectFields(packet: Disconnect, options: FieldOptions): DisconnectFields {
  const fields: DisconnectFields = { flags: packet.flags }
  if (packet.reasonCode !== undefined) fields.reasonCode = packet.reasonCode
  addProperties(fields, packet.properties, packet.type, options)
  return fields
}

function addProperties(fields: { properties?: PropertyObjects }, properties: Properties, type: PacketType, options: FieldOptions): void {
  if (properties !== undefined) fields.properties = propertyObjects(properties, type, options)
}

function propertyObjects(properties: readonly Property[], type: Packet['type'], options: FieldOptions): PropertyObjects {
  return properties.map((property) => ({ id: property.id, name: property.name, value: propertyValue(property, type, options) }))
}

function propertyValue(property: Property, type: Packet['type'], options: FieldOptions): PropertyObjects[number]['value'] {
  const { value } = property
  if (!(value instanceof Uint8Array)) return value
  if (!options.showSecrets && mayHoldAuthenticationData(property, type)) return HIDDEN
  return allHex(value)
}

function allHex(bytes: Uint8Array): string {
  return toHex(bytes, 0, bytes.length)
}
