import { REPORT_SCHEMA_NAME } from '../schema/report.ts'
import type { ReportChange, ReportComparison, ReportFinding, ReportObject } from '../schema/report.ts'

/**
 * What changed against an earlier report, for regression tests of firmware and brokers.
 *
 * Two recordings of the same test differ in every frame number, time and port. What stays is who broke what: findings of the same rule, version, actor and
 * client identifier are the same one, and only how many there are of it is compared. Of a rule with more findings than are listed the number says nothing;
 * there, only whether a client has any is compared.
 */

/** What is needed of a report. */
export type Baseline = Pick<ReportObject, 'statements' | 'findings' | 'findingsLeftOut'>

export function comparisonOf(before: Baseline, now: Baseline): ReportComparison {
  const uncounted = new Set([...before.findingsLeftOut, ...now.findingsLeftOut].map(({ rule }) => rule))
  const exercised = new Set(now.statements.filter(({ checked }) => checked > 0).map(({ version, id, side }) => `${version} ${id} ${side}`))
  const earlier = groups(before.findings)
  const later = groups(now.findings)
  const comparison = { new: [] as ReportChange[], fixed: [] as ReportChange[], unchanged: 0 }
  for (const identity of new Set([...earlier.keys(), ...later.keys()])) {
    const was = earlier.get(identity) ?? []
    const is = later.get(identity) ?? []
    comparison.unchanged += Math.min(was.length, is.length)
    const { rule, statements, version, severity, actor, clientId } = (is[0] ?? was[0])!
    if (was.length === is.length || (uncounted.has(rule) && was.length > 0 && is.length > 0)) continue
    const change: ReportChange = {
      rule, statements, version, severity, actor, clientId, before: was.length, now: is.length,
      exercised: statements.length === 0 ? null : statements.some((id) => exercised.has(`${version} ${id} ${actor}`)),
    }
    comparison[is.length > was.length ? 'new' : 'fixed'].push(change)
  }
  return comparison
}

function groups(findings: readonly ReportFinding[]): Map<string, ReportFinding[]> {
  const found = new Map<string, ReportFinding[]>()
  for (const finding of findings) {
    const identity = JSON.stringify([finding.rule, finding.version, finding.actor, finding.clientId])
    const others = found.get(identity)
    if (others === undefined) found.set(identity, [finding])
    else others.push(finding)
  }
  return found
}

/** The report in a text that should be one; null where it is not, or is one of another version. */
export function parseReport(text: string): Baseline | null {
  let value: Partial<ReportObject> | null
  try {
    value = JSON.parse(text) as Partial<ReportObject> | null
  } catch {
    return null
  }
  if (value?.schema !== REPORT_SCHEMA_NAME) return null
  const { statements, findings, findingsLeftOut } = value
  if (!areObjects(statements) || !areObjects(findings) || !areObjects(findingsLeftOut)) return null
  // A file that was changed by hand.
  return findings.every(({ statements: ids, rule }) => Array.isArray(ids) && typeof rule === 'string') ? { statements, findings, findingsLeftOut } : null
}

function areObjects(value: unknown): value is object[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
}
