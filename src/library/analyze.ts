/**
 * mqtap as a library: the report of `mqtap report -f json`, made from a capture file in memory or from the bytes that a test has seen.
 *
 * Synchronous, and without any input or output of its own.
 */
import { judgedSink } from '../analysis/judging.ts'
import { LIMITS } from '../analysis/limits.ts'
import { createPipeline, type Pipeline } from '../analysis/pipeline.ts'
import { Judge } from '../conformance/judge.ts'
import { ReportCollector } from '../report/report-model.ts'
import { VERSION } from '../cli/version.ts'
import { captureOf, type Message } from './message-capture.ts'
import type { Version } from '../mqtt/version.ts'
import type { ReportObject } from '../report/schema/report.ts'
import type { Side } from '../session/side.ts'

export interface AnalyzeOptions {
  /** TCP ports that carry MQTT, besides connections that begin with a CONNECT; 1883 where it is left out. */
  readonly ports?: readonly number[]
  /** For connections whose CONNECT is not there. */
  readonly version?: Version
  /** Who is judged; both where it is left out. */
  readonly side?: Side
  /** Milliseconds from which on an answer is slow; 1,000 where it is left out. */
  readonly slowMs?: number
  /** Findings of one rule that are listed, beside the first one of each statement that fails; 100 where it is left out. */
  readonly maxFindingsPerRule?: number
}

/**
 * Judges what is given by the numbered statements of MQTT 3.1.1 and 5.0, and by the rules of 3.1.
 *
 * `input`: a capture file (pcap or pcapng, not compressed), or the messages of one or more connections in the order of their times. A test that has no frames gives
 * what each side wrote: each `Message` is one write of one side. Findings then name packets (`packet`, from 1, in order); their `frame` counts the segments that stand
 * for these writes.
 *
 * Throws RangeError where messages run back in time; never because of their bytes.
 */
export function analyze(input: Uint8Array | readonly Message[], options: AnalyzeOptions = {}): ReportObject {
  const { version = null, side = null, slowMs, maxFindingsPerRule = LIMITS.conformance.findings } = options
  const ports = new Uint8Array(65_536)
  for (const port of options.ports ?? [MQTT_PORT]) ports[port] = 1
  const accused = new Set<number>()
  const judge = new Judge({
    side, mostFindings: maxFindingsPerRule, found: ({ stream }) => void accused.add(stream), ...(slowMs === undefined ? {} : { slowAfter: slowMs * 1e6 }),
  })
  const collector: ReportCollector = new ReportCollector(() => pipeline.clock)
  const pipeline: Pipeline = createPipeline({ ports, version }, judgedSink(judge, {
    packet: () => undefined,
    exchange: (exchange) => collector.exchange(exchange),
    connection: (connection) => collector.connection(connection, accused.has(connection.mqtt.tcp.stream)),
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  }))
  pipeline.begin(input instanceof Uint8Array ? 'capture' : 'messages')
  pipeline.push(input instanceof Uint8Array ? input : captureOf(input))
  pipeline.finish()
  return collector.report(judge.judgement, pipeline.totals, { toolVersion: VERSION, timestamps: 'file', baseline: null })
}

/** IANA's port of MQTT. */
const MQTT_PORT = 1883
