/** Which rules, and which problems of the decoder, judge a statement: for the verdicts and for whoever wants to know how something is judged. */
import { PROBLEMS, problemStatements, type DecoderProblemCode } from '../mqtt/problems.ts'
import type { Version } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import type { Statement } from './catalogue.ts'
import type { Exercise } from './exercises.ts'
import type { Rule } from './rule.ts'

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly DecoderProblemCode[]

export interface Judges {
  readonly rules: readonly Rule[]
  readonly problems: readonly DecoderProblemCode[]
}

const NOBODY: Judges = { rules: [], problems: [] }

/** What judges each statement of `version`, by its id. Statements that nothing judges are not in it. */
export function judgesOf(version: Version, rules: readonly Rule[]): ReadonlyMap<string, Judges> {
  const judges = new Map<string, { rules: Rule[]; problems: DecoderProblemCode[] }>()
  const of = (id: string) => {
    let found = judges.get(id)
    if (found === undefined) judges.set(id, (found = { rules: [], problems: [] }))
    return found
  }
  for (const code of PROBLEM_CODES) for (const id of problemStatements(code, version)) of(id).problems.push(code)
  for (const rule of rules) for (const id of rule.statements[version] ?? []) of(id).rules.push(rule)
  return judges
}

export function judgesIn(judges: ReadonlyMap<string, Judges>, id: string): Judges {
  return judges.get(id) ?? NOBODY
}

/** Who must obey: those that the standard names, and those whom a rule, or a problem, can accuse. */
export function sidesOf({ actor }: Statement, { rules }: Judges, exercise: Exercise): readonly Side[] {
  return SIDES.filter((side) =>
    actor === 'both' || actor === side || exercise.sides.includes(side) || rules.some(({ sides }) => sides.includes(side)))
}
