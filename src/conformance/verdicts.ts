/** From what was counted to a verdict for each statement and side. */
import type { Version } from '../mqtt/version.ts'
import type { Side } from '../session/side.ts'
import type { CaseCounts } from './cases.ts'
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
  let checked = cases.count((EXERCISES[version][statement.id] ?? NOT_EXERCISED).cases, version, side, 0, notJudged)
  for (const rule of judges.rules) {
    if (!rule.sides.includes(side) || ruleSeverity(rule, version) === null) continue
    const tally = tallies.get(rule)
    tally?.notJudged(version, side, notJudged)
    checked += rule.exercisedBy === undefined ? tally?.checked(version, side) ?? 0 : cases.count(rule.exercisedBy, version, side, rule.needs, notJudged)
  }
  const violated = findings.violated(version, statement.id, side)
  const sum = [...reasons.values()].reduce((total, count) => total + count, 0)
  return {
    version, id: statement.id, side, verdict: nameOf(statement, checked, violated, sum), checked: Math.max(checked, violated), violated, notJudged: sum,
    reasons: sortedReasons(reasons),
  }
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
