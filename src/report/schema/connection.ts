import { CLOSE_REASONS } from '../../session/closing.ts'
import { COUNT, DRAFT, FLAG, ORDINAL, QOS, TEXT_OR_NULL, TIME, UINT16, VERSION, VERSION_CERTAINTY } from './common.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap connections -f ndjson` and `-f json`: one object for each connection, when it ends. See `session/network-connection.ts` for the meaning of the words. */

export const CONNECTION_SCHEMA_NAME = 'mqtap.connection/1'

const FLAG_OR_NULL = { type: ['boolean', 'null'] } as const
const COUNT_OR_NULL = { type: ['integer', 'null'], minimum: 0 } as const
const MILLISECONDS = { type: ['number', 'null'] } as const

/** A value for each side. */
function bothSides<const Schema>(schema: Schema) {
  return { type: 'object', properties: { client: schema, server: schema }, required: ['client', 'server'] } as const
}

const LIMITS = {
  type: 'object',
  properties: {
    receiveMaximum: UINT16,
    maximumPacketSize: COUNT_OR_NULL,
    topicAliasMaximum: UINT16,
    maximumQos: QOS,
    retainAvailable: FLAG,
    wildcardSubscriptionAvailable: FLAG,
    subscriptionIdentifierAvailable: FLAG,
    sharedSubscriptionAvailable: FLAG,
  },
  required: [
    'receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum', 'maximumQos', 'retainAvailable', 'wildcardSubscriptionAvailable',
    'subscriptionIdentifierAvailable', 'sharedSubscriptionAvailable',
  ],
} as const

const WILL = {
  type: 'object',
  properties: {
    topic: TEXT_OR_NULL,
    qos: QOS,
    retain: FLAG,
    delay: { ...COUNT, description: 'Will Delay Interval, in seconds.' },
    payloadLength: COUNT,
    due: { ...FLAG_OR_NULL, description: 'Whether the server must publish it, given how the connection ended; null while that is not known.' },
  },
  required: ['topic', 'qos', 'retain', 'delay', 'payloadLength', 'due'],
} as const

const SEEN = {
  type: 'object',
  properties: { number: { ...ORDINAL, description: 'Of the packet, as in mqtap.packet/1.' }, frame: ORDINAL, time: TIME },
  required: ['number', 'frame', 'time'],
} as const

const SUBSCRIPTION = {
  type: 'object',
  properties: {
    topicFilter: { type: 'string' },
    qos: { type: ['integer', 'null'], minimum: 0, maximum: 3, description: 'What was asked for.' },
    grantedQos: QOS,
    noLocal: FLAG,
    retainAsPublished: FLAG,
    retainHandling: { type: 'integer', minimum: 0, maximum: 3 },
    subscriptionIdentifier: COUNT_OR_NULL,
    since: { ...SEEN, description: 'The SUBACK that it is in force from, also on an earlier connection of the Session.' },
    until: { anyOf: [SEEN, { type: 'null' }], description: 'The UNSUBACK that ended it, or the SUBACK to what replaced it; null where it was in force at the end of the connection.' },
  },
  required: ['topicFilter', 'qos', 'grantedQos', 'noLocal', 'retainAsPublished', 'retainHandling', 'subscriptionIdentifier', 'since', 'until'],
} as const

