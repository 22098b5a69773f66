/**
 * A capture as all views need it: its bytes go in, in their order, and everything that a screen shows of it comes out, at any time.
 *
 * Nothing here knows of keys, screens or files; where the bytes come from is the matter of reading.ts.
 */
import { FieldReader } from '../../analysis/fields/field-reader.ts'
import { judgedSink } from '../../analysis/judging.ts'
import { LIMITS } from '../../analysis/limits.ts'
import { PacketIndex } from '../../analysis/packet-index.ts'
import { PacketSource } from '../../analysis/packet-source.ts'
import { createPipeline, type Pipeline, type PipelineOptions } from '../../analysis/pipeline.ts'
import { Statistics } from '../../analysis/statistics/statistics.ts'
import { treeDecoder } from '../../analysis/tree-decoder.ts'
import { Judge, type Judgement } from '../../conformance/judge.ts'
import { OutputError } from '../../io/errors.ts'
import { PageDetails } from '../../report/html/page-details.ts'
import { ReportCollector } from '../../report/report-model.ts'
import { TimeColumn } from '../../report/time-format.ts'
import { ConnectionBook } from './connection-book.ts'
import { FindingList, RANKS, statementsSoFar, type StatementsSoFar } from './finding-list.ts'
import { ShownPackets } from './shown-packets.ts'
import type { CaptureProblem } from '../../capture/frame.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { Version } from '../../mqtt/version.ts'
import type { CaptureStore } from '../../io/capture-store.ts'

export interface WorkspaceOptions {
  readonly ports: Uint8Array
  readonly version: Version | null
  readonly utc: boolean
  readonly showSecrets: boolean
  /** Where the bytes can be read again. */
  readonly store: CaptureStore
}

/** A file of the capture, and where its bytes begin among all. */
export interface WorkspaceFile {
  readonly name: string
  readonly start: number
}

/** Milliseconds between two judgements: one costs as much as some frames of the screen. */
const JUDGED_EVERY = 1_000

export class Workspace {
  readonly store: CaptureStore
  readonly index = new PacketIndex(LIMITS.index)
  readonly source: PacketSource
  readonly shown: ShownPackets
  readonly book: ConnectionBook
  readonly findings = new FindingList()
  readonly statistics = new Statistics(LIMITS.statistics)
  /** For reports: what they hold, and what the HTML page shows beside that. */
  readonly collector: ReportCollector
  readonly page: PageDetails
  readonly pipeline: Pipeline
  readonly pipelineOptions: PipelineOptions
  readonly files: WorkspaceFile[] = []
  /** What is wrong with the files, in sentences. */
  readonly problems: string[] = []
  readonly #judge: Judge
  readonly #byPacket = new Map<number, Finding[]>()
  readonly #accused = new Set<number>()
  #keeps = true
  /** The last file whose compression is damaged. */
  #damaged: string | null = null
  #length = 0
  #ticked = NaN
  #finished = false
  #judgedAt = -Infinity
  #judgedPackets = -1
  #statements: StatementsSoFar | null = null

  constructor({ ports, version, utc, showSecrets, store }: WorkspaceOptions) {
    this.store = store
    this.pipelineOptions = { ports, version, subscriptions: true }
    const clock = () => this.pipeline.clock
    this.source = new PacketSource(this.index, (position, length) => store.read(position, length))
    this.shown = new ShownPackets(this.index, this.source, new FieldReader({ clock, decodeFields: treeDecoder() }))
    this.book = new ConnectionBook({ time: new TimeColumn('relative', utc, clock) })
    this.collector = new ReportCollector(clock)
    this.page = new PageDetails({ showSecrets, decodeFields: treeDecoder() })
    this.#judge = new Judge({ mostFindings: LIMITS.conformance.findings, found: (finding) => this.#found(finding) })
    const { index, book, statistics, collector } = this
    const pipeline: Pipeline = createPipeline({ ...this.pipelineOptions, locates: true }, this.page.watch(judgedSink(this.#judge, {
      packet: (event, exchange) => {
        index.add(event, exchange === null ? 0 : exchange.number, pipeline.positionOf(event.buffer, event.start))
        statistics.packet(event)
        book.packet(event)
      },
      exchange: (exchange) => {
        statistics.exchange(exchange)
        book.exchange(exchange)
        collector.exchange(exchange)
      },
      connection: (connection) => {
        statistics.connection(connection)
        book.connection(connection)
        collector.connection(connection, this.#accused.has(connection.mqtt.tcp.stream))
      },
      tick: (time) => book.tick(time),
      captureProblem: (file, problem) => this.#captureProblem(file, problem),
      networkProblem: ({ message }) => this.#problem(message),
    })))
    this.pipeline = pipeline
  }

