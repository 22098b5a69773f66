/** `--only` and `--ignore`: which rules are asked, and of which statements there is a verdict. */
import type { Version } from '../mqtt/version.ts'
import { problemStatements } from '../mqtt/problems.ts'
import type { Verdict } from './finding.ts'
import { judgesIn, judgesOf, type Judges } from './judges.ts'
import type { NamePattern } from './name-pattern.ts'
import { RULES } from './rules/all.ts'

export class RuleChoice {
  readonly #only: readonly NamePattern[]
  readonly #ignored: readonly NamePattern[]
  readonly #judges = new Map<Version, ReadonlyMap<string, Judges>>()

  /** Patterns of rules and of statements. Without `only`, all that is not ignored. */
  constructor(only: readonly NamePattern[], ignored: readonly NamePattern[]) {
    this.#only = only
    this.#ignored = ignored
  }

  get isEmpty(): boolean {
    return this.#only.length === 0 && this.#ignored.length === 0
  }

  /** JudgeOptions.wants. A rule is ignored by its name, or where all statements that it has are. */
  readonly wants = (rule: string, statements: readonly string[]): boolean =>
    (this.#only.length === 0 || isIn(this.#only, rule) || statements.some((id) => isIn(this.#only, id))) && !this.#ignores(rule, statements)

  /** Those statements whose verdict still says something: chosen themselves, or judged by a rule that is. */
  keeps({ version, id }: Verdict): boolean {
    if (this.isEmpty) return true
    if (isIn(this.#ignored, id)) return false
    if (this.#only.length > 0 && isIn(this.#only, id)) return true
    const judges = this.#judgesOf(version, id)
    if (this.#only.length === 0) return judges.length === 0 || judges.some(({ name, statements }) => !this.#ignores(name, statements))
    return judges.some(({ name, statements }) => isIn(this.#only, name) && !this.#ignores(name, statements))
  }

  #ignores(rule: string, statements: readonly string[]): boolean {
    return isIn(this.#ignored, rule) || (statements.length > 0 && statements.every((id) => isIn(this.#ignored, id)))
  }

  #judgesOf(version: Version, id: string): { readonly name: string; readonly statements: readonly string[] }[] {
    let judges = this.#judges.get(version)
    if (judges === undefined) this.#judges.set(version, (judges = judgesOf(version, RULES)))
    const { rules, problems } = judgesIn(judges, id)
    return [
      ...rules.map((rule) => ({ name: rule.id, statements: Object.values(rule.statements).flat() })),
      ...problems.map((code) => ({ name: code, statements: problemStatements(code, version) })),
    ]
  }
}

function isIn(patterns: readonly NamePattern[], name: string): boolean {
  return patterns.some((pattern) => pattern.matches(name))
}
