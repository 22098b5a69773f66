/** A report with something of everything, made up: what the page must be able to show, and text that tries to break out of it. */
import { statementsOf } from '../../../src/conformance/catalogue.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { decodeFields } from '../../../src/mqtt/detail.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { PACKET_TYPES } from '../../../src/mqtt/packet.ts'
import { FindingDetails } from '../../../src/report/html/finding-details.ts'
import { CLOSE_REASONS } from '../../../src/session/closing.ts'
import { EXCHANGE_KINDS } from '../../../src/session/exchange.ts'
import { SIDES } from '../../../src/session/side.ts'
import { ascii, decoded, exchange, packetBytes, prefixed, QOS_2_STEPS } from '../build.ts'
import { AUTHENTICATION_DATA, PASSWORD } from '../samples.ts'
import type { Version } from '../../../src/mqtt/version.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import type { ReportConnection, ReportFinding, ReportObject, ReportStatement } from '../../../src/report/schema/report.ts'
import type { ReportDetails } from '../../../src/report/html/details.ts'
import type { Exchange } from '../../../src/session/exchange.ts'

/** Markup, a line break, an escape sequence, a right-to-left override. */
export const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&amp;\n\x1b[31m\u202eabc`

/** As packetBytes, for packets of more than 127 bytes. */
function longPacket(byte1: number, ...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const body = parts.flatMap((part) => [...part])
  return Uint8Array.from([byte1, (body.length & 0x7f) | 0x80, body.length >> 7, ...body])
}

interface Case {
  readonly finding: Partial<ReportFinding>
  readonly event?: PacketEvent
  readonly exchange?: Exchange
}

const CASES: readonly Case[] = [
  {
    finding: { rule: 'publish.dup-on-qos0', statements: ['MQTT-3.3.1-2'], start: 0, end: 1, message: 'DUP is set on a QoS 0 PUBLISH.' },
    event: decoded(packetBytes(0x38, prefixed('plant/7/temp'), [0], ascii('21.5 and a little more')), { number: 17 }),
  },
  {
    finding: { rule: 'publish.dup-on-qos0', statements: ['MQTT-3.3.1-2'], packet: 19, frame: 45, start: 0, end: 1, message: 'DUP is set on a QoS 0 PUBLISH.', clientId: HOSTILE },
    event: decoded(packetBytes(0x38, prefixed(HOSTILE), [0], ascii('x')), { number: 19, frame: 45 }),
  },
  {
    finding: {
      rule: 'connect.password-without-user-name', statements: ['MQTT-3.1.2-22'], version: '3.1.1', severity: 'error', packet: 1, frame: 4, start: 9, end: 10,
      message: 'CONNECT has a password and no user name.',
    },
    event: decoded(
      packetBytes(0x10, prefixed('MQTT'), [5, 0x42, 0, 30], [19], [0x15], prefixed('PLAIN'), [0x16], prefixed(AUTHENTICATION_DATA), prefixed('plc-7'), prefixed(PASSWORD)),
      { number: 1, frame: 4 },
    ),
  },
  {
    finding: {
      rule: 'publish.receive-maximum-exceeded', statements: ['MQTT-3.3.4-7', 'MQTT-3.3.4-9'], certainty: 'likely', packet: 20, frame: 46, start: 2, end: 200,
      message: '21 publications are unacknowledged; the receiver allows 20.', evidence: Array.from({ length: 30 }, (_, index) => 46 + index), exchange: 12,
    },
    event: decoded(longPacket(0x34, prefixed('plant/7/events/and/a/long/topic/name/so/that/it/wraps/on/a/phone'), [0, 17, 0], new Uint8Array(900).fill(0x61)), { number: 20, frame: 46 }),
    exchange: exchange({ kind: 'publish-qos2', steps: QOS_2_STEPS, topic: 'plant/7/events/and/a/long/topic/name/so/that/it/wraps/on/a/phone', packets: 26 }),
  },
  {
    finding: {
      rule: 'exchange.no-answer', statements: [], severity: 'warning', certainty: 'likely', actor: 'server', packet: 30, frame: 60, start: null, end: null,
      message: 'No PUBACK came within 20 s, and the connection stayed open.', exchange: 13,
    },
    exchange: exchange({ number: 13, steps: [{ type: 'PUBLISH', by: 'client', number: 30, frame: 60, time: 14e9, dup: false, again: false, segments: 1 }] }),
  },
  {
    finding: {
      rule: 'session.taken-over-storm', statements: ['MQTT-3.1.4-3'], severity: 'warning', actor: 'client', packet: null, frame: 80, start: null, end: null, clientId: { hex: 'ff00' },
      message: 'The client identifier is used by two clients that throw each other out.',
    },
  },
  {
    finding: {
      rule: 'connection.credentials-in-clear', statements: [], severity: 'note', packet: 1, frame: 4, start: null, end: null, message: 'The password went over the network in clear text.',
      waived: { reason: `test bench, ${HOSTILE}`, until: '2027-01-31' },
    },
  },
]

/** The same for each run. */
function scattered(seed: number): number {
  return ((seed * 2_654_435_761) >>> 0) / 2 ** 32
}

function statements(version: Version): ReportStatement[] {
  return statementsOf(version).flatMap(({ id, actor, observable }, place) =>
    SIDES.filter((side) => actor === 'both' || actor === side).map((side, index) => {
      const chance = scattered(place * 2 + index + 1)
      const verdict = observable === 'no' ? 'unobservable' : chance < 0.03 ? 'fail' : chance < 0.35 ? 'pass' : chance < 0.45 ? 'not-judged' : 'not-exercised'
      return {
        version, id, side, verdict,
        checked: verdict === 'pass' || verdict === 'fail' ? 120 : 0,
        violated: verdict === 'fail' ? 2 : 0,
        notJudged: verdict === 'not-judged' ? 4 : 0,
        reasons: verdict === 'not-judged' ? [{ reason: 'gap', count: 3 }, { reason: 'not-acknowledged', count: 1 }] : [],
      } satisfies ReportStatement
    }))
}

function connectionOf(stream: number): ReportConnection {
  const closeReason = CLOSE_REASONS[stream % CLOSE_REASONS.length]!
  const opened = 1_700_000_000 + Math.floor(scattered(stream + 3) * 300)
  return {
    stream, client: `10.0.0.${stream}:50122`, server: stream === 2 ? '[2001:db8:85a3:1111:2222:8a2e:370:7334]:1883' : '10.0.0.2:1883',
    clientId: stream === 1 ? HOSTILE : stream === 4 ? null : `plc-${stream}`, version: stream === 5 ? null : '5.0', versionCertainty: 'seen',
    opened: `${opened}.123456789`, closed: closeReason === 'capture-end' ? null : `${opened + 20 + stream * 7}.000000000`,
    closedBy: closeReason === 'capture-end' ? null : 'client', closeReason, closeText: 'DISCONNECT of the client in packet 40', closeCertainty: stream % 3 === 0 ? 'likely' : 'certain',
    keepAlive: 60, packets: { client: 1_204, server: 999 }, bytes: { client: 120_400, server: 99_900 }, gaps: stream % 4, retransmissions: stream % 5, outOfOrder: 0,
    complete: stream % 4 === 0, findings: stream < 3 ? 2 : 0,
  }
}

function keyed<Name extends string, Value>(names: readonly Name[], value: (name: Name, index: number) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name, index) => [name, value(name, index)])) as Record<Name, Value>
}

function timing(index: number): ReportObject['timing']['ping'] {
  const scale = 10 ** (index / 2)
  const ended = index === 6
    ? { answered: 0, failed: 0, unanswered: 2, partlySeen: 0, count: 0, minMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
    : { answered: 1_200, failed: 3, unanswered: 1, partlySeen: 2, count: 1_200, minMs: 0.042 * scale, p50Ms: 0.9 * scale, p95Ms: 4.083 * scale, p99Ms: 40.1 * scale, maxMs: 212.5 * scale }
  return { ...ended }
}

const FINDING: ReportFinding = {
  rule: '', statements: [], version: '5.0', severity: 'error', certainty: 'certain', actor: 'client', stream: 3, clientId: 'plc-7', packet: 17, frame: 42,
  time: '1700000012.127574789', start: null, end: null, message: '', evidence: [42], exchange: null, waived: null,
}

export const FINDINGS: readonly ReportFinding[] = CASES.map(({ finding }) => ({ ...FINDING, ...finding }))

export function sampleReport(): { readonly report: ReportObject; readonly details: ReportDetails } {
  const kept = new FindingDetails({ showSecrets: false, decodeFields: (event) => decodeFields(new PacketDecoder(LIMITS.mqtt), event) })
  CASES.forEach((one, index) => {
    if (one.event !== undefined) kept.packet(one.event, one.exchange ?? null)
    else if (one.exchange !== undefined) kept.exchange(one.exchange)
    kept.finding(FINDINGS[index]!)
    kept.gone()
  })
  const report: ReportObject = {
    schema: 'mqtap.report/1',
    tool: { name: 'mqtap', version: '0.1.0' },
    capture: {
      files: [{ name: `/captures/${HOSTILE}.pcapng`, format: 'pcapng' }, { name: '/captures/plant-7-2023-11-14-22-13.pcap', format: 'pcap' }],
      linkTypes: ['ETHERNET', 'LINUX_SLL2'], frames: 12_345, frameBytes: 1_234_567, bytes: 987_654, first: '1700000000.123456789', last: '1700000372.500000000',
      timestamps: 'file', droppedFrames: 3, truncatedFrames: 2, streams: 30, mqttStreams: 24, gaps: 2, gapBytes: 1_460, retransmissions: 12, unframed: 1,
      leftOut: { exchanges: 1, subscriptions: 0, publications: 0, sessions: 0 },
      problems: [{ file: 'a.pcap', code: 'cut-off', offset: 12, message: 'The file ends inside a record.' }],
    },
    summary: {
      verdict: 'fail', connections: 24, clients: 17, packets: 44_124, malformedPackets: 3, exchanges: 8_400, findings: { error: 4, warning: 2, note: 1 },
      counted: { error: 4, warning: 2, note: 0 }, waived: 1, unsure: 0,
    },
    packetTypes: keyed(PACKET_TYPES, (_, index) => (index === 0 ? 0 : Math.round(scattered(index) * 9_000))),
    connections: Array.from({ length: 24 }, (_, stream) => connectionOf(stream)),
    connectionsLeftOut: 0,
    timing: keyed(EXCHANGE_KINDS, (_, index) => {
      const all = timing(index)
      return { ...all, fromClient: all, fromServer: all } as ReportObject['timing']['ping']
    }),
    statements: [...statements('3.1.1'), ...statements('5.0')],
    findings: [...FINDINGS],
    findingsLeftOut: [{ rule: 'publish.dup-on-qos0', count: 4_711 }],
    comparison: {
      new: [{ rule: 'exchange.no-answer', statements: [], version: '5.0', severity: 'warning', actor: 'server', clientId: 'plc-7', before: 0, now: 1, exercised: null }],
      fixed: [{ rule: 'publish.dup-on-qos0', statements: ['MQTT-3.3.1-2'], version: '5.0', severity: 'error', actor: 'client', clientId: HOSTILE, before: 3, now: 0, exercised: false }],
      unchanged: 6,
    },
  }
  const rate = { start: 0, intervalMs: 5_000, columns: Array.from({ length: 75 }, (_, index) => Math.round(scattered(index) ** 2 * 900)) }
  return { report, details: { rate, findings: kept.of(report.findings) } }
}

/** Nothing in it. */
export function emptyReport(): { readonly report: ReportObject; readonly details: ReportDetails } {
  const { report } = sampleReport()
  const none = { answered: 0, failed: 0, unanswered: 0, partlySeen: 0, count: 0, minMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
  return {
    report: {
      ...report,
      capture: { ...report.capture, files: [{ name: '-', format: null }], linkTypes: [], frames: 0, frameBytes: 0, first: null, last: null, droppedFrames: null, problems: [] },
      summary: { ...report.summary, verdict: 'not-judged', packets: 0, counted: { error: 0, warning: 0, note: 0 }, waived: 0 },
      packetTypes: keyed(PACKET_TYPES, () => 0), connections: [], statements: [], findings: [], findingsLeftOut: [], comparison: null,
      timing: keyed(EXCHANGE_KINDS, () => ({ ...none, fromClient: none, fromServer: none })) as ReportObject['timing'],
    },
    details: { rate: null, findings: [] },
  }
}

