import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES } from '../../session/exchange.ts'
import { CAUSES } from '../../session/leg-causes.ts'
import { PACKET_TYPES } from '../../mqtt/packet.ts'
import { BYTE, COUNT, DRAFT, ORDINAL, TEXT, TEXT_OR_NULL, TIME, UINT16, VERSION } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap flows -f ndjson` and `-f json`: one object for each exchange, when it ends. See `session/exchange.ts` for the meaning of the words. */

export const EXCHANGE_SCHEMA_NAME = 'mqtap.exchange/1'

const BYTE_OR_NULL = { type: ['integer', 'null'], minimum: BYTE.minimum, maximum: BYTE.maximum } as const

const STEP = {
  type: 'object',
  properties: {
    type: { enum: PACKET_TYPES },
    number: { ...ORDINAL, description: 'Of the packet, as in mqtap.packet/1.' },
    frame: ORDINAL,
    time: TIME,
    dup: { type: 'boolean', description: 'The DUP flag of a PUBLISH (before 3.1.1, of others too).' },
    segments: { ...ORDINAL, description: 'TCP segments that carried it, alone or with others.' },
  },
  required: ['type', 'number', 'frame', 'time', 'dup', 'segments'],
} as const

const FILTER = {
  type: 'object',
  properties: {
    topicFilter: TEXT,
    qos: { type: ['integer', 'null'], minimum: 0, maximum: 3, description: 'What was asked for; null in UNSUBSCRIBE.' },
    reasonCode: { ...BYTE_OR_NULL, description: 'The answer; before 5.0 the return code. Null where there is none.' },
  },
  required: ['topicFilter', 'qos', 'reasonCode'],
} as const

const CAUSE = {
  type: 'object',
  properties: { leg: { ...COUNT, description: 'Index in legsMs.' }, cause: { enum: CAUSES }, ms: { type: 'number', description: 'Of the leg.' } },
  required: ['leg', 'cause', 'ms'],
} as const

const EXCHANGE = {
  type: 'object',
  properties: {
    schema: { const: EXCHANGE_SCHEMA_NAME },
    number: { ...ORDINAL, description: 'In the order in which exchanges begin; they are listed in the order in which they end.' },
    stream: { ...COUNT, description: "Wireshark's tcp.stream: every TCP connection, from 0, in order of its first frame." },
    clientId: { ...TEXT_OR_NULL, description: 'Client identifier of the connection, as far as it is known.' },
    version: VERSION,
    kind: { enum: EXCHANGE_KINDS },
    initiator: { enum: ['client', 'server'] },
    packetIdentifier: { type: ['integer', 'null'], minimum: UINT16.minimum, maximum: UINT16.maximum },
    topic: { ...TEXT_OR_NULL, description: 'Of a PUBLISH, also behind a Topic Alias.' },
    filters: { type: 'array', items: FILTER, description: 'Of SUBSCRIBE and UNSUBSCRIBE; empty for other kinds.' },
    outcome: { enum: EXCHANGE_OUTCOMES },
    reasonCode: { ...BYTE_OR_NULL, description: 'Of the answer that ended it; of several, the first that failed.' },
    steps: { type: 'array', items: STEP, description: 'Its packets; the first and the last ones where there were very many.' },
    durationMs: { type: ['number', 'null'], description: 'From its first packet to its last.' },
    legsMs: { type: 'array', items: { type: 'number' }, description: 'From each packet to the one that took the exchange further.' },
    networkMs: {
      type: ['number', 'null'],
      description: 'Of all legs together, the round trip of what was to be answered and its TCP acknowledgement: network and TCP stacks without the program. Null where that is not known.',
    },
    causes: { type: 'array', items: CAUSE, description: 'Why legs were slow, those of which TCP shows something.' },
    retransmitted: { ...COUNT, description: 'Packets that were sent more than once.' },
    resumed: { ...COUNT, description: 'How often it went on with a later connection of the client.' },
    certainty: { enum: ['certain', 'likely', 'unsure'] },
  },
  required: [
    'schema', 'number', 'stream', 'clientId', 'version', 'kind', 'initiator', 'packetIdentifier', 'topic', 'filters', 'outcome', 'reasonCode', 'steps',
    'durationMs', 'legsMs', 'networkMs', 'causes', 'retransmitted', 'resumed', 'certainty',
  ],
} as const

export const EXCHANGE_SCHEMA = { $schema: DRAFT, $id: EXCHANGE_SCHEMA_NAME, title: 'An exchange: a request with its answers', ...EXCHANGE }

export type ExchangeObject = FromSchema<typeof EXCHANGE>
