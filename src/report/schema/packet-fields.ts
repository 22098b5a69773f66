import { BYTE, BYTES, COUNT, FLAG, QOS, SECRET, TEXT, UINT16 } from './common.ts'
import type { FromSchema } from './from-schema.ts'
import type { PacketType } from '../../mqtt/packet.ts'

/**
 * The `fields` of a packet, by its type: names as in the standards, in camel case. A field that is absent on the wire, or that could not be located because
 * the packet is damaged, is absent here; so only what every packet has is required.
 */

/** MQTT 5.0 §2.2.2, in wire order. A user property's value is `[name, value]`; an unknown one has name null and the rest of the block as hex. */
export const PROPERTIES = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      id: COUNT,
      name: { type: ['string', 'null'] },
      value: { anyOf: [{ type: 'number' }, TEXT, { type: 'array', items: [TEXT, TEXT], minItems: 2, maxItems: 2 }] },
    },
    required: ['id', 'name', 'value'],
  },
} as const

/** The low nibble of byte 1. */
const FLAGS = { type: 'integer', minimum: 0, maximum: 15 } as const

export const CONNECT_FIELDS = {
  type: 'object',
  properties: {
    flags: FLAGS,
    protocolName: TEXT,
    protocolLevel: BYTE,
    bridge: { const: true },
    connectFlags: BYTE,
    userNameFlag: FLAG,
    passwordFlag: FLAG,
    willRetain: FLAG,
    willQos: QOS,
    willFlag: FLAG,
    cleanStart: FLAG,
    keepAlive: UINT16,
    properties: PROPERTIES,
    clientIdentifier: TEXT,
    will: {
      type: 'object',
      properties: { properties: PROPERTIES, topic: TEXT, payloadLength: COUNT, payload: BYTES },
      required: [],
    },
    userName: TEXT,
    password: SECRET,
  },
  required: ['flags'],
} as const

export const CONNACK_FIELDS = {
  type: 'object',
  properties: { flags: FLAGS, sessionPresent: FLAG, reasonCode: BYTE, properties: PROPERTIES },
  required: ['flags'],
} as const

export const PUBLISH_FIELDS = {
  type: 'object',
  properties: {
    dup: FLAG,
    qos: QOS,
    retain: FLAG,
    topicName: TEXT,
    resolvedTopicName: TEXT,
    packetIdentifier: UINT16,
    properties: PROPERTIES,
    payloadLength: COUNT,
    payload: BYTES,
    payloadTruncated: { const: true },
  },
  required: ['dup', 'qos', 'retain'],
} as const

export const ACKNOWLEDGEMENT_FIELDS = {
  type: 'object',
  properties: { flags: FLAGS, packetIdentifier: UINT16, reasonCode: BYTE, properties: PROPERTIES },
  required: ['flags'],
} as const

export const SUBSCRIBE_FIELDS = {
  type: 'object',
  properties: {
    flags: FLAGS,
    packetIdentifier: UINT16,
    properties: PROPERTIES,
    subscriptions: {
      type: 'array',
      items: {
        type: 'object',
        properties: { topicFilter: TEXT, qos: QOS, noLocal: FLAG, retainAsPublished: FLAG, retainHandling: { type: 'integer', minimum: 0, maximum: 3 } },
        required: ['topicFilter'],
      },
    },
  },
  required: ['flags', 'subscriptions'],
} as const

export const SUBSCRIBE_ACKNOWLEDGEMENT_FIELDS = {
  type: 'object',
  properties: { flags: FLAGS, packetIdentifier: UINT16, properties: PROPERTIES, reasonCodes: { type: 'array', items: BYTE } },
  required: ['flags', 'reasonCodes'],
} as const

export const UNSUBSCRIBE_FIELDS = {
  type: 'object',
  properties: { flags: FLAGS, packetIdentifier: UINT16, properties: PROPERTIES, topicFilters: { type: 'array', items: TEXT } },
  required: ['flags', 'topicFilters'],
} as const

export const DISCONNECT_FIELDS = {
  type: 'object',
  properties: { flags: FLAGS, reasonCode: BYTE, properties: PROPERTIES },
  required: ['flags'],
} as const

/** PINGREQ, PINGRESP, and reserved types, whose body means nothing. */
export const BARE_FIELDS = { type: 'object', properties: { flags: FLAGS }, required: ['flags'] } as const

export const UNFRAMED_FIELDS = { type: 'object', properties: {}, required: [] } as const

export const FIELDS_BY_TYPE = {
  CONNECT: CONNECT_FIELDS,
  CONNACK: CONNACK_FIELDS,
  PUBLISH: PUBLISH_FIELDS,
  PUBACK: ACKNOWLEDGEMENT_FIELDS,
  PUBREC: ACKNOWLEDGEMENT_FIELDS,
  PUBREL: ACKNOWLEDGEMENT_FIELDS,
  PUBCOMP: ACKNOWLEDGEMENT_FIELDS,
  SUBSCRIBE: SUBSCRIBE_FIELDS,
  SUBACK: SUBSCRIBE_ACKNOWLEDGEMENT_FIELDS,
  UNSUBSCRIBE: UNSUBSCRIBE_FIELDS,
  UNSUBACK: SUBSCRIBE_ACKNOWLEDGEMENT_FIELDS,
  PINGREQ: BARE_FIELDS,
  PINGRESP: BARE_FIELDS,
  DISCONNECT: DISCONNECT_FIELDS,
  AUTH: DISCONNECT_FIELDS,
  RESERVED: BARE_FIELDS,
  UNFRAMED: UNFRAMED_FIELDS,
} as const satisfies Record<PacketType | 'UNFRAMED', unknown>

export type PropertyObjects = FromSchema<typeof PROPERTIES>
export type ConnectFields = FromSchema<typeof CONNECT_FIELDS>
export type ConnackFields = FromSchema<typeof CONNACK_FIELDS>
export type PublishFields = FromSchema<typeof PUBLISH_FIELDS>
export type AcknowledgementFields = FromSchema<typeof ACKNOWLEDGEMENT_FIELDS>
export type SubscribeFields = FromSchema<typeof SUBSCRIBE_FIELDS>
export type SubscribeAcknowledgementFields = FromSchema<typeof SUBSCRIBE_ACKNOWLEDGEMENT_FIELDS>
export type UnsubscribeFields = FromSchema<typeof UNSUBSCRIBE_FIELDS>
export type DisconnectFields = FromSchema<typeof DISCONNECT_FIELDS>
export type PacketFields = FromSchema<(typeof FIELDS_BY_TYPE)[keyof typeof FIELDS_BY_TYPE]>

/** `fields` depends on `type`: one `if … then` for each. */
export const FIELDS_DEPEND_ON_TYPE = Object.entries(FIELDS_BY_TYPE).map(([type, fields]) => ({
  if: { properties: { type: { const: type } } },
  then: { properties: { fields } },
}))
