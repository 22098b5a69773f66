import { REASONS } from '../../conformance/evidence.ts'
import { VERDICT_NAMES } from '../../conformance/finding.ts'
import { PACKET_TYPES, type PacketType } from '../../mqtt/packet.ts'
import { VERSIONS } from '../../mqtt/version.ts'
import { CLOSE_REASONS } from '../../session/closing.ts'
import { EXCHANGE_KINDS, type ExchangeKind } from '../../session/exchange.ts'
import { SIDES } from '../../session/side.ts'
import { COUNT, DRAFT, FLAG, ORDINAL, SEVERITY, TEXT_OR_NULL, TIME, VERSION, VERSION_CERTAINTY } from './common.ts'
import { each, ENDED } from './stats.ts'
import type { FromSchema } from './from-schema.ts'

/** `mqtap report -f json`: one object, which every other format of the report is made from. See `conformance/finding.ts` for the meaning of the words. */

export const REPORT_SCHEMA_NAME = 'mqtap.report/1'

const COUNT_OR_NULL = { type: ['integer', 'null'], minimum: 0 } as const
const CERTAINTY = { enum: ['certain', 'likely', 'unsure'] } as const
const ACTOR = { enum: ['client', 'server', 'network'] } as const
const BOTH_SIDES = { type: 'object', properties: { client: COUNT, server: COUNT }, required: ['client', 'server'] } as const
const STATEMENT_IDS = { type: 'array', items: { type: 'string' }, description: 'Ids of the numbered statements that are broken, of `version`.' } as const

const CAPTURE = {
  type: 'object',
  properties: {
    files: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, format: { enum: ['pcap', 'pcapng', null] } }, required: ['name', 'format'] },
    },
    linkTypes: { type: 'array', items: { type: 'string' } },
    frames: COUNT,
    frameBytes: { ...COUNT, description: 'Of the frames, as captured.' },
    bytes: { ...COUNT, description: 'TCP payload of the connections of this report, as far as it was captured.' },
    first: { ...TIME, description: 'Of the first frame that has a time; of several files, that of the one that begins earliest.' },
    last: { ...TIME, description: 'Of the last frame that has a time; of several files, that of the one that ends latest.' },
    timestamps: { enum: ['kernel', 'arrival', 'file'], description: 'Where the times come from.' },
    droppedFrames: { ...COUNT_OR_NULL, description: 'As the capture states it; null where it does not.' },
    truncatedFrames: { ...COUNT, description: 'Cut short by the snap length.' },
    streams: { ...COUNT, description: 'TCP connections, and those of them that carried MQTT.' },
    mqttStreams: COUNT,
    gaps: { ...COUNT, description: 'Places where bytes of a connection are missing, and these bytes.' },
    gapBytes: COUNT,
    retransmissions: COUNT,
    unframed: { ...COUNT, description: 'Runs of bytes that are in no packet.' },
    leftOut: {
      type: 'object',
      properties: { exchanges: COUNT, subscriptions: COUNT, publications: COUNT, sessions: COUNT },
      required: ['exchanges', 'subscriptions', 'publications', 'sessions'],
      description: 'What was not followed because there was too much at once; zero for all but huge and crafted captures.',
    },
    problems: {
      type: 'array',
      items: {
        type: 'object',
        properties: { file: { type: 'string' }, code: { type: 'string' }, offset: COUNT, message: { type: 'string' } },
        required: ['file', 'code', 'offset', 'message'],
      },
      description: 'What is wrong with the files themselves.',
    },
  },
  required: [
    'files', 'linkTypes', 'frames', 'frameBytes', 'bytes', 'first', 'last', 'timestamps', 'droppedFrames', 'truncatedFrames', 'streams', 'mqttStreams', 'gaps',
    'gapBytes', 'retransmissions', 'unframed', 'leftOut', 'problems',
  ],
} as const

const BY_SEVERITY = {
  type: 'object', properties: { error: COUNT, warning: COUNT, note: COUNT }, required: ['error', 'warning', 'note'],
} as const

