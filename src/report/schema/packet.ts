import {
  COUNT, DIRECTION, DRAFT, ORDINAL, PROBLEM, TEXT_OR_NULL, TIME, VERSION, VERSION_CERTAINTY,
} from './common.ts'
import { FIELDS_BY_TYPE, FIELDS_DEPEND_ON_TYPE } from './packet-fields.ts'
import type { PacketFields } from './packet-fields.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap read -f ndjson` and `-f json`: one object for each MQTT packet, and for each run of bytes that could not be framed. */

export const PACKET_SCHEMA_NAME = 'mqtap.packet/1'

const ENVELOPE = {
  type: 'object',
  properties: {
    schema: { const: PACKET_SCHEMA_NAME },
    number: { ...ORDINAL, description: 'Counts MQTT packets and unframed runs.' },
    frame: { ...ORDINAL, description: 'The frame that completed the packet in order; after a gap, the one with its last byte.' },
    time: TIME,
    firstSeenFrame: { ...ORDINAL, description: 'The first frame that held the last byte.' },
    firstSeenTime: TIME,
    stream: { ...COUNT, description: "Wireshark's tcp.stream: every TCP connection, from 0, in order of its first frame." },
    source: { type: 'string', description: 'Address and port of the sender.' },
    destination: { type: 'string' },
    direction: DIRECTION,
    clientId: { ...TEXT_OR_NULL, description: 'Client identifier of the connection, as far as it is known.' },
    version: VERSION,
    versionCertainty: VERSION_CERTAINTY,
    type: { enum: Object.keys(FIELDS_BY_TYPE) as (keyof typeof FIELDS_BY_TYPE)[] },
    length: { ...COUNT, description: 'The whole packet with its fixed header, in bytes.' },
    exchange: { type: ['integer', 'null'], minimum: 1, description: 'Number of the exchange that the packet belongs to.' },
    problems: { type: 'array', items: PROBLEM },
    reason: {
      enum: ['mid-stream', 'gap', 'tls', 'websocket', 'not-mqtt', 'limit', 'ended'],
      description: 'UNFRAMED only: why the bytes could not be framed.',
    },
  },
  required: [
    'schema', 'number', 'frame', 'time', 'firstSeenFrame', 'firstSeenTime', 'stream', 'source', 'destination', 'direction', 'clientId', 'version',
    'versionCertainty', 'type', 'length', 'exchange', 'problems',
  ],
} as const

export const PACKET_SCHEMA = {
  $schema: DRAFT,
  $id: PACKET_SCHEMA_NAME,
  title: 'An MQTT packet of a capture',
  ...ENVELOPE,
  required: [...ENVELOPE.required, 'fields'],
  allOf: [
    ...FIELDS_DEPEND_ON_TYPE,
    { if: { properties: { type: { const: 'UNFRAMED' } } }, then: { required: ['reason'] } },
  ],
}

export type PacketObject = FromSchema<typeof ENVELOPE> & { fields: PacketFields }
