import { compileColumns } from '../analysis/fields/columns.ts'
import { FieldReader } from '../analysis/fields/field-reader.ts'
import { grouped } from '../bytes/number-text.ts'
import { FrameExport } from '../io/frame-export.ts'
import { openInput } from '../io/input.ts'
import { treeDecoder } from '../analysis/tree-decoder.ts'
import { ByteDumpRenderer } from '../report/byte-dump.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { ColumnsWriter } from '../report/columns.ts'
import { CsvRenderer } from '../report/packet-csv.ts'
import { DetailRenderer } from '../report/packet-detail.ts'
import { JsonRenderer, NdjsonRenderer } from '../report/packet-json.ts'
import { LineRenderer } from '../report/packet-line.ts'
import { summaryText } from '../report/summary.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { reaches } from './fail-on.ts'
import { readPlan } from './read-plan.ts'
import { tell } from './report-error.ts'
import { VERSION } from './version.ts'
import type { Pipeline } from '../analysis/pipeline.ts'
import type { TextSink } from '../bytes/text-sink.ts'
import type { FieldNode } from '../mqtt/field.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { PacketRenderer } from '../report/renderer.ts'
import type { ShownCounts } from '../report/summary.ts'
import type { ExitCode } from './exit.ts'
import type { LiveStart } from './live.ts'
import type { Arguments } from './option-values.ts'
import type { ReadPlan } from './read-plan.ts'

/** `mqtap read FILE…`: the packets of a capture, in one of the formats. */

export async function read(args: Arguments, files: readonly string[], start: LiveStart | null = null): Promise<ExitCode> {
  const plan = await readPlan(args, files)
  const reading = new Reading(start === null ? plan : { ...plan, live: await start() })
  try {
    return await reading.run()
  } finally {
    reading.release()
  }
}

/** Who names it in a filter or a column wants to see what could not be framed. */
const UNFRAMED_FIELD = 'mqtt.unframed'

/** Formats that name the exchange of each packet, so that exchanges must be paired. */
const SHOWS_EXCHANGES: ReadonlySet<string> = new Set<ReadPlan['format']>(['ndjson', 'json', 'csv'])

class Reading {
  readonly #plan: ReadPlan
  readonly #capture: CaptureReading
  readonly #export: FrameExport | null
  /** What shows the packets, where anything does: columns, or else a renderer. */
  readonly #columns: ColumnsWriter | null
  readonly #renderer: PacketRenderer | null
  readonly #reader: FieldReader
  readonly #shown = { packets: 0, packetTypes: new Map<string, number>(), problems: { error: 0, warning: 0, note: 0 } }

  constructor(plan: ReadPlan) {
    this.#plan = plan
    this.#capture = new CaptureReading(plan, {
      keepPipes: plan.output !== null,
      payloadKept: plan.payloadBytes,
      sink: {
        packet: (event, exchange) => this.#packet(event, exchange?.number ?? null),
        ...(SHOWS_EXCHANGES.has(plan.format) && !plan.quiet ? { exchange: () => undefined } : {}),
      },
    })
    const clock = () => this.#capture.pipeline.clock
    const decodeTree = treeDecoder()
    const reader = new FieldReader({ clock, decodeFields: decodeTree })
    this.#reader = reader
    const { quiet, format } = plan
    this.#columns = quiet || format !== 'fields' ? null : columnsWriter(plan, reader, this.#capture.output)
    this.#renderer = quiet || format === 'fields' ? null : rendererOf(plan, format, clock, decodeTree)
    this.#export = plan.output === null ? null : new FrameExport(`mqtap ${VERSION}`, plan.output, plan.files)
  }

  async run(): Promise<ExitCode> {
    const capture = this.#capture
    capture.write(this.#renderer?.begin() ?? '')
    if (!(await capture.read())) return EXIT.clean
    capture.write(this.#renderer?.end() ?? '')
    await capture.conclude(() => this.#summary())
    await this.#writeExport()
    return capture.failure ?? (reaches(this.#plan.failOn, this.#counts.problems) ? EXIT.findings : EXIT.clean)
  }

  release(): void {
    this.#export?.abandon()
    this.#capture.release()
  }

  #packet(event: PacketEvent, exchange: number | null): void {
    const { filter } = this.#plan
    if (filter !== null) {
      if (!filter.matches(event, this.#reader)) return
      this.#count(event)
    }
    this.#export?.add(event)
    if (this.#columns !== null) this.#columns.packet(event)
    else if (this.#renderer !== null) this.#capture.write(this.#renderer.packet(event, exchange))
  }

  /** Only with a filter: without one, the pipeline has counted already. */
  #count({ packet, problems }: PacketEvent): void {
    if (packet.type === 'UNFRAMED') return
    const { packetTypes } = this.#shown
    this.#shown.packets++
    packetTypes.set(packet.type, (packetTypes.get(packet.type) ?? 0) + 1)
    for (const { severity } of problems) this.#shown.problems[severity]++
  }

  get #counts(): ShownCounts {
    return this.#plan.filter === null ? this.#capture.pipeline.totals : this.#shown
  }

  #summary(): string {
    const { totals, clock } = this.#capture.pipeline
    const palette = this.#plan.colour ? ANSI : PLAIN
    return summaryText(totals, this.#counts, clock, { palette, utc: this.#plan.utc, filter: this.#plan.filter?.text ?? null })
  }

  /** The second reading, for `-w`. */
  async #writeExport(): Promise<void> {
    if (this.#export === null) return
    const frames = await this.#export.write(this.#capture.readAgain.map((name) => openInput(name)))
    if (this.#plan.quiet || process.stderr.isTTY === true) tell(`${grouped(frames)} frames written to ${this.#plan.output}, raw: secrets are in them as captured`)
  }
}

function columnsWriter({ columns, filter, showSecrets }: ReadPlan, reader: FieldReader, output: TextSink): ColumnsWriter {
  const named = [...columns.map(({ field }) => field), ...(filter?.fields ?? [])]
  const unframed = named.some(({ name }) => name.startsWith(UNFRAMED_FIELD))
  return new ColumnsWriter(compileColumns(columns, reader, { showSecrets }), output, { forTerminal: process.stdout.isTTY === true, unframed })
}

function rendererOf(
  plan: ReadPlan, format: Exclude<ReadPlan['format'], 'fields'>, clock: () => Pipeline['clock'], decodeTree: (event: PacketEvent) => readonly FieldNode[],
): PacketRenderer {
  const { payload, payloadBytes, showSecrets, header } = plan
  const palette = plan.colour ? ANSI : PLAIN
  const time = new TimeColumn(plan.time, plan.utc, clock)
  const withBytes = (renderer: PacketRenderer) => (plan.bytes ? new ByteDumpRenderer(renderer, showSecrets, decodeTree) : renderer)
  switch (format) {
    case 'line': return withBytes(new LineRenderer({ palette, time, header, payload, payloadBytes, showSecrets }))
    case 'detail': return withBytes(new DetailRenderer({ palette, time, payload, payloadBytes, showSecrets }, decodeTree))
    case 'ndjson': return new NdjsonRenderer(clock, { payloadBytes, showSecrets })
    case 'json': return new JsonRenderer(clock, { payloadBytes, showSecrets })
    case 'csv': return new CsvRenderer(clock, { payloadBytes, showSecrets }, process.stdout.isTTY === true)
  }
}