const SUMMARY = {
  type: 'object',
  properties: {
    verdict: {
      enum: ['pass', 'fail', 'not-judged'],
      description: '`fail`: at least one error that is certain or likely, and not waived · `not-judged`: nothing was checked.',
    },
    connections: { ...COUNT, description: 'That carried MQTT, or went to a port of MQTT.' },
    clients: { ...COUNT, description: 'Different client identifiers; where none is known, different addresses. At most 4,194,304 are told apart.' },
    packets: COUNT,
    malformedPackets: COUNT,
    exchanges: COUNT,
    findings: { ...BY_SEVERITY, description: 'All, with those that are unsure, waived or left out of the list.' },
    counted: { ...BY_SEVERITY, description: 'Of these: certain or likely, and not waived.' },
    waived: { ...COUNT, description: 'Of those listed.' },
    unsure: { ...COUNT, description: 'Of those listed and not waived.' },
  },
  required: ['verdict', 'connections', 'clients', 'packets', 'malformedPackets', 'exchanges', 'findings', 'counted', 'waived', 'unsure'],
} as const

const CONNECTION = {
  type: 'object',
  properties: {
    stream: { ...COUNT, description: "Wireshark's tcp.stream." },
    client: { type: 'string', description: 'Its address.' },
    server: { type: 'string' },
    clientId: TEXT_OR_NULL,
    version: VERSION,
    versionCertainty: VERSION_CERTAINTY,
    opened: { ...TIME, description: 'Of its first frame.' },
    closed: { ...TIME, description: 'Of its first FIN or RST; null where it was open when the capture ended.' },
    closedBy: { enum: ['client', 'server', 'network', 'unknown', null] },
    closeReason: { enum: CLOSE_REASONS },
    closeText: { type: 'string', description: 'In one line for people.' },
    closeCertainty: CERTAINTY,
    keepAlive: { ...COUNT_OR_NULL, description: 'In seconds, as it is in force.' },
    packets: BOTH_SIDES,
    bytes: { ...BOTH_SIDES, description: 'TCP payload that each side sent, as far as it was captured.' },
    gaps: COUNT,
    retransmissions: COUNT,
    outOfOrder: COUNT,
    complete: { ...FLAG, description: 'Nothing of it is missing from the capture, from the handshake to its end.' },
    findings: { ...COUNT, description: 'Of those listed.' },
  },
  required: [
    'stream', 'client', 'server', 'clientId', 'version', 'versionCertainty', 'opened', 'closed', 'closedBy', 'closeReason', 'closeText', 'closeCertainty',
    'keepAlive', 'packets', 'bytes', 'gaps', 'retransmissions', 'outOfOrder', 'complete', 'findings',
  ],
} as const

const STATEMENT = {
  type: 'object',
  properties: {
    version: { enum: VERSIONS },
    id: { type: 'string' },
    side: { enum: SIDES },
    verdict: { enum: VERDICT_NAMES },
    checked: {
      ...COUNT,
      description: 'Cases that were judged, kept or broken. A packet of a kind that shows the statement counts once, however many rules look at it; of all else each rule counts its own cases.',
    },
    violated: { ...COUNT, description: 'Findings that count: errors and warnings, certain or likely, and not waived.' },
    notJudged: COUNT,
    reasons: {
      type: 'array',
      items: { type: 'object', properties: { reason: { enum: REASONS }, count: COUNT }, required: ['reason', 'count'] },
      description: 'Why, most frequent first.',
    },
  },
  required: ['version', 'id', 'side', 'verdict', 'checked', 'violated', 'notJudged', 'reasons'],
} as const

const WAIVED = {
  anyOf: [
    {
      type: 'object',
      properties: {
        reason: { type: 'string' }, until: { type: ['string', 'null'], description: 'The last day on which it holds; null where it has no end.' },
      },
      required: ['reason', 'until'],
    },
    { type: 'null' },
  ],
  description: 'Who made the report knows of it and accepts it.',
} as const

