import { compileColumns } from '../analysis/fields/columns.ts'
import { FieldReader } from '../analysis/fields/field-reader.ts'
import { LIMITS } from '../analysis/limits.ts'
import { grouped } from '../bytes/number-text.ts'
import { createPipeline } from '../analysis/pipeline.ts'
import { InputError } from '../io/errors.ts'
import { TextOutput } from '../io/output.ts'
import { PacketDecoder } from '../mqtt/decoder.ts'
import { decodeFields } from '../mqtt/detail.ts'
import { ByteDumpRenderer } from '../report/byte-dump.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { ColumnsRenderer } from '../report/columns.ts'
import { CsvRenderer } from '../report/csv.ts'
import { DetailRenderer } from '../report/packet-detail.ts'
import { JsonRenderer, NdjsonRenderer } from '../report/packet-json.ts'
import { LineRenderer } from '../report/packet-line.ts'
import { summaryText } from '../report/summary.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureInput } from './capture-input.ts'
import { EXIT } from './exit.ts'
import { reaches } from './fail-on.ts'
import { FrameExport } from './frame-export.ts'
import { Interrupt } from './interrupt.ts'
import { Progress } from './progress.ts'
import { readPlan } from './read-plan.ts'
import { tell } from './report-error.ts'
import type { Pipeline } from '../analysis/pipeline.ts'
import type { CaptureProblem } from '../capture/frame.ts'
import type { FieldNode } from '../mqtt/field.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { NetworkProblem } from '../network/segment.ts'
import type { PacketRenderer } from '../report/renderer.ts'
import type { ShownCounts } from '../report/summary.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'
import type { ReadPlan } from './read-plan.ts'

/** `mqtap read FILE…`: the packets of a capture, in one of the formats. */

export async function read(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  const reading = new Reading(await readPlan(args, files))
  try {
    return await reading.run()
  } finally {
    reading.release()
  }
}

/** Messages of one kind of network problem that are told; the rest is counted. */
const MOST_NETWORK_MESSAGES = 3

/** Who names it in a filter or a column wants to see what could not be framed. */
const UNFRAMED_FIELD = 'mqtt.unframed'

class Reading {
  readonly #plan: ReadPlan
  readonly #output = new TextOutput()
  readonly #interrupt = new Interrupt()
  readonly #progress: Progress | null
  readonly #input: CaptureInput
  readonly #export: FrameExport | null
  readonly #pipeline: Pipeline
  readonly #renderer: PacketRenderer | null
  readonly #reader: FieldReader
  readonly #shown = { packets: 0, packetTypes: new Map<string, number>(), problems: { error: 0, warning: 0, note: 0 } }
  readonly #networkProblems = new Map<string, number>()
  #unreadable = false
  /** Whether the input being read is a pipe, whose last record may be cut off when it is ended. */
  #fromPipe = false

