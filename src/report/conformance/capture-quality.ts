import { counted, grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import type { ReportObject } from '../schema/report.ts'

/** How far a capture can be trusted to show what happened: one sentence for each thing that is wrong with it. */

export function qualityTexts({ capture, connections, connectionsLeftOut }: ReportObject): string[] {
  const { truncatedFrames, droppedFrames, gaps, gapBytes, unframed, leftOut, problems } = capture
  const withGaps = connections.filter((connection) => connection.gaps > 0).length
  const early = connections.filter(({ versionCertainty }) => versionCertainty === 'inferred' || versionCertainty === 'given').length
  const open = connections.filter(({ closeReason }) => closeReason === 'capture-end').length
  const of = connectionsLeftOut > 0 ? ` of the ${grouped(connections.length)} listed` : ''
  return [
    ...problems.map(({ file, message }) => `${file === '-' ? 'standard input' : printable(file)}: ${message}`),
    ...(droppedFrames !== null && droppedFrames > 0 ? [`${counted(droppedFrames, 'frame')} dropped while capturing`] : []),
    ...(truncatedFrames > 0 ? [`${counted(truncatedFrames, 'frame')} cut short by the snap length`] : []),
    ...(gaps > 0 ? [`${counted(gaps, 'gap')}: ${counted(gapBytes, 'byte')} missing from the capture${withGaps > 0 ? `, of ${counted(withGaps, 'connection')}${of}` : ''}`] : []),
    ...(early > 0 ? [`${counted(early, 'connection')}${of} ${early === 1 ? 'begins' : 'begin'} before the capture, or without a CONNECT`] : []),
    ...(open > 0 ? [`${counted(open, 'connection')}${of} still open when the capture ended`] : []),
    ...(unframed > 0 ? [`${counted(unframed, 'run')} of bytes in which no packet could be found`] : []),
    ...(leftOut.exchanges > 0 ? [`${counted(leftOut.exchanges, 'exchange')} not followed: too many were open at once`] : []),
    ...(leftOut.subscriptions > 0 ? [`${counted(leftOut.subscriptions, 'subscription')} not followed: there were too many at once`] : []),
    ...(leftOut.publications > 0 ? [`${counted(leftOut.publications, 'publication')} not followed: there were too many at once`] : []),
    ...(leftOut.sessions > 0 ? [`${counted(leftOut.sessions, 'Session')} forgotten: there were too many`] : []),
  ]
}
