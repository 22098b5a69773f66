/**
 * The findings of a capture for a list, in groups: those of a rule, or those of a client. Collected as the judge finds them; how many are kept of each rule is
 * the judge's matter, and it counts the others (`count`). Muted rules are left out of every list.
 */
import { clientCellName } from './finding-names.ts'
import type { LeftOut } from '../../conformance/finding-book.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Judgement } from '../../conformance/judge.ts'
import type { Severity } from '../../mqtt/problem.ts'

export const FINDING_FORMS = ['rule', 'client'] as const
export type FindingForm = (typeof FINDING_FORMS)[number]

export const FINDING_SORTS = ['severity', 'count', 'time'] as const
export type FindingSort = (typeof FINDING_SORTS)[number]

/** The least severe ones that are listed. */
export const LEAST_SEVERITIES = ['note', 'warning', 'error'] as const satisfies readonly Severity[]

/** What is listed, and how. */
export interface FindingChoice {
  readonly form: FindingForm
  readonly sort: FindingSort
  readonly least: Severity
  /** Only those of this connection; null for all. */
  readonly stream: number | null
}

/** A finding with its place in the list: the same for ever. */
export interface ListedFinding {
  readonly index: number
  readonly finding: Finding
}

export interface FindingGroup {
  /** The same as long as the form is. */
  readonly key: string
  /** Null in a list by client. */
  readonly rule: string | null
  /** Safe for a terminal; null in a list by rule. */
  readonly client: string | null
  /** The worst of its findings. */
  readonly severity: Severity
  /** In the order in which they were found; never empty. */
  readonly findings: readonly ListedFinding[]
  /** With those that the judge has only counted. */
  readonly count: number
  /** Clients that have them, as far as they are kept; of a client, how many rules. */
  readonly spread: number
}

/** All of them, those that are not kept or muted as well. */
export type FindingTotals = Pick<Judgement, 'totals' | 'counted'>

const NONE = { error: 0, warning: 0, note: 0 }

export class FindingList {
  readonly #findings: ListedFinding[] = []
  readonly #rules = new Set<string>()
  readonly #muted = new Set<string>()
  #leftOut: ReadonlyMap<string, number> = new Map()
  #totals: FindingTotals = { totals: NONE, counted: NONE }
  /** The lists that were asked for since something changed. */
  readonly #groups = new Map<string, readonly FindingGroup[]>()

  /** One that the judge keeps (JudgeOptions.found). */
  add(finding: Finding): void {
    this.#findings.push({ index: this.#findings.length, finding })
    this.#rules.add(finding.rule)
    this.#groups.clear()
  }

  /** What the judge has counted so far. To ask it costs too much for every frame of the screen. */
  count({ totals, counted, findingsLeftOut }: FindingTotals & { readonly findingsLeftOut: readonly LeftOut[] }): void {
    this.#totals = { totals: { ...totals }, counted: { ...counted } }
    this.#leftOut = new Map(findingsLeftOut.map(({ rule, count }) => [rule, count]))
    this.#groups.clear()
  }

  mute(rule: string): void {
    this.#muted.add(rule)
    this.#groups.clear()
  }

  unmuteAll(): void {
    this.#muted.clear()
    this.#groups.clear()
  }

  get muted(): ReadonlySet<string> {
    return this.#muted
  }

  /** Findings that are kept, those of muted rules as well. */
  get size(): number {
    return this.#findings.length
  }

  get totals(): FindingTotals {
    return this.#totals
  }

  /** Rules with findings that are muted. */
  get mutedRules(): number {
    let muted = 0
    for (const rule of this.#muted) if (this.#rules.has(rule)) muted++
    return muted
  }

  /** The same array until something changes. */
  groups({ form, sort, least, stream }: FindingChoice): readonly FindingGroup[] {
    const key = `${form} ${sort} ${least} ${stream}`
    let groups = this.#groups.get(key)
    if (groups === undefined) this.#groups.set(key, (groups = this.#grouped({ form, sort, least, stream })))
    return groups
  }

  #grouped({ form, sort, least, stream }: FindingChoice): FindingGroup[] {
    const wanted = RANKS[least]
    const byKey = new Map<string, ListedFinding[]>()
    for (const listed of this.#findings) {
      const { finding } = listed
      if (this.#muted.has(finding.rule) || RANKS[finding.severity] > wanted || (stream !== null && finding.stream !== stream)) continue
      const key = form === 'rule' ? finding.rule : clientKey(finding)
      const its = byKey.get(key)
      if (its === undefined) byKey.set(key, [listed])
      else its.push(listed)
    }
    // What the judge only counts has neither a connection nor a severity.
    const all = form === 'rule' && stream === null && least === 'note'
    const groups = [...byKey].map(([key, findings]): FindingGroup => {
      const { finding } = findings[0]!
      const left = all ? this.#leftOut.get(finding.rule) ?? 0 : 0
      return {
        key: `${form} ${key}`,
        rule: form === 'rule' ? finding.rule : null,
        client: form === 'client' ? clientCellName(finding) : null,
        severity: worstOf(findings),
        findings,
        count: findings.length + left,
        spread: new Set(findings.map((one) => form === 'rule' ? clientKey(one.finding) : one.finding.rule)).size,
      }
    })
    return groups.sort(ORDERS[sort])
  }
}

export const RANKS: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

function worstOf(findings: readonly ListedFinding[]): Severity {
  let worst: Severity = 'note'
  for (const { finding: { severity } } of findings) if (RANKS[severity] < RANKS[worst]) worst = severity
  return worst
}

const ORDERS: Readonly<Record<FindingSort, (one: FindingGroup, other: FindingGroup) => number>> = {
  severity: (one, other) => RANKS[one.severity] - RANKS[other.severity] || other.count - one.count || firstOf(one) - firstOf(other),
  count: (one, other) => other.count - one.count || RANKS[one.severity] - RANKS[other.severity] || firstOf(one) - firstOf(other),
  time: (one, other) => firstOf(one) - firstOf(other),
}

/** The frame of the first one: also where the capture has no times. */
function firstOf({ findings }: FindingGroup): number {
  return findings[0]!.finding.frame
}

/** A client is known by its identifier on all its connections. */
function clientKey({ clientId, stream }: Finding): string {
  if (clientId === null || clientId === '') return `stream ${stream}`
  return typeof clientId === 'string' ? `text ${clientId}` : `bytes ${clientId.hex}`
}