  constructor(plan: ReadPlan) {
    this.#plan = plan
    this.#input = new CaptureInput(plan.output !== null)
    this.#pipeline = createPipeline(
      { ports: plan.ports, version: plan.version, payloadKept: plan.payloadBytes },
      {
        packet: (event) => this.#packet(event),
        captureProblem: (file, problem) => this.#captureProblem(file, problem),
        networkProblem: (problem) => this.#networkProblem(problem),
      },
    )
    const decodeTree = treeDecoder()
    const reader = new FieldReader({ clock: () => this.#pipeline.clock, decodeFields: decodeTree })
    this.#reader = reader
    this.#renderer = plan.quiet ? null : rendererOf(plan, () => this.#pipeline.clock, decodeTree, reader)
    this.#export = plan.output === null ? null : new FrameExport(plan.output, plan.files)
    const watched = process.stderr.isTTY === true && (plan.quiet || process.stdout.isTTY !== true)
    this.#progress = watched ? new Progress() : null
  }

  async run(): Promise<ExitCode> {
    this.#write(this.#renderer?.begin() ?? '')
    for (const file of this.#plan.files) {
      if (this.#interrupt.happened || this.#output.closed) break
      await this.#file(file)
    }
    this.#progress?.clear()
    if (this.#output.closed) return EXIT.clean
    // Interrupted, the rest of the capture is unknown: what is open is not reported as ended.
    if (!this.#interrupt.happened) this.#pipeline.finish()
    this.#write(this.#renderer?.end() ?? '')
    await this.#conclude()
    return this.#exitCode()
  }

  release(): void {
    this.#interrupt.release()
    this.#export?.abandon()
    this.#input.close()
  }

  async #file(name: string): Promise<void> {
    const input = this.#input.open(name)
    const chunks = input[Symbol.asyncIterator]()
    let begun = false
    try {
      for (;;) {
        const next = await Promise.race([chunks.next(), this.#interrupt.signalled])
        if (next === 'interrupted') return
        if (!begun) this.#pipeline.begin(name)
        if (next.done === true) return
        this.#fromPipe = input.size === null
        this.#input.keep(input, next.value, !begun)
        begun = true
        this.#pipeline.push(next.value)
        if (!(await this.#output.drained()) || this.#pipeline.stopped) {
          await chunks.return()
          return
        }
        await this.#progress?.show(input)
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.#tell(error.message)
      this.#unreadable = true
    }
  }

  #packet(event: PacketEvent): void {
    const { filter } = this.#plan
    if (filter !== null) {
      if (!filter.matches(event, this.#reader)) return
      this.#count(event)
    }
    this.#export?.add(event)
    if (this.#renderer !== null) this.#write(this.#renderer.packet(event))
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
    return this.#plan.filter === null ? this.#pipeline.totals : this.#shown
  }

  #write(text: string): void {
    if (text !== '') this.#output.write(text)
  }

  #tell(sentence: string): void {
    this.#progress?.clear()
    tell(sentence)
  }

  #captureProblem(file: string, problem: CaptureProblem): void {
    this.#tell(`${file === '-' ? 'standard input' : file}: ${problem.message}`)
    if (!(problem.code === 'cut-off' && this.#fromPipe)) this.#unreadable = true
  }

  #networkProblem({ code, message }: NetworkProblem): void {
    const number = (this.#networkProblems.get(code) ?? 0) + 1
    this.#networkProblems.set(code, number)
    if (number <= MOST_NETWORK_MESSAGES) this.#tell(message)
    if (number === MOST_NETWORK_MESSAGES) this.#tell(`more problems of this kind (${code}) are not told`)
  }

  /** The summary, and the second reading for `-w`. */
  async #conclude(): Promise<void> {
    const { totals, clock } = this.#pipeline
    const summarised = this.#plan.quiet || this.#interrupt.happened
    if (summarised) {
      const palette = this.#plan.colour ? ANSI : PLAIN
      const summary = summaryText(totals, this.#counts, clock, { palette, utc: this.#plan.utc, filter: this.#plan.filter?.text ?? null })
      // Behind packets that another program reads, the summary of an interrupted reading would be one line too many.
      if (this.#plan.quiet) this.#write(summary)
      else process.stderr.write(summary)
    } else if (totals.packets === 0 && totals.frames > 0) {
      this.#tell(`no MQTT in ${grouped(totals.frames)} frames${this.#whyNoMqtt()}`)
    }
    await this.#output.drained()
    if (this.#export === null) return
    const frames = await this.#export.write(this.#input.readAgain)
    if (this.#plan.quiet || process.stderr.isTTY === true) tell(`${grouped(frames)} frames written to ${this.#plan.output}, raw: secrets are in them as captured`)
  }

  #whyNoMqtt(): string {
    const { streams, unframed } = this.#pipeline.totals
    if (streams === 0) return ': no TCP connection among them'
    return unframed > 0 ? '' : ': is it on another port? --port names the ports that carry MQTT'
  }

  #exitCode(): ExitCode {
    if (this.#interrupt.happened) return EXIT.interrupted
    if (this.#unreadable) return EXIT.unreadable
    return reaches(this.#plan.failOn, this.#counts.problems) ? EXIT.findings : EXIT.clean
  }
}

/** The field tree of the packet going by, decoded once however many ask for it. */
function treeDecoder(): (event: PacketEvent) => readonly FieldNode[] {
  const decoder = new PacketDecoder(LIMITS.mqtt)
  let number = 0
  let tree: readonly FieldNode[] = []
  return (event) => {
    if (event.number !== number) tree = decodeFields(decoder, event)
    number = event.number
    return tree
  }
}

function rendererOf(
  plan: ReadPlan, clock: () => Pipeline['clock'], decodeTree: (event: PacketEvent) => readonly FieldNode[], reader: FieldReader,
): PacketRenderer {
  const { payload, payloadBytes, showSecrets, header } = plan
  const palette = plan.colour ? ANSI : PLAIN
  const toTerminal = process.stdout.isTTY === true
  const time = new TimeColumn(plan.time, plan.utc, clock)
  const withBytes = (renderer: PacketRenderer) => (plan.bytes ? new ByteDumpRenderer(renderer, showSecrets, decodeTree) : renderer)
  switch (plan.format) {
    case 'line': return withBytes(new LineRenderer({ palette, time, header, payload, payloadBytes, showSecrets }))
    case 'detail': return withBytes(new DetailRenderer({ palette, time, payload, payloadBytes, showSecrets }, decodeTree))
    case 'ndjson': return new NdjsonRenderer(clock, { payloadBytes, showSecrets })
    case 'json': return new JsonRenderer(clock, { payloadBytes, showSecrets })
    case 'csv': return new CsvRenderer(clock, { payloadBytes, showSecrets }, toTerminal)
    case 'fields': {
      const named = [...plan.columns.map(({ field }) => field), ...(plan.filter?.fields ?? [])]
      const unframed = named.some(({ name }) => name.startsWith(UNFRAMED_FIELD))
      return new ColumnsRenderer(compileColumns(plan.columns, reader, { showSecrets }), { forTerminal: toTerminal, unframed })
    }
  }
}
