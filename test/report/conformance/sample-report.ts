import { createPipeline, type CaptureTotals } from '../../../src/analysis/pipeline.ts'
import { counts } from '../../../src/conformance/finding-book.ts'
import { ReportCollector, type ReportContext } from '../../../src/report/report-model.ts'
import { CONNACK_311, pcap, publish, type Segment } from '../../cli/captures.ts'
import { packetBytes, prefixed } from '../build.ts'
import type { Finding, Verdict } from '../../../src/conformance/finding.ts'
import type { Judgement } from '../../../src/conformance/judge.ts'
import type { ReportObject } from '../../../src/report/schema/report.ts'

/** Judgements and reports by hand: only what a test is about has to be said. */

/** plc-7 sets DUP on a PUBLISH of QoS 0, 12 s into the capture. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: 'publish.dup-on-qos0', statements: ['MQTT-3.3.1-2'], version: '5.0', severity: 'error', certainty: 'certain', actor: 'client', stream: 0,
    clientId: 'plc-7', packet: 17, frame: 42, time: 12_004_118_000, start: 0, end: 1, message: 'DUP is set on a QoS 0 PUBLISH', evidence: [42], exchange: null,
    waived: null, ...changes,
  }
}

export function verdict(changes: Partial<Verdict> = {}): Verdict {
  return { version: '5.0', id: 'MQTT-3.3.1-2', side: 'client', verdict: 'pass', checked: 120, violated: 0, notJudged: 0, reasons: [], ...changes }
}

/** Something of everything: what each format must be able to show. */
export const JUDGED: Pick<Judgement, 'findings' | 'verdicts' | 'findingsLeftOut'> = {
  findings: [
    finding(),
    finding({ packet: 20, frame: 50, time: 13_000_000_000, evidence: [50] }),
    finding({ packet: 21, frame: 51, time: 13_000_001_000, evidence: [51], certainty: 'unsure' }),
    finding({
      rule: 'fixed-header.wrong-direction', statements: [], actor: 'server', packet: 22, frame: 60, time: 14_000_000_000, evidence: [58, 60],
      message: 'The server sent SUBSCRIBE, which in MQTT 5.0 only the other side sends',
    }),
    finding({
      rule: 'publish.receive-maximum-exceeded', statements: ['MQTT-3.3.4-7', 'MQTT-3.3.4-9'], certainty: 'likely', packet: 30, frame: 70, time: 15_000_000_000,
      evidence: [12, 70], message: '21 publishes unacknowledged; the receiver allows 20', exchange: 9, start: null, end: null,
    }),
    finding({ rule: 'connect.clear-text-password', statements: [], severity: 'note', packet: 1, frame: 4, time: 0, evidence: [4], message: 'A password went over the network in clear text' }),
    finding({ packet: 90, frame: 190, time: 30_000_000_000, evidence: [190], stream: 1, clientId: 'old-1', waived: { reason: 'Fixed in firmware 2.1', until: '2027-01-31' } }),
  ],
  verdicts: [
    verdict({ verdict: 'fail', violated: 2 }),
    verdict({ id: 'MQTT-3.3.4-7', verdict: 'fail', checked: 40, violated: 1 }),
    verdict({ id: 'MQTT-3.3.4-9', verdict: 'fail', checked: 40, violated: 1, side: 'server' }),
    verdict({ id: 'MQTT-3.1.0-1', checked: 3 }),
    verdict({ id: 'MQTT-3.1.2-22', side: 'server', verdict: 'not-judged', checked: 0, notJudged: 3, reasons: [{ reason: 'gap', count: 2 }, { reason: 'capture-end', count: 1 }] }),
    verdict({ id: 'MQTT-3.8.3-2', verdict: 'not-exercised', checked: 0 }),
    verdict({ id: 'MQTT-4.4.0-2', side: 'server', verdict: 'unobservable', checked: 0 }),
  ],
  findingsLeftOut: [
    { rule: 'connect.clear-text-password', version: '3.1.1', statements: [], count: 2 },
    { rule: 'connect.clear-text-password', version: '5.0', statements: [], count: 3 },
  ],
}

/** With the counts that belong to these findings. */
export function judgement(changes: Partial<typeof JUDGED> = {}): Judgement {
  const judged = { ...JUDGED, ...changes }
  const totals = { error: 0, warning: 0, note: 0 }
  const counted = { error: 0, warning: 0, note: 0 }
  const certainties = { certain: 0, likely: 0, unsure: 0 }
  for (const finding of judged.findings) {
    totals[finding.severity]++
    certainties[finding.certainty]++
    if (counts(finding)) counted[finding.severity]++
  }
  for (const { count } of judged.findingsLeftOut) totals.note += count
  return { ...judged, totals, counted, certainties }
}

const CONTEXT: ReportContext = { toolVersion: '0.1.0', timestamps: 'file', baseline: null }

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

/** A CONNECT of this client, with its answer, two publishes of which one is answered after 2.5 ms, and a DISCONNECT. */
function session(clientId: string): Segment[] {
  const connect = packetBytes(0x10, prefixed('MQTT'), [4, 2, 0, 60], prefixed(clientId))
  const parts: [boolean, Uint8Array, number][] = [
    [true, connect, 0], [false, CONNACK_311, 1_000], [true, publish('a', '\0\x01', 0x32), 2_000], [false, Uint8Array.of(0x40, 2, 0, 1), 4_500],
    [true, publish('a', '\0\x02', 0x32), 5_000], [true, Uint8Array.of(0xe0, 0), 6_000],
  ]
  return parts.map(([fromClient, payload, time]) => ({ fromClient, payload, time }))
}

interface Changes {
  readonly judged?: Partial<typeof JUDGED>
  readonly totals?: Partial<CaptureTotals>
  readonly context?: Partial<ReportContext>
  readonly clients?: readonly string[]
  readonly mostConnections?: number
  /** Streams of which something is found while they go by. */
  readonly accused?: readonly number[]
}

/** The report of a capture in which each client has one connection, after the other. */
export function report({ judged = {}, totals = {}, context = {}, clients = ['plc-7', 'old-1'], mostConnections, accused = [] }: Changes = {}): ReportObject {
  const collector: ReportCollector = new ReportCollector(() => pipeline.clock, mostConnections)
  const pipeline = createPipeline({ ports: PORTS, version: null }, {
    packet: () => undefined,
    exchange: (exchange) => collector.exchange(exchange),
    connection: (connection) => collector.connection(connection, accused.includes(connection.mqtt.tcp.stream)),
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  })
  pipeline.begin('plant.pcap')
  for (const [index, client] of clients.entries()) {
    const bytes = pcap(session(client), 1883, 40_001 + index)
    pipeline.push(index === 0 ? bytes : bytes.subarray(24))
  }
  pipeline.finish()
  return collector.report(judgement(judged), { ...pipeline.totals, ...totals }, { ...CONTEXT, ...context })
}

/** Nothing found, in a capture without a flaw. */
export function clean(): ReportObject {
  return report({ judged: { findings: [], verdicts: [verdict()], findingsLeftOut: [] } })
}

/** Text from the wire that would like to be more than text. */
export const HOSTILE = '\u001b]0;owned\u0007@everyone | ` ``` </code>\u202e\ud800 <b>&#10; [x](javascript:1)\n# head'
