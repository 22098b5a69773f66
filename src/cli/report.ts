import { judgedSink } from '../analysis/judging.ts'
import { Judge } from '../conformance/judge.ts'
import { AtomicFile } from '../io/atomic-file.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { REPORT_RENDERERS } from '../report/conformance/formats.ts'
import { ReportCollector } from '../report/report-model.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { reaches } from './fail-on.ts'
import { tell } from './report-error.ts'
import { reportPlan } from './report-plan.ts'
import { VERSION } from './version.ts'
import type { Judgement } from '../conformance/judge.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'
import type { ReportPlan } from './report-plan.ts'

/** `mqtap report FILE…`: which statements of the standards each side kept and broke in a capture, in one of the formats. */

export async function report(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  const reporting = new Reporting(reportPlan(args, files, today()))
  try {
    return await reporting.run()
  } finally {
    reporting.release()
  }
}

class Reporting {
  readonly #plan: ReportPlan
  readonly #judge: Judge
  readonly #collector: ReportCollector
  readonly #capture: CaptureReading
  readonly #file: AtomicFile | null
  /** Streams that something was found of. */
  readonly #accused = new Set<number>()

  constructor(plan: ReportPlan) {
    this.#plan = plan
    const { choice, side, waivers, mostFindings } = plan
    this.#judge = new Judge({
      side, mostFindings, waiverOf: waivers.waiverOf, ...(choice.isEmpty ? {} : { wants: choice.wants }), found: ({ stream }) => void this.#accused.add(stream),
    })
    const collector: ReportCollector = new ReportCollector(() => this.#capture.pipeline.clock)
    this.#collector = collector
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      sink: judgedSink(this.#judge, {
        packet: () => undefined,
        exchange: (exchange) => collector.exchange(exchange),
        connection: (connection) => collector.connection(connection, this.#accused.has(connection.mqtt.tcp.stream)),
        // Told by the reading itself.
        captureProblem: () => undefined,
        networkProblem: () => undefined,
      }),
    })
    this.#file = plan.output === null ? null : new AtomicFile(plan.output, plan.files)
  }

  async run(): Promise<ExitCode> {
    const { waivers, format, failOn } = this.#plan
    for (const { of, until } of waivers.expired) tell(`the waiver of ${of.text} ended on ${until} and does not hold any more`)
    const capture = this.#capture
    if (!(await capture.read())) return EXIT.clean
    const judgement = this.#chosen()
    await capture.conclude(() => this.#write(judgement), format !== 'text')
    if (capture.pipeline.totals.packets === 0) {
      capture.tellNoMqtt()
      return capture.failure ?? EXIT.unreadable
    }
    return capture.failure ?? (reaches(failOn, judgement.counted) ? EXIT.findings : EXIT.clean)
  }

  release(): void {
    this.#file?.abandon()
    this.#capture.release()
  }

  #chosen(): Judgement {
    const { judgement } = this.#judge
    const { choice } = this.#plan
    return choice.isEmpty ? judgement : { ...judgement, verdicts: judgement.verdicts.filter((verdict) => choice.keeps(verdict)) }
  }

  /** What goes to standard output: nothing where there is a file. */
  #write(judgement: Judgement): string {
    const { format, colour, utc, baseline } = this.#plan
    const made = this.#collector.report(judgement, this.#capture.pipeline.totals, { toolVersion: VERSION, timestamps: 'file', baseline })
    const text = REPORT_RENDERERS[format](made, { palette: colour && this.#file === null ? ANSI : PLAIN, utc })
    if (this.#file === null) return text
    this.#file.writeText(text)
    this.#file.commit()
    return ''
  }
}

/** By the user's calendar, as waivers are written. */
function today(): string {
  const now = new Date()
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`
}
