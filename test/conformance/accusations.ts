/** What rules find that counts, in what a simulated broker was recorded to do. */
import { pcapOf, type RecordedFrame } from '../session/broker-network.ts'
import { judge } from './judging.ts'

/** What counts as an accusation, of these rules; `frames` as recorded. */
export function accusations(frames: readonly RecordedFrame[], rules: ReadonlySet<string>): string[] {
  const { findings } = judge(pcapOf(frames), { wants: (id) => rules.has(id) })
  return findings.filter(({ severity, certainty }) => severity !== 'note' && certainty !== 'unsure').map(({ rule, frame, message }) => `${rule} at ${frame}: ${message}`)
}
