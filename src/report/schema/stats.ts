import { PACKET_TYPES, type PacketType } from '../../mqtt/packet.ts'
import { EXCHANGE_KINDS, type ExchangeKind } from '../../session/exchange.ts'
import { COUNT, DRAFT, TEXT, TEXT_OR_NULL, TIME } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap stats -f json`: one object. Every count and every time is exact, but for percentiles, whose precision is stated. */

export const STATS_SCHEMA_NAME = 'mqtap.stats/1'

/** Lists are in order of bytes, the largest first, and longer ones are cut here: programs that want all of a large site take the packets themselves. */
export const MOST_LISTED = 10_000

const NUMBER_OR_NULL = { type: ['number', 'null'] } as const
const COUNT_OR_NULL = { type: ['integer', 'null'], minimum: 0 } as const

const BY_SENDER = {
  type: 'object',
  properties: { client: COUNT, server: COUNT, unknown: { ...COUNT, description: 'Where it is not known which end of the connection is the client.' } },
  required: ['client', 'server', 'unknown'],
} as const

/** An object with the same shape for each of these names. */
export function each<Name extends string, Shape>(names: readonly Name[], shape: Shape) {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, shape])) as Readonly<Record<Name, Shape>>,
    required: names,
  } as const
}

const TRAFFIC = {
  type: 'object',
  properties: { packets: BY_SENDER, bytes: { ...BY_SENDER, description: 'Of whole packets with their fixed headers.' } },
  required: ['packets', 'bytes'],
} as const

const DISTRIBUTION = {
  type: 'object',
  properties: {
    count: { ...COUNT, description: 'Times that there are; where there are none, the others are null.' },
    minMs: { ...NUMBER_OR_NULL, description: 'Exact.' },
    p50Ms: { ...NUMBER_OR_NULL, description: 'By nearest rank, within the precision stated.' },
    p95Ms: NUMBER_OR_NULL,
    p99Ms: NUMBER_OR_NULL,
    maxMs: { ...NUMBER_OR_NULL, description: 'Exact.' },
  },
  required: ['count', 'minMs', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'],
} as const

/** How exchanges ended: `answered` counts those that failed too. */
export const ENDED = {
  type: 'object',
  properties: {
    answered: { ...COUNT, description: 'Complete, or failed with an answer: those whose times are told.' },
    failed: { ...COUNT, description: 'Of these.' },
    unanswered: { ...COUNT, description: 'Open, abandoned or superseded.' },
    partlySeen: COUNT,
    ...DISTRIBUTION.properties,
  },
  required: ['answered', 'failed', 'unanswered', 'partlySeen', ...DISTRIBUTION.required],
} as const

const KIND = {
  type: 'object',
  properties: {
    ...ENDED.properties,
    fromClient: { ...ENDED, description: 'Those that the client began.' },
    fromServer: { ...ENDED, description: 'Those that the server began.' },
  },
  required: [...ENDED.required, 'fromClient', 'fromServer'],
} as const

const IN_FLIGHT = {
  anyOf: [
    {
      type: 'object',
      properties: {
        most: { ...COUNT, description: 'PUBLISH packets of QoS 1 and 2 of this side without their end, at once.' },
        receiveMaximum: { ...COUNT_OR_NULL, description: 'What the other side announced, or the default; null before 5.0 and where the announcement was not seen.' },
        beyond: { type: 'boolean', description: 'More than announced, on a connection that was seen as a whole.' },
      },
      required: ['most', 'receiveMaximum', 'beyond'],
    },
    { type: 'null' },
  ],
} as const

const CLIENT = {
  type: 'object',
  properties: {
    clientId: { ...TEXT_OR_NULL, description: 'Null where it is not known.' },
    address: { type: 'string', description: 'Of its first connection.' },
    server: { type: 'string' },
    ...TRAFFIC.properties,
    publishes: { ...BY_SENDER, description: 'PUBLISH packets.' },
    connections: COUNT,
    reconnects: { ...COUNT, description: 'Connections with a CONNECT after the first one.' },
    shortestBetweenConnectsMs: { ...NUMBER_OR_NULL, description: 'From one CONNECT to the next.' },
    shortestAwayMs: { ...NUMBER_OR_NULL, description: 'From the end of a connection to the next CONNECT.' },
    refused: { ...COUNT, description: 'CONNECTs that the server refused.' },
    takenOver: { ...COUNT, description: 'Connections that ended because another one came with the same client identifier.' },
    inFlight: {
      type: 'object',
      properties: { client: IN_FLIGHT, server: IN_FLIGHT },
      required: ['client', 'server'],
      description: 'By who published; of the connection that came closest to what was allowed. Null where nothing was in flight.',
    },
    keepAlive: {
      anyOf: [
        {
          type: 'object',
          properties: {
            seconds: COUNT,
            longestSilenceMs: { type: 'number', description: 'Between two packets of the client, or behind the last one until the connection ended.' },
            marginPercent: { type: 'number', description: 'What was left of 1.5 times the Keep Alive, to three decimals; negative where it was exceeded.' },
          },
          required: ['seconds', 'longestSilenceMs', 'marginPercent'],
        },
        { type: 'null' },
      ],
      description: 'Of the connection with the least margin; null where there is no Keep Alive, or where packets of the client may be missing.',
    },
    qos1: {
      type: 'object',
      properties: { fromClient: DISTRIBUTION, fromServer: DISTRIBUTION },
      required: ['fromClient', 'fromServer'],
      description: 'Times until a PUBLISH of QoS 1 was answered: those that the client sent, and those that it answered itself.',
    },
  },
  required: [
    'clientId', 'address', 'server', 'packets', 'bytes', 'publishes', 'connections', 'reconnects', 'shortestBetweenConnectsMs', 'shortestAwayMs', 'refused',
    'takenOver', 'inFlight', 'keepAlive', 'qos1',
  ],
} as const

const MESSAGES = {
  type: 'object',
  properties: {
    messages: { ...BY_SENDER, description: 'PUBLISH packets.' },
    bytes: { ...BY_SENDER, description: 'Of whole packets.' },
    payloadBytes: COUNT,
    retained: { ...COUNT, description: 'With the RETAIN flag.' },
    qos: { type: 'array', items: COUNT, minItems: 4, maxItems: 4, description: 'Messages of QoS 0, 1, 2 and 3 (which is a defect).' },
    perSecond: { ...NUMBER_OR_NULL, description: 'Messages, over the whole capture, to six decimals; null where it has no length.' },
  },
  required: ['messages', 'bytes', 'payloadBytes', 'retained', 'qos', 'perSecond'],
} as const

const TOPIC = {
  type: 'object',
  properties: {
    topic: TEXT,
    rest: { type: 'boolean', description: 'True: not the topic itself, but all those below it that found no place in the list of topics kept apart.' },
    ...MESSAGES.properties,
  },
  required: ['topic', 'rest', ...MESSAGES.required],
} as const

const CAPTURE = {
  type: 'object',
  properties: {
    files: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, format: { enum: ['pcap', 'pcapng', null] } }, required: ['name', 'format'] },
    },
    linkTypes: { type: 'array', items: { type: 'string' } },
    frames: COUNT,
    bytes: { ...COUNT, description: 'Of the frames, as captured.' },
    truncatedFrames: COUNT,
    droppedFrames: COUNT_OR_NULL,
    first: { ...TIME, description: 'Of the first frame that has a time; of several files, that of the one that begins earliest.' },
    last: { ...TIME, description: 'Of the last frame that has a time; of several files, that of the one that ends latest.' },
    streams: { ...COUNT, description: 'TCP connections.' },
    mqttStreams: COUNT,
    gaps: COUNT,
    gapBytes: COUNT,
    retransmissions: COUNT,
    exchangesLeftOut: { ...COUNT, description: 'Exchanges that were not followed, because too many were open at once.' },
    sessionsForgotten: { ...COUNT, description: 'Sessions of clients that were forgotten, because there were too many.' },
  },
  required: [
    'files', 'linkTypes', 'frames', 'bytes', 'truncatedFrames', 'droppedFrames', 'first', 'last', 'streams', 'mqttStreams', 'gaps', 'gapBytes', 'retransmissions',
    'exchangesLeftOut', 'sessionsForgotten',
  ],
} as const

const STATS = {
  type: 'object',
  properties: {
    schema: { const: STATS_SCHEMA_NAME },
    capture: CAPTURE,
    filter: { type: ['string', 'null'], description: 'The packets counted are those that match it; null for all.' },
    ...TRAFFIC.properties,
    packetTypes: each<PacketType, typeof TRAFFIC>(PACKET_TYPES, TRAFFIC),
    unframed: { type: 'object', properties: { runs: COUNT, bytes: COUNT }, required: ['runs', 'bytes'], description: 'Bytes that are in no packet.' },
    rate: {
      type: 'object',
      properties: {
        intervalMs: { type: ['number', 'null'], description: 'Of each column; null where there is none.' },
        columns: {
          type: 'array',
          items: {
            type: 'object',
            properties: { start: TIME, ...TRAFFIC.properties },
            required: ['start', 'packets', 'bytes'],
          },
        },
        untimed: { ...COUNT, description: 'Packets without a time.' },
      },
      required: ['intervalMs', 'columns', 'untimed'],
    },
    precision: {
      type: 'object',
      properties: {
        timing: { type: 'number', description: 'A percentile may be off by this part of itself.' },
        clients: { type: 'number', description: 'The same for single clients.' },
      },
      required: ['timing', 'clients'],
    },
    timing: each<ExchangeKind, typeof KIND>(EXCHANGE_KINDS, KIND),
    clients: { type: 'array', items: CLIENT },
    clientsLeftOut: {
      type: 'object',
      properties: {
        clients: { ...COUNT, description: 'Counted each for itself, but not listed.' },
        connections: { ...COUNT, description: 'Of clients that found no place to be counted each for itself.' },
        ...TRAFFIC.properties,
        times: { ...COUNT, description: 'Answers that are in the timing of all clients, but of no single one.' },
      },
      required: ['clients', 'connections', 'packets', 'bytes', 'times'],
    },
    topics: { type: 'array', items: TOPIC, description: 'In the order of their bytes.' },
    topicsLeftOut: { ...MESSAGES, properties: { topics: { ...COUNT, description: 'Not listed.' }, ...MESSAGES.properties }, required: ['topics', ...MESSAGES.required] },
    topicUnknown: { ...MESSAGES, description: 'Messages whose topic is not known: it was not in the capture, or is damaged.' },
  },
  required: [
    'schema', 'capture', 'filter', 'packets', 'bytes', 'packetTypes', 'unframed', 'rate', 'precision', 'timing', 'clients', 'clientsLeftOut', 'topics',
    'topicsLeftOut', 'topicUnknown',
  ],
} as const

export const STATS_SCHEMA = { $schema: DRAFT, $id: STATS_SCHEMA_NAME, title: 'Statistics of a capture', ...STATS }

export type StatsObject = FromSchema<typeof STATS>
export type ClientObject = FromSchema<typeof CLIENT>
export type MessagesObject = FromSchema<typeof MESSAGES>
export type EndedObject = FromSchema<typeof ENDED>
export type DistributionObject = FromSchema<typeof DISTRIBUTION>
