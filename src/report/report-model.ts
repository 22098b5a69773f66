import { ExchangeTimes } from '../analysis/statistics/exchange-times.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import { linkTypeName } from '../network/link-types.ts'
import { asIfEnded } from '../session/closing.ts'
import { EXCHANGE_KINDS } from '../session/exchange.ts'
import { connectionObject } from './connection-json.ts'
import { DistinctCount } from './distinct-count.ts'
import { comparisonOf } from './conformance/comparison.ts'
import { REPORT_SCHEMA_NAME } from './schema/report.ts'
import { endedObject, keyed } from './statistics-json.ts'
import { epochText } from './time-format.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Finding } from '../conformance/finding.ts'
import type { Judgement } from '../conformance/judge.ts'
import type { Exchange } from '../session/exchange.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Baseline } from './conformance/comparison.ts'
import type { ReportCapture, ReportConnection, ReportFinding, ReportObject, ReportSummary } from './schema/report.ts'
import type { ClockSource } from './time-format.ts'

/**
 * The conformance report of a capture as plain data (`schema/report.ts`): collected while the capture goes by, and put together with the judgement at its end.
 *
 * Memory is bounded: of a capture with very many connections, the first ones and those with findings are kept, and all are counted.
 */

export interface ReportContext {
  readonly toolVersion: string
  /** Where the times of the frames come from. */
  readonly timestamps: ReportCapture['timestamps']
  /** An earlier report to compare with; null where there is none. */
  readonly baseline: Baseline | null
}

export class ReportCollector {
  readonly #clock: ClockSource
  readonly #mostConnections: number
  readonly #times = new Map(EXCHANGE_KINDS.map((kind) => [kind, new ExchangeTimes()]))
  readonly #first: ReportConnection[] = []
  /** Those that came when `#first` was full. */
  readonly #accused: ReportConnection[] = []
  readonly #clients: DistinctCount
  #connections = 0
  #bytes = 0

  constructor(clock: ClockSource, mostConnections = MOST_CONNECTIONS, mostClients = MOST_CLIENTS) {
    this.#clock = clock
    this.#mostConnections = mostConnections
    this.#clients = new DistinctCount(mostClients)
  }

  /** An exchange that ended. */
  exchange(exchange: Exchange): void {
    this.#times.get(exchange.kind)!.add(exchange, exchange.duration)
  }

