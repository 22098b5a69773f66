/** The report of what was captured so far, in the format that the name of the file asks for. */
import { AtomicFile } from '../io/atomic-file.ts'
import { PLAIN } from '../report/colour.ts'
import { REPORT_RENDERERS } from '../report/conformance/formats.ts'
import { htmlReport } from '../report/html/page.ts'
import type { ReportFormat } from '../report/conformance/format-names.ts'
import type { ReportContext } from '../report/report-model.ts'
import type { Workspace } from './model/workspace.ts'

const FORMATS: ReadonlyMap<string, ReportFormat> = new Map([['txt', 'text'], ['md', 'markdown'], ['html', 'html'], ['htm', 'html'], ['json', 'json'], ['xml', 'junit']])

export interface ReportWriting {
  readonly toolVersion: string
  readonly timestamps: ReportContext['timestamps']
  /** Files that must not be written onto. */
  readonly inputs: readonly string[]
  readonly utc: boolean
}

/** Answers what to say. Throws OutputError. */
export function writeReport(name: string, workspace: Workspace, { toolVersion, timestamps, inputs, utc }: ReportWriting): string {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const format = FORMATS.get(ending)
  if (format === undefined) return `A report ends in ${[...FORMATS.keys()].map((one) => `.${one}`).join(', ')}`
  const { judgement, collector, pipeline, page } = workspace
  const report = collector.report(judgement, pipeline.totals, { toolVersion, timestamps, baseline: null }, pipeline.openConnections)
  const file = new AtomicFile(name, inputs)
  try {
    file.writeText(format === 'html' ? htmlReport(report, page.of(report.findings)) : REPORT_RENDERERS[format](report, { palette: PLAIN, utc }))
    file.commit()
  } finally {
    file.abandon()
  }
  return `Report written to ${name}`
}
