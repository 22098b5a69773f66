import { jsonText } from '../json-text.ts'
import { reportJunit } from './junit-report.ts'
import { reportMarkdown } from './markdown-report.ts'
import { reportText, type ReportTextOptions } from './text-report.ts'
import type { ReportObject } from '../schema/report.ts'
import type { ReportFormat } from './format-names.ts'

/** The formats that are a function of the report alone. The HTML page shows bytes and ladders too, and needs more: what is collected while the packets go by (html/page.ts). */
export const REPORT_RENDERERS: Readonly<Record<Exclude<ReportFormat, 'html'>, (report: ReportObject, options: ReportTextOptions) => string>> = {
  text: reportText,
  json: (report) => `${jsonText(report)}\n`,
  junit: reportJunit,
  markdown: reportMarkdown,
}
