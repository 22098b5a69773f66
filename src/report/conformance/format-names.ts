/** The formats of the report; what each looks like is in formats.ts. */
export const REPORT_FORMATS = ['text', 'json', 'junit', 'markdown', 'html'] as const

export type ReportFormat = (typeof REPORT_FORMATS)[number]