const CONNECTION = {
  type: 'object',
  properties: {
    schema: { const: CONNECTION_SCHEMA_NAME },
    stream: { ...COUNT, description: "Wireshark's tcp.stream: every TCP connection, from 0, in order of its first frame." },
    client: { type: 'string', description: 'Its address. Where nothing tells which end is the client, the end that sent the first frame.' },
    server: { type: 'string' },
    clientId: { ...TEXT_OR_NULL, description: 'Client identifier, also one that the server assigned.' },
    version: VERSION,
    versionCertainty: VERSION_CERTAINTY,
    opened: { ...TIME, description: 'Of its first frame.' },
    closed: { ...TIME, description: 'Of its first FIN or RST; null where it was open when the capture ended.' },
    closedBy: { enum: ['client', 'server', 'network', 'unknown', null] },
    closeReason: { enum: CLOSE_REASONS },
    closeText: { type: 'string', description: 'In one line for people.' },
    closeCertainty: { enum: ['certain', 'likely', 'unsure'] },
    closeEvidence: { type: 'array', items: ORDINAL, description: 'Frames that show it.' },
    handshakeMs: { ...MILLISECONDS, description: "From the SYN to its answer: the round trip between the capture's place and the server." },
    connectMs: { ...MILLISECONDS, description: 'From CONNECT to CONNACK.' },
    connackReasonCode: { type: ['integer', 'null'], minimum: 0, maximum: 255 },
    cleanStart: FLAG_OR_NULL,
    sessionPresent: FLAG_OR_NULL,
    sessionExpected: { ...FLAG_OR_NULL, description: 'Whether the server should have had a Session, by what the capture showed before.' },
    sessionExpiry: { ...COUNT_OR_NULL, description: 'In seconds, as CONNECT, CONNACK and DISCONNECT leave it; 4294967295 for a Session that never expires.' },
    keepAlive: { ...COUNT_OR_NULL, description: "In seconds: the server's where it set one, else the client's." },
    requested: {
      type: 'object',
      properties: { keepAlive: COUNT_OR_NULL, sessionExpiry: COUNT_OR_NULL },
      required: ['keepAlive', 'sessionExpiry'],
      description: 'What CONNECT asked for, in seconds; null where it was not seen.',
    },
    userName: TEXT_OR_NULL,
    will: { anyOf: [WILL, { type: 'null' }] },
    limits: bothSides({ anyOf: [LIMITS, { type: 'null' }], description: 'What this side announced that it can take; null where it was not seen.' }),
    subscriptions: { type: 'array', items: SUBSCRIPTION, description: 'Those in force on the connection, the ones that ended on it first.' },
    subscriptionsComplete: {
      ...FLAG_OR_NULL, description: 'Whether nothing that could have changed them is missing from the capture; null where the server accepted no Session.',
    },
    subscriptionsLeftOut: { ...COUNT, description: 'How many more there were.' },
    reconnectMs: { ...MILLISECONDS, description: 'From the end of the connection before of the same client to this CONNECT.' },
    packets: bothSides(COUNT),
    bytes: bothSides({ ...COUNT, description: 'TCP payload that this side sent, as far as it was captured.' }),
    longestSilenceMs: bothSides({ ...MILLISECONDS, description: 'The longest time between two of its packets; null where there are not two.' }),
    mostInFlight: bothSides({ ...COUNT, description: 'PUBLISHes of QoS 1 and 2 without their last acknowledgement, at most.' }),
    gaps: COUNT,
    retransmissions: COUNT,
    outOfOrder: COUNT,
    complete: { ...FLAG, description: 'Nothing of it is missing from the capture, from the handshake to its end.' },
  },
  required: [
    'schema', 'stream', 'client', 'server', 'clientId', 'version', 'versionCertainty', 'opened', 'closed', 'closedBy', 'closeReason', 'closeText', 'closeCertainty',
    'closeEvidence', 'handshakeMs', 'connectMs', 'connackReasonCode', 'cleanStart', 'sessionPresent', 'sessionExpected', 'sessionExpiry', 'keepAlive',
    'requested', 'userName', 'will', 'limits', 'subscriptions', 'subscriptionsComplete', 'subscriptionsLeftOut', 'reconnectMs', 'packets', 'bytes', 'longestSilenceMs', 'mostInFlight', 'gaps', 'retransmissions', 'outOfOrder', 'complete',
  ],
} as const

export const CONNECTION_SCHEMA = { $schema: DRAFT, $id: CONNECTION_SCHEMA_NAME, title: 'A connection and why it ended', ...CONNECTION }

export type ConnectionObject = FromSchema<typeof CONNECTION>
