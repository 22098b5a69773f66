/** From what was counted to a verdict for each statement and side. */
import { PACKET_TYPES, type PacketType } from '../mqtt/packet.ts'
import type { Version } from '../mqtt/version.ts'
import type { Side } from '../session/side.ts'
import { coversType, type CaseCounts, type CaseName, type Exerciser } from './cases.ts'
import { statementsOf, type Statement } from './catalogue.ts'
import type { Reason } from './evidence.ts'
import { EXERCISES, NOT_EXERCISED } from './exercises.ts'
import type { FindingBook } from './finding-book.ts'
import type { NotJudged, Verdict, VerdictName } from './finding.ts'
import { judgesIn, judgesOf, sidesOf, type Judges } from './judges.ts'
import { ruleSeverity, type Rule } from './rule.ts'
import type { Tally } from './tally.ts'

export interface Counted {
  readonly rules: readonly Rule[]
  readonly tallies: ReadonlyMap<Rule, Tally>
  readonly cases: CaseCounts
  readonly findings: FindingBook
}

/** Of each statement of `version`, and each side that must obey it. */
export function verdictsOf(version: Version, counted: Counted): readonly Verdict[] {
  const judges = judgesOf(version, counted.rules)
  return statementsOf(version).flatMap((statement) => {
    const judged = judgesIn(judges, statement.id)
    const exercise = EXERCISES[version][statement.id] ?? NOT_EXERCISED
    return sidesOf(statement, judged, exercise).map((side) => verdictOf(version, statement, judged, side, counted))
  })
}

function verdictOf(version: Version, statement: Statement, judges: Judges, side: Side, { tallies, cases, findings }: Counted): Verdict {
  const reasons = new Map<Reason, number>()
  const notJudged = (reason: Reason, count: number) => void reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  const exercisers: Exerciser[] = [{ cases: (EXERCISES[version][statement.id] ?? NOT_EXERCISED).cases, needs: 0 }]
  const asked: Rule[] = []
  for (const rule of judges.rules) {
    if (!rule.sides.includes(side) || ruleSeverity(rule, version) === null) continue
    tallies.get(rule)?.notJudged(version, side, notJudged)
    if (rule.exercisedBy === undefined) asked.push(rule)
    else exercisers.push({ cases: rule.exercisedBy, needs: rule.needs })
  }
  const seen = exercisers.flatMap((each) => each.cases)
  let packets = cases.count(exercisers, version, side, notJudged)
  let others = 0
  for (const rule of asked) {
    const count = tallies.get(rule)?.checked(version, side) ?? 0
    if (isAboutPackets(rule, seen)) packets = Math.max(packets, count)
    else others += count
  }
  const checked = packets + others
  const violated = findings.violated(version, statement.id, side)
  const sum = [...reasons.values()].reduce((total, count) => total + count, 0)
  return {
    version, id: statement.id, side, verdict: nameOf(statement, checked, violated, sum), checked: Math.max(checked, violated), violated, notJudged: sum,
    reasons: sortedReasons(reasons),
  }
}

/** Whether all that the rule is asked about are packets of these cases, which need no second count. */
function isAboutPackets({ on }: Rule, cases: readonly CaseName[]): boolean {
  const triggers = typeof on === 'string' ? [on] : on
  return triggers.every((trigger) => PACKET_TYPES.includes(trigger as PacketType) && coversType(cases, trigger as PacketType))
}

function nameOf({ observable }: Statement, checked: number, violated: number, notJudged: number): VerdictName {
  if (violated > 0) return 'fail'
  if (observable === 'no') return 'unobservable'
  if (checked > 0) return 'pass'
  return notJudged > 0 ? 'not-judged' : 'not-exercised'
}

function sortedReasons(reasons: ReadonlyMap<Reason, number>): readonly NotJudged[] {
  return [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
