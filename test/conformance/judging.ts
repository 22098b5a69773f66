import { LIMITS } from '../../src/analysis/limits.ts'
import { judgedSink } from '../../src/analysis/judging.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import type { Finding, Verdict } from '../../src/conformance/finding.ts'
import { Judge, type JudgeOptions, type Judgement } from '../../src/conformance/judge.ts'
import type { Version } from '../../src/mqtt/version.ts'
import type { Side } from '../../src/session/side.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'

/** What the engine says of a capture: the bytes of a file that is not compressed. */
export function judge(capture: Uint8Array, options: Partial<JudgeOptions> = {}): Judgement {
  const judge = new Judge({ mostFindings: LIMITS.conformance.findings, ...options })
  const ports = new Uint8Array(65_536)
  ports[1883] = 1
  const pipeline = createPipeline({ ports, version: null }, judgedSink(judge, { packet: () => undefined, captureProblem: () => undefined, networkProblem: () => undefined }))
  pipeline.begin('capture')
  pipeline.push(capture)
  pipeline.finish()
  return judge.judgement
}

/** What it says of a conversation: the lines of a scenario behind its header. */
export function judgeConversation(conversation: string, version: Version = '5.0', options: Partial<JudgeOptions> = {}): Judgement {
  const scenario = parseScenario(`A conversation\nversion ${version}\n\n${conversation}`, 'conversation')
  return judge(captureOf(scenario).pcap, options)
}

export function verdictOf({ verdicts }: Judgement, version: Version, id: string, side: Side): Verdict | undefined {
  return verdicts.find((each) => each.version === version && each.id === id && each.side === side)
}

/** One line for each finding: `certain client connect.second at 5`. */
export function linesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ certainty, actor, rule, frame }) => `${certainty} ${actor} ${rule} at ${frame}`)
}