const FINDING = {
  type: 'object',
  properties: {
    rule: { type: 'string', description: "A rule's id, or the code of a problem of mqtap.packet/1." },
    statements: STATEMENT_IDS,
    version: VERSION,
    severity: SEVERITY,
    certainty: CERTAINTY,
    actor: { ...ACTOR, description: 'Who is at fault.' },
    stream: COUNT,
    clientId: TEXT_OR_NULL,
    packet: { type: ['integer', 'null'], minimum: 1, description: 'Its number, as in mqtap.packet/1; null where it is about none.' },
    frame: ORDINAL,
    time: TIME,
    start: { ...COUNT_OR_NULL, description: 'Bytes of the packet that show it, half open, from the first byte of its fixed header.' },
    end: COUNT_OR_NULL,
    message: { type: 'string' },
    evidence: { type: 'array', items: ORDINAL, description: 'Frames that show it.' },
    exchange: { type: ['integer', 'null'], minimum: 1, description: 'Its number, as in mqtap.exchange/1; null where there is none.' },
    waived: WAIVED,
  },
  required: [
    'rule', 'statements', 'version', 'severity', 'certainty', 'actor', 'stream', 'clientId', 'packet', 'frame', 'time', 'start', 'end', 'message', 'evidence',
    'exchange', 'waived',
  ],
} as const

/** What is the same in two captures of the same system: not frames, times and ports. */
const CHANGE = {
  type: 'object',
  properties: {
    rule: FINDING.properties.rule,
    statements: STATEMENT_IDS,
    version: VERSION,
    severity: SEVERITY,
    actor: ACTOR,
    clientId: TEXT_OR_NULL,
    before: { ...COUNT, description: 'Findings of this rule, version, actor and client in the earlier report, as far as they are listed there.' },
    now: COUNT,
    exercised: {
      type: ['boolean', 'null'],
      description: 'Whether this report has cases in which the statements could be broken: false where it may only not have come up. Null where the rule has no statement.',
    },
  },
  required: ['rule', 'statements', 'version', 'severity', 'actor', 'clientId', 'before', 'now', 'exercised'],
} as const

const COMPARISON = {
  anyOf: [
    {
      type: 'object',
      properties: {
        new: { type: 'array', items: CHANGE, description: 'What was not found before, or not as often.' },
        fixed: { type: 'array', items: CHANGE, description: 'What is not found any more, or not as often.' },
        unchanged: { ...COUNT, description: 'Findings that both have.' },
      },
      required: ['new', 'fixed', 'unchanged'],
    },
    { type: 'null' },
  ],
  description: 'With an earlier report; null where there is none to compare with.',
} as const

const REPORT = {
  type: 'object',
  properties: {
    schema: { const: REPORT_SCHEMA_NAME },
    tool: { type: 'object', properties: { name: { const: 'mqtap' }, version: { type: 'string' } }, required: ['name', 'version'] },
    capture: CAPTURE,
    summary: SUMMARY,
    packetTypes: each<PacketType, typeof COUNT>(PACKET_TYPES, COUNT),
    connections: { type: 'array', items: CONNECTION, description: 'Those with findings first, then in the order of their streams.' },
    connectionsLeftOut: COUNT,
    timing: each<ExchangeKind, typeof ENDED>(EXCHANGE_KINDS, ENDED),
    statements: {
      type: 'array', items: STATEMENT, description: 'One for each version that the capture contains, and each side that must obey the statement.',
    },
    findings: { type: 'array', items: FINDING, description: 'In the order of their packets.' },
    findingsLeftOut: {
      type: 'array', items: { type: 'object', properties: { rule: { type: 'string' }, count: COUNT }, required: ['rule', 'count'] },
      description: 'Of a rule with more findings than are listed. The first one of each statement that fails is listed in any case.',
    },
    comparison: COMPARISON,
  },
  required: [
    'schema', 'tool', 'capture', 'summary', 'packetTypes', 'connections', 'connectionsLeftOut', 'timing', 'statements', 'findings', 'findingsLeftOut',
    'comparison',
  ],
} as const

export const REPORT_SCHEMA = { $schema: DRAFT, $id: REPORT_SCHEMA_NAME, title: 'Conformance report of a capture', ...REPORT }

export type ReportObject = FromSchema<typeof REPORT>
export type ReportCapture = FromSchema<typeof CAPTURE>
export type ReportSummary = FromSchema<typeof SUMMARY>
export type ReportConnection = FromSchema<typeof CONNECTION>
export type ReportStatement = FromSchema<typeof STATEMENT>
export type ReportFinding = FromSchema<typeof FINDING>
export type ReportComparison = NonNullable<FromSchema<typeof COMPARISON>>
export type ReportChange = FromSchema<typeof CHANGE>
