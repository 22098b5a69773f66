import { findStatement } from '../../conformance/catalogue.ts'
import { REASONS, type Reason } from '../../conformance/evidence.ts'
import { counts } from '../../conformance/finding-book.ts'
import { VERSIONS } from '../../mqtt/version.ts'
import { wireText } from '../wire-text.ts'
import type { VerdictName } from '../../conformance/finding.ts'
import type { Version } from '../../mqtt/version.ts'
import type { ReportFinding, ReportObject, ReportStatement } from '../schema/report.ts'

/** A report as people read it: what belongs together, in the order in which it matters. What all formats for people share. */

/** A statement that was broken, with the findings that count. */
export interface FailedStatement {
  readonly statement: ReportStatement
  /** What it asks, in our words. */
  readonly asks: string
  /** Those listed, at least one but where all of them were left out. */
  readonly findings: readonly ReportFinding[]
}

/** Findings of one rule, version and side, of the same severity. */
export interface FindingGroup {
  readonly rule: string
  readonly findings: readonly ReportFinding[]
  /** Not listed; told with the first group of its rule. */
  readonly leftOut: number
}

export interface Coverage {
  readonly version: Version
  readonly side: ReportStatement['side']
  readonly verdicts: Readonly<Record<VerdictName, number>>
  readonly all: number
}

export interface Unjudged {
  readonly reason: Reason
  readonly cases: number
  /** Statements and sides of which it left cases open. */
  readonly statements: number
}

const SEVERITY_ORDER = { error: 0, warning: 1, note: 2 } as const

/** What each reason means for the reader. */
export const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  start: 'the connection began before the capture',
  gap: 'bytes of the connection are missing from the capture',
  'one-direction': 'one direction of the connection was not captured, or not yet',
  connect: 'the CONNECT is not in the capture',
  connack: 'the CONNACK is not in the capture',
  history: 'what the Session held before is not in the capture',
  'cut-frames': 'frames were cut short by the snap length',
  clock: 'the clock of the capture stepped, or there are no times',
  'capture-end': 'the capture ended before it was decided',
  'not-acknowledged': 'TCP does not show that the other side had received it',
  content: 'equal messages cannot be told apart',
  'other-clients': 'it depends on clients that the capture does not show',
  doubt: 'it looks broken, but there are other explanations',
  limit: 'it was more than mqtap keeps',
}

export function failedStatements({ statements, findings }: ReportObject): FailedStatement[] {
  const broken = new Map<string, ReportFinding[]>()
  for (const finding of findings) {
    if (!breaksAStatement(finding)) continue
    for (const id of finding.statements) {
      const key = `${finding.version} ${id} ${finding.actor}`
      const others = broken.get(key)
      if (others === undefined) broken.set(key, [finding])
      else others.push(finding)
    }
  }
  return statements.filter(({ verdict }) => verdict === 'fail').map((statement) => ({
    statement, asks: statementText(statement.version, statement.id), findings: broken.get(`${statement.version} ${statement.id} ${statement.side}`) ?? [],
  }))
}

/** An error or a warning of a numbered statement that counts: what makes a verdict `fail`. */
function breaksAStatement(finding: ReportFinding): boolean {
  return finding.severity !== 'note' && finding.statements.length > 0 && counts(finding)
}

/** What counts, and breaks no numbered statement: rules without a number, and notes. The most severe first. */
export function otherFindings(report: ReportObject): FindingGroup[] {
  return grouped(report.findings.filter((finding) => counts(finding) && !breaksAStatement(finding)), report)
}

/** What does not count: the capture lacks what it takes to be sure. */
export function unsureFindings(report: ReportObject): FindingGroup[] {
  return grouped(report.findings.filter(({ certainty, waived }) => certainty === 'unsure' && waived === null), report)
}

export function waivedFindings(report: ReportObject): FindingGroup[] {
  return grouped(report.findings.filter(({ waived }) => waived !== null), report)
}

function grouped(findings: readonly ReportFinding[], { findingsLeftOut }: ReportObject): FindingGroup[] {
  const groups = new Map<string, ReportFinding[]>()
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.version} ${finding.actor} ${finding.severity} ${finding.waived?.reason}`
    const others = groups.get(key)
    if (others === undefined) groups.set(key, [finding])
    else others.push(finding)
  }
  const leftOut = new Map(findingsLeftOut.map(({ rule, count }) => [rule, count]))
  const list = [...groups.values()].map((members) => {
    const { rule } = members[0]!
    const number = leftOut.get(rule) ?? 0
    leftOut.delete(rule)
    return { rule, findings: members, leftOut: number }
  })
  return list.sort((one, other) => SEVERITY_ORDER[one.findings[0]!.severity] - SEVERITY_ORDER[other.findings[0]!.severity])
}

/** One row for each version and side that the report has statements of. */
export function coverage({ statements }: ReportObject): Coverage[] {
  return VERSIONS.flatMap((version) => (['client', 'server'] as const).flatMap((side) => {
    const of = statements.filter((statement) => statement.version === version && statement.side === side)
    if (of.length === 0) return []
    const verdicts = { pass: 0, fail: 0, 'not-judged': 0, 'not-exercised': 0, unobservable: 0 }
    for (const { verdict } of of) verdicts[verdict]++
    return [{ version, side, verdicts, all: of.length }]
  }))
}

/** The part of the statements that a capture can tell of which this one exercised, in percent, rounded down: 100 means all. */
export function exercisedPercent({ verdicts, all }: Coverage): number {
  const observable = all - verdicts.unobservable
  return observable === 0 ? 0 : Math.floor(((verdicts.pass + verdicts.fail) / observable) * 100)
}

/** Why cases were not judged, the reason of most cases first. */
export function unjudged({ statements }: ReportObject): Unjudged[] {
  const found = REASONS.map((reason) => {
    let cases = 0
    let number = 0
    for (const { reasons } of statements) {
      const count = reasons.find((one) => one.reason === reason)?.count ?? 0
      cases += count
      if (count > 0) number++
    }
    return { reason, cases, statements: number }
  })
  return found.filter(({ cases }) => cases > 0).sort((one, other) => other.cases - one.cases)
}

export function statementText(version: Version, id: string): string {
  return findStatement(version, id)?.statement ?? 'This version of mqtap does not know the statement.'
}

/** Who a finding is about: the client's identifier, or its address where that is not known. Safe for a terminal. */
export class ClientNames {
  readonly #addresses: ReadonlyMap<number, string>

  constructor({ connections }: ReportObject) {
    this.#addresses = new Map(connections.map(({ stream, client }) => [stream, client]))
  }

  of({ clientId, stream }: Pick<ReportFinding, 'clientId' | 'stream'>): string {
    if (clientId === null || clientId === '') return this.#addresses.get(stream) ?? `stream ${stream}`
    return wireText(clientId)
  }
}
