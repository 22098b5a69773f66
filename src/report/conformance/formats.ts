import { jsonText } from '../json-text.ts'
import { reportJunit } from './junit-report.ts'
import { reportMarkdown } from './markdown-report.ts'
import { reportText, type ReportTextOptions } from './text-report.ts'
import type { ReportObject } from '../schema/report.ts'
import type { ReportFormat } from './format-names.ts'

/** Every format of the report, each a function of the report alone. */
export const REPORT_RENDERERS: Readonly<Record<ReportFormat, (report: ReportObject, options: ReportTextOptions) => string>> = {
  text: reportText,
  json: (report) => `${jsonText(report)}\n`,
  junit: reportJunit,
  markdown: reportMarkdown,
}