  begin(name: string): void {
    this.files.push({ name, start: this.#length })
    this.pipeline.begin(name)
  }

  /** The next bytes of the current file: kept, and analysed. */
  append(chunk: Uint8Array): void {
    this.#keep(chunk)
    this.#length += chunk.length
    this.#ticked = NaN
    this.pipeline.push(chunk)
  }

  /** The compression of a file is damaged, so that no more comes of it. */
  damaged(file: string, sentence: string): void {
    this.#damaged = file
    this.#problem(sentence)
  }

  /** Once bytes could not be kept, those that follow would have a wrong place: the analysis goes on, and packets from here on are shown without their bytes. */
  #keep(chunk: Uint8Array): void {
    if (!this.#keeps) return
    try {
      this.store.append(chunk)
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      this.#keeps = false
      this.#problem(`${error.message}; from here on, packets are counted and judged but cannot be shown`)
    }
  }

  /** As Pipeline.tick. */
  tick(time: number): void {
    this.#ticked = time
    this.pipeline.tick(time)
  }

  finish(): void {
    this.#finished = true
    this.pipeline.finish()
    this.#judgedAt = -Infinity
  }

  /** The time that the capture has come to since its newest bytes; NaN where it was not told. */
  get ticked(): number {
    return this.#ticked
  }

  /** All bytes so far. */
  get length(): number {
    return this.#length
  }

  /** All of the capture has gone by. */
  get finished(): boolean {
    return this.#finished
  }

  /** Packets whose bytes are not kept any more. */
  get evicted(): number {
    let packets = 0
    for (const { start, end } of this.store.givenUpSpans) packets += this.#packetsBefore(end) - this.#packetsBefore(start)
    return packets
  }

  #packetsBefore(position: number): number {
    if (position === 0) return 0
    let low = 0
    let high = this.index.count
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      // Packets without a place of their own are kept beside; the one before them tells.
      let packet = middle
      while (packet > 1 && this.index.positionOf(packet) < 0) packet--
      if (this.index.positionOf(packet) < position) low = middle
      else high = middle - 1
    }
    return low
  }

  /** What was found of a packet. */
  findingsOf(packet: number): readonly Finding[] {
    return this.#byPacket.get(packet) ?? NONE
  }

  /** The worst of what the decoder and the rules say of a packet. */
  severityOf(packet: number): Severity | null {
    let worst: Severity | null = this.index.worstOf(packet)
    for (const { severity, waived } of this.findingsOf(packet)) {
      if (waived === null && (worst === null || RANKS[severity] < RANKS[worst])) worst = severity
    }
    return worst
  }

  /** What was judged by now. To ask it takes some milliseconds. */
  get judgement(): Judgement {
    return this.#judge.judgement
  }

  /** Statements that were judged, and those that could not be; asked anew once a second at most. `now`: milliseconds. */
  statements(now: number): StatementsSoFar | null {
    const packets = this.pipeline.totals.packets
    if (now - this.#judgedAt < JUDGED_EVERY || (packets === this.#judgedPackets && this.#judgedAt > -Infinity)) return this.#statements
    this.#judgedAt = now
    this.#judgedPackets = packets
    const { judgement } = this
    this.findings.count(judgement)
    this.#statements = statementsSoFar(judgement.verdicts)
    return this.#statements
  }

  /** The same as they were told last: nothing is asked anew. */
  get statementsBefore(): StatementsSoFar | null {
    return this.#statements
  }

  #found(finding: Finding): void {
    // A silence is found without a packet.
    this.#judgedPackets = -1
    this.book.finding(finding)
    this.findings.add(finding)
    this.#accused.add(finding.stream)
    this.page.finding(finding)
    if (finding.packet === null) return
    const its = this.#byPacket.get(finding.packet)
    if (its === undefined) this.#byPacket.set(finding.packet, [finding])
    else its.push(finding)
  }

  #captureProblem(file: string, { code, message }: CaptureProblem): void {
    // It has been said why the file ends there.
    if (code === 'cut-off' && file === this.#damaged) return
    this.#problem(`${file === '-' ? 'standard input' : file}: ${message}`)
  }

  #problem(sentence: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(sentence)
  }
}

const NONE: readonly Finding[] = []
/** Nobody reads more of them. */
const MOST_PROBLEMS = 20
