import { judgedSink } from '../analysis/judging.ts'
import { Judge } from '../conformance/judge.ts'
import { AtomicFile } from '../io/atomic-file.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { REPORT_RENDERERS } from '../report/conformance/formats.ts'
import { PageDetails } from '../report/html/page-details.ts'
import { ReportCollector } from '../report/report-model.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { reaches } from './fail-on.ts'
import { tell, tellError } from './report-error.ts'
import { reportPlan } from './report-plan.ts'
import { treeDecoder } from '../analysis/tree-decoder.ts'
import { VERSION } from './version.ts'
import type { htmlReport as HtmlReport } from '../report/html/page.ts'
import type { Judgement } from '../conformance/judge.ts'
import type { ExitCode } from './exit.ts'
import type { LiveStart } from './live.ts'
import type { Arguments } from './option-values.ts'
import type { ReportPlan } from './report-plan.ts'

/** `mqtap report FILE…`: which statements of the standards each side kept and broke in a capture, in one of the formats. */

export async function report(args: Arguments, files: readonly string[], start: LiveStart | null = null): Promise<ExitCode> {
  const plan = reportPlan(args, files, today())
  const reporting = new Reporting(start === null ? plan : { ...plan, live: await start() })
  try {
    return await reporting.run()
  } finally {
    reporting.release()
  }
}

/** Loaded only where it is asked for. */
type HtmlRenderer = typeof HtmlReport

class Reporting {
  readonly #plan: ReportPlan
  readonly #judge: Judge
  readonly #collector: ReportCollector
  readonly #capture: CaptureReading
  readonly #file: AtomicFile | null
  /** What the HTML page shows beside the report; null in other formats. */
  readonly #page: PageDetails | null
  /** Streams that something was found of. */
  readonly #accused = new Set<number>()

  constructor(plan: ReportPlan) {
    this.#plan = plan
    const { choice, side, waivers, mostFindings, slowAfter, showSecrets } = plan
    const page = plan.format === 'html' ? new PageDetails({ showSecrets, decodeFields: treeDecoder() }) : null
    this.#page = page
    this.#judge = new Judge({
      side, mostFindings, waiverOf: waivers.waiverOf,
      ...(choice.isEmpty ? {} : { wants: choice.wants }),
      ...(slowAfter === null ? {} : { slowAfter }),
      found: (finding) => {
        this.#accused.add(finding.stream)
        page?.finding(finding)
      },
    })
    const collector: ReportCollector = new ReportCollector(() => this.#capture.pipeline.clock)
    this.#collector = collector
    const sink = judgedSink(this.#judge, {
      packet: () => undefined,
      exchange: (exchange) => collector.exchange(exchange),
      connection: (connection) => collector.connection(connection, this.#accused.has(connection.mqtt.tcp.stream)),
      // Told by the reading itself.
      captureProblem: () => undefined,
      networkProblem: () => undefined,
    })
    this.#capture = new CaptureReading(plan, { keepPipes: false, sink: page === null ? sink : page.watch(sink) })
    this.#file = plan.output === null ? null : new AtomicFile(plan.output, plan.files)
  }

  async run(): Promise<ExitCode> {
    const { waivers, format, failOn } = this.#plan
    for (const { of, until } of waivers.expired) tell(`the waiver of ${of.text} ended on ${until} and does not hold any more`)
    const capture = this.#capture
    const htmlReport = format === 'html' ? (await import('../report/html/page.ts')).htmlReport : null
    const between = this.#every === null ? null : setInterval(() => this.#writeBetween(htmlReport), this.#every)
    const whole = await capture.read()
    if (between !== null) clearInterval(between)
    if (!whole) return EXIT.clean
    const judgement = this.#chosen()
    await capture.conclude(() => this.#write(judgement, htmlReport, this.#file), format !== 'text')
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

  get #every(): number | null {
    return this.#file === null ? null : this.#plan.every
  }

  /** The report so far, in place of the one before. */
  #writeBetween(htmlReport: HtmlRenderer | null): void {
    try {
      this.#write(this.#chosen(), htmlReport, new AtomicFile(this.#plan.output!, []))
    } catch (error) {
      tellError(error)
    }
  }

  /** What goes to standard output: nothing where there is a file. */
  #write(judgement: Judgement, htmlReport: HtmlRenderer | null, file: AtomicFile | null): string {
    const { format, colour, utc, baseline } = this.#plan
    const made = this.#collector.report(judgement, this.#capture.pipeline.totals, { toolVersion: VERSION, timestamps: this.#plan.live?.timestamps ?? 'file', baseline }, this.#capture.pipeline.openConnections)
    const options = { palette: colour && file === null ? ANSI : PLAIN, utc }
    const text = format === 'html' ? htmlReport!(made, this.#page!.of(made.findings)) : REPORT_RENDERERS[format](made, options)
    if (file === null) return text
    file.writeText(text)
    file.commit()
    return ''
  }
}

/** By the user's calendar, as waivers are written. */
function today(): string {
  const now = new Date()
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`
}
