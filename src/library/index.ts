/** What `import { … } from 'mqtap'` gives. */
export { analyze, type AnalyzeOptions } from './analyze.ts'
export type { Message } from './message-capture.ts'
export type { ReportObject } from '../report/schema/report.ts'
