import {
  ACCEPTANCES, COPY_KINDS, DELIVERY_RESULT_KINDS, DOUBTS, NOT_JUDGED_REASONS, STRAY_CAUSES,
} from '../../session/delivery.ts'
import { BYTE, COUNT, DRAFT, FLAG, ORDINAL, TEXT_OR_NULL, TIME, VERSION } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap flows --deliveries -f ndjson` and `-f json`: one object for each publication, and for each copy that belongs to none or comes later. */

export const DELIVERY_SCHEMA_NAME = 'mqtap.delivery/1'

const CERTAINTIES = ['certain', 'likely', 'unsure'] as const
const CERTAINTY = { enum: CERTAINTIES } as const
const CERTAINTY_OR_NULL = { enum: [...CERTAINTIES, null] } as const
const QOS_OR_NULL = { enum: [0, 1, 2, 3, null] } as const
const ORDINAL_OR_NULL = { type: ['integer', 'null'], minimum: 1 } as const
const COUNT_OR_NULL = { type: ['integer', 'null'], minimum: 0 } as const

const COPY = {
  type: 'object',
  properties: {
    number: { ...ORDINAL, description: 'Of the packet, as in mqtap.packet/1.' },
    frame: ORDINAL,
    time: TIME,
    stream: COUNT,
    clientId: TEXT_OR_NULL,
    kind: { enum: COPY_KINDS, description: 'live: to a client that was there; stored: for one that was away; retained: because of a SUBSCRIBE.' },
    qos: { enum: [0, 1, 2, 3] },
    dup: FLAG,
    retain: { ...FLAG, description: 'The flag as it stands on the wire.' },
    subscriptionIdentifiers: { type: 'array', items: { type: 'integer', minimum: 0 } },
    filters: { type: 'array', items: { type: 'string' }, description: "The client's topic filters that match, as far as they are known." },
    grantedQos: { enum: [0, 1, 2, null] },
    durationMs: { type: ['number', 'null'], description: 'From the publication to the copy.' },
    certainty: { ...CERTAINTY, description: 'That it is a copy of this publication.' },
    unaltered: { type: ['boolean', 'null'], description: 'Whether properties that must be passed on are as published; null before 5.0.' },
    duplicate: { ...CERTAINTY_OR_NULL, description: 'That it is one more than the subscriptions explain; null where it is not.' },
    unsubscribed: { ...CERTAINTY_OR_NULL, description: 'That no subscription matches; null where one does, or where that cannot be told.' },
  },
  required: [
    'number', 'frame', 'time', 'stream', 'clientId', 'kind', 'qos', 'dup', 'retain', 'subscriptionIdentifiers', 'filters', 'grantedQos', 'durationMs', 'certainty',
    'unaltered', 'duplicate', 'unsubscribed',
  ],
} as const

const MISSING = {
  type: 'object',
  properties: {
    stream: COUNT,
    clientId: TEXT_OR_NULL,
    filter: { type: 'string' },
    qos: { enum: [0, 1, 2], description: 'That the copy should have had.' },
    certainty: CERTAINTY,
    doubts: { type: 'array', items: { enum: DOUBTS }, description: 'Why it is unsure.' },
  },
  required: ['stream', 'clientId', 'filter', 'qos', 'certainty', 'doubts'],
} as const

const NOT_JUDGED = {
  type: 'object',
  properties: { stream: COUNT, clientId: TEXT_OR_NULL, filter: { type: 'string' }, reason: { enum: NOT_JUDGED_REASONS } },
  required: ['stream', 'clientId', 'filter', 'reason'],
} as const

const DELIVERY = {
  type: 'object',
  properties: {
    schema: { const: DELIVERY_SCHEMA_NAME },
    kind: { enum: DELIVERY_RESULT_KINDS },
    server: { type: 'string', description: 'address:port' },
    number: { ...ORDINAL_OR_NULL, description: 'Of the publication, as all to acceptance: its PUBLISH as in mqtap.packet/1. Null where none is known.' },
    frame: ORDINAL_OR_NULL,
    time: TIME,
    stream: COUNT_OR_NULL,
    clientId: TEXT_OR_NULL,
    version: VERSION,
    topic: { ...TEXT_OR_NULL, description: 'Also behind a Topic Alias.' },
    qos: QOS_OR_NULL,
    retain: { type: ['boolean', 'null'] },
    payloadLength: COUNT,
    resent: { ...COUNT_OR_NULL, description: 'How often the publisher sent it again.' },
    acceptance: { enum: [...ACCEPTANCES, null], description: 'Of kind publication, as the rest to notJudged.' },
    reasonCode: { type: ['integer', 'null'], minimum: BYTE.minimum, maximum: BYTE.maximum },
    subscribers: { ...COUNT_OR_NULL, description: 'Clients that were connected and had a subscription in force; shared ones are not counted.' },
    copies: { type: 'array', items: COPY },
    missing: { type: 'array', items: MISSING },
    notJudged: { type: 'array', items: NOT_JUDGED },
    cause: { enum: [...STRAY_CAUSES, null], description: 'Of kind copy-without-publication: where it may come from.' },
    certainty: { ...CERTAINTY_OR_NULL, description: 'Of kinds copy-without-publication and copy-without-subscription.' },
  },
  required: [
    'schema', 'kind', 'server', 'number', 'frame', 'time', 'stream', 'clientId', 'version', 'topic', 'qos', 'retain', 'payloadLength', 'resent', 'acceptance',
    'reasonCode', 'subscribers', 'copies', 'missing', 'notJudged', 'cause', 'certainty',
  ],
} as const

export const DELIVERY_SCHEMA = { $schema: DRAFT, $id: DELIVERY_SCHEMA_NAME, title: 'A publication with the copies that the server sent on', ...DELIVERY }

export type DeliveryObject = FromSchema<typeof DELIVERY>
