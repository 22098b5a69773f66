import { jsonText } from '../json-text.ts'
import { reportJunit } from './junit-report.ts'
import { reportMarkdown } from './markdown-report.ts'
import { reportText, type ReportTextOptions } from './text-report.ts'
import type { ReportObject } from '../schema/report.ts'
import type { ReportFormat } from './format-names.ts'

/** The formats that are a function of the report alone. One that shows bytes and ladders too needs more: what it collects while the packets go by. */
export const REPORT_RENDERERS: Readonly<Record<ReportFormat, (report: ReportObject, options: ReportTextOptions) => string>> = {
  text: reportText,
  json: (report) => `${jsonText(report)}\n`,
  junit: reportJunit,
  markdown: reportMarkdown,
}
