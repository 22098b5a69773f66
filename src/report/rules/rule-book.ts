import { EVIDENCE_RULES, NOT_APPLIED_IN_31, statementsOf, type NotApplied, type Statement } from '../../conformance/catalogue.ts'
import { MISSING, type MissingName } from '../../conformance/evidence.ts'
import { judgesIn, judgesOf, PROBLEM_CODES } from '../../conformance/judges.ts'
import { ruleSeverity, type Rule } from '../../conformance/rule.ts'
import { RULES } from '../../conformance/rules/all.ts'
import { PROBLEMS, problemSeverity, problemStatements } from '../../mqtt/problems.ts'
import { VERSIONS, type Version } from '../../mqtt/version.ts'
import { RULES_SCHEMA_NAME } from '../schema/rules.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { RulesObject } from '../schema/rules.ts'

/** All statements of the standards and all rules that judge them, for `mqtap rules`: who must obey, how it is judged, and by what. */

/** A rule of the engine, or a problem that the decoder finds in one packet. */
export interface BookRule {
  readonly id: string
  readonly title: string
  /** For each version in which it exists. */
  readonly severities: Readonly<Partial<Record<Version, Severity>>>
  /** Versions in which it breaks no numbered statement are left out. */
  readonly statements: Readonly<Partial<Record<Version, readonly string[]>>>
  /** Null for a problem of the decoder. */
  readonly rule: Rule | null
}

export interface BookStatement extends Statement {
  readonly version: Version
  readonly judgedBy: readonly BookRule[]
  /** Of 3.1.1: what holds in its place on a connection of 3.1; null where the statement itself does. */
  readonly notAppliedIn31: NotApplied | null
}

export interface RuleBook {
  readonly statements: readonly BookStatement[]
  readonly rules: readonly BookRule[]
}

export function ruleBook(): RuleBook {
  const rules = [...RULES.map(fromRule), ...PROBLEM_CODES.map(fromProblem)].sort((one, other) => (one.id < other.id ? -1 : 1))
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const notApplied = new Map(NOT_APPLIED_IN_31.map((one) => [one.id, one]))
  const statements = VERSIONS.flatMap((version) => {
    const judges = judgesOf(version, RULES)
    return statementsOf(version).map((statement): BookStatement => {
      const { rules: own, problems } = judgesIn(judges, statement.id)
      return {
        ...statement, version, judgedBy: [...own.map(({ id }) => id), ...problems].map((id) => byId.get(id)!),
        notAppliedIn31: version === '3.1.1' ? notApplied.get(statement.id) ?? null : null,
      }
    })
  })
  return { statements, rules }
}

export function rulesObject({ statements, rules }: RuleBook): RulesObject {
  return {
    schema: RULES_SCHEMA_NAME,
    statements: statements.map(({ version, id, section, packet, actor, statement, observable, how, judgedBy }) => ({
      version, id, section, packet, actor, statement, observable, how, judgedBy: judgedBy.map((rule) => rule.id),
    })),
    rules: rules.map((rule) => ({ rule: rule.id, severity: worstSeverity(rule), statements: { ...rule.statements }, title: rule.title })),
  }
}

const SEVERITIES = ['error', 'warning', 'note'] as const

/** The greatest, where it differs by version. */
export function worstSeverity({ severities }: BookRule): Severity {
  const all = Object.values(severities)
  return SEVERITIES.find((severity) => all.includes(severity)) ?? 'note'
}

function fromRule(rule: Rule): BookRule {
  return book(rule.id, rule.title, (version) => ruleSeverity(rule, version), (version) => rule.statements[version] ?? [], rule)
}

function fromProblem(code: (typeof PROBLEM_CODES)[number]): BookRule {
  return book(code, PROBLEMS[code].title, (version) => problemSeverity(code, version), (version) => problemStatements(code, version), null)
}

function book(id: string, title: string, severityIn: (version: Version) => Severity | null, statementsIn: (version: Version) => readonly string[], rule: Rule | null): BookRule {
  const severities: Partial<Record<Version, Severity>> = {}
  const statements: Partial<Record<Version, readonly string[]>> = {}
  for (const version of VERSIONS) {
    const severity = severityIn(version)
    if (severity !== null) severities[version] = severity
    const ids = statementsIn(version)
    if (ids.length > 0) statements[version] = ids
  }
  return { id, title, severities, statements, rule }
}

/** The rules of evidence that a statement's `how` names in brackets. */
export function evidenceRules({ how }: Statement): { readonly name: string; readonly text: string }[] {
  return [...how.matchAll(/\[([^\]]*)\]/g)].map(([, name]) => ({ name: name!, text: EVIDENCE_RULES[name!] ?? '' }))
}

const NEEDS: Readonly<Record<MissingName, string>> = {
  start: 'its beginning',
  clientBytes: 'all bytes of the client',
  serverBytes: 'all bytes of the server',
  clientDirection: 'what the client sends',
  serverDirection: 'what the server sends',
  connect: 'the CONNECT',
  connack: 'the CONNACK',
  history: "all that the client's Session went through before",
  frameEnds: 'whole frames',
  clock: 'a clock that goes on evenly',
}

/** What must be seen of a connection before the rule judges anything on it, in words. */
export function needsOf({ needs }: Rule): string[] {
  return (Object.keys(MISSING) as MissingName[]).filter((name) => (needs & MISSING[name]) !== 0).map((name) => NEEDS[name])
}