  /** A connection that ended. `accused`: there are findings of it already; where it is left out, those that come later show no connection. */
  connection(connection: NetworkConnection, accused: boolean): void {
    const object = reportConnection(connection, this.#clock())
    this.#connections++
    this.#bytes += object.bytes.client + object.bytes.server
    this.#clients.add(clientKey(object))
    if (this.#first.length < this.#mostConnections) this.#first.push(object)
    else if (accused && this.#accused.length < this.#mostConnections) this.#accused.push(object)
  }

  /** `open`: connections that have not ended, where the capture goes on. */
  report(judgement: Judgement, totals: CaptureTotals, { toolVersion, timestamps, baseline }: ReportContext, open: readonly NetworkConnection[] = []): ReportObject {
    const { findings, findingsLeftOut } = judgement
    const clock = this.#clock()
    const opened = open.map((connection) => asIfEnded(connection, (it) => reportConnection(it, clock)))
    let bytes = this.#bytes
    for (const object of opened) {
      bytes += object.bytes.client + object.bytes.server
      this.#clients.add(clientKey(object))
    }
    const connectionCount = this.#connections + opened.length
    const listed = findings.map((finding) => findingObject(finding, clock))
    const connections = this.#listed(findings, opened)
    const statements = judgement.verdicts.map((verdict) => ({ ...verdict, reasons: verdict.reasons.map((reason) => ({ ...reason })) }))
    const leftOut = byRule(findingsLeftOut)
    let exchanges = 0
    for (const count of totals.exchanges.values()) exchanges += count
    return {
      schema: REPORT_SCHEMA_NAME,
      tool: { name: 'mqtap', version: toolVersion },
      capture: captureObject(totals, clock, bytes, timestamps),
      summary: {
        verdict: verdictOf(judgement),
        connections: connectionCount,
        clients: this.#clients.size,
        packets: totals.packets,
        malformedPackets: totals.malformedPackets,
        exchanges,
        findings: { ...judgement.totals },
        counted: { ...judgement.counted },
        waived: listed.filter(({ waived }) => waived !== null).length,
        unsure: listed.filter(({ certainty, waived }) => certainty === 'unsure' && waived === null).length,
      },
      packetTypes: keyed(PACKET_TYPES, (type) => totals.packetTypes.get(type) ?? 0),
      connections,
      connectionsLeftOut: connectionCount - connections.length,
      timing: keyed(EXCHANGE_KINDS, (kind) => endedObject(this.#times.get(kind)!)),
      statements,
      findings: listed,
      findingsLeftOut: leftOut,
      comparison: baseline === null ? null : comparisonOf(baseline, { statements, findings: listed, findingsLeftOut: leftOut }),
    }
  }

  /** Those with findings first. */
  #listed(findings: readonly Finding[], opened: readonly ReportConnection[]): ReportConnection[] {
    const counts = new Map<number, number>()
    for (const { stream } of findings) counts.set(stream, (counts.get(stream) ?? 0) + 1)
    const all = [...this.#first, ...this.#accused, ...opened].map((connection) => ({ ...connection, findings: counts.get(connection.stream) ?? 0 }))
    all.sort((one, other) => Number(other.findings > 0) - Number(one.findings > 0) || one.stream - other.stream)
    return all.slice(0, this.#mostConnections)
  }
}

/** At about 1 kB each. */
const MOST_CONNECTIONS = 10_000
/** A client with an identifier of its own each second, for seven weeks; counting them takes 64 MB then. */
const MOST_CLIENTS = 4_194_304

/** An error that counts decides, whatever else was kept. */
function verdictOf({ counted, verdicts }: Judgement): ReportSummary['verdict'] {
  if (counted.error > 0) return 'fail'
  return verdicts.some(({ checked }) => checked > 0) ? 'pass' : 'not-judged'
}

function findingObject(finding: Finding, clock: CaptureClock | null): ReportFinding {
  const { rule, statements, version, severity, certainty, actor, stream, clientId, packet, frame, time, start, end, message, evidence, exchange, waived } = finding
  return {
    rule, statements: [...statements], version, severity, certainty, actor, stream, clientId, packet, frame, time: epochText(clock, time), start, end, message,
    evidence: [...evidence], exchange, waived: waived === null ? null : { ...waived },
  }
}

function captureObject(totals: CaptureTotals, clock: CaptureClock | null, bytes: number, timestamps: ReportCapture['timestamps']): ReportCapture {
  const { files, linkTypes, frames, frameBytes, firstTime, lastTime, droppedFrames, truncatedFrames, streams, mqttStreams, gaps, gapBytes } = totals
  return {
    files: files.map(({ name, format }) => ({ name, format })),
    linkTypes: linkTypes.map((type) => linkTypeName(type) ?? String(type)),
    frames, frameBytes, bytes,
    first: firstTime === null ? null : epochText(clock, firstTime),
    last: lastTime === null ? null : epochText(clock, lastTime),
    timestamps, droppedFrames, truncatedFrames, streams, mqttStreams, gaps, gapBytes,
    retransmissions: totals.retransmissions,
    unframed: totals.unframed,
    leftOut: {
      exchanges: totals.exchangesLeftOut, subscriptions: totals.subscriptionsLeftOut, publications: totals.publicationsLeftOut, sessions: totals.sessionsForgotten,
    },
    problems: totals.captureProblems.map(({ file, problem: { code, offset, message } }) => ({ file, code, offset, message })),
  }
}

function reportConnection(connection: NetworkConnection, clock: CaptureClock | null): ReportConnection {
  const {
    stream, client, server, clientId, version, versionCertainty, opened, closed, closedBy, closeReason, closeText, closeCertainty, keepAlive, packets, bytes, gaps,
    retransmissions, outOfOrder, complete,
  } = connectionObject(connection, clock)
  return {
    stream, client, server, clientId, version, versionCertainty, opened, closed, closedBy, closeReason, closeText, closeCertainty, keepAlive, packets, bytes, gaps,
    retransmissions, outOfOrder, complete, findings: 0,
  }
}

/** The port of a client is another one each time. */
function clientKey({ clientId, client }: ReportConnection): string {
  if (clientId === null || clientId === '') return `address ${client.slice(0, client.lastIndexOf(':'))}`
  return typeof clientId === 'string' ? `text ${clientId}` : `bytes ${clientId.hex}`
}

function byRule(leftOut: Judgement['findingsLeftOut']): ReportObject['findingsLeftOut'] {
  const counts = new Map<string, number>()
  for (const { rule, count } of leftOut) counts.set(rule, (counts.get(rule) ?? 0) + count)
  return [...counts].map(([rule, count]) => ({ rule, count }))
}
