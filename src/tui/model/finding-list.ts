/**
 * The findings of a capture for a list, in groups: those that broke the same statement of the same version by the same rule, or those of a client. Collected as the judge finds them; how many are kept of each rule is
 * the judge's matter, and it counts the others (`count`). Muted rules are left out of every list, and what is not of the display filter.
 */
import { clientCellName } from './finding-names.ts'
import { kindKey, type Finding, type Verdict } from '../../conformance/finding.ts'
import type { Judgement } from '../../conformance/judge.ts'
import type { Reason } from '../../conformance/evidence.ts'
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
  /** Null in a list by client. All findings of a group by rule have the same version and statements. */
  readonly rule: string | null
  /** Safe for a terminal; null in a list by rule. */
  readonly client: string | null
  /** The worst of its findings. */
  readonly severity: Severity
  /** In the order in which they were found; never empty. Grows as more are found. */
  readonly findings: readonly ListedFinding[]
  /** With those that the judge has only counted. */
  readonly count: number
  /** Clients that have them, as far as they are kept; of a client, how many rules. */
  readonly spread: number
}

/** All of them, those that are not kept or muted as well. */
export type FindingTotals = Pick<Judgement, 'totals' | 'counted' | 'certainties'>

const NONE = { error: 0, warning: 0, note: 0 }

/** Choices whose groups are kept ready: as many as a person goes to and fro between. */
const MOST_READY = 8

/** The findings of a choice by group, as far as they were looked at. */
interface Grouping {
  looked: number
  readonly members: Map<string, Members>
}

interface Members {
  readonly findings: ListedFinding[]
  readonly spread: Set<string>
  severity: Severity
}

export class FindingList {
  readonly #findings: ListedFinding[] = []
  readonly #rules = new Set<string>()
  readonly #muted = new Set<string>()
  #chosen: ((finding: Finding) => boolean) | null = null
  #leftOut: ReadonlyMap<string, number> = new Map()
  #totals: FindingTotals = { totals: NONE, counted: NONE, certainties: { certain: 0, likely: 0, unsure: 0 } }
  /** By what was chosen, but for the order. */
  readonly #groupings = new Map<string, Grouping>()
  readonly #sorted = new Map<string, readonly FindingGroup[]>()
  /** Of the newest count, while the list is paused. */
  #waitingLeftOut: ReadonlyMap<string, number> | null = null
  /** What was found while the list is paused; null where it is not. */
  #waiting: Finding[] | null = null

  /** One that the judge keeps (JudgeOptions.found). */
  add(finding: Finding): void {
    if (this.#waiting !== null) {
      this.#waiting.push(finding)
      return
    }
    this.#findings.push({ index: this.#findings.length, finding })
    this.#rules.add(finding.rule)
    this.#sorted.clear()
  }

  /** What the judge has counted so far. To ask it costs too much for every frame of the screen. */
  count({ totals, counted, certainties, findingsLeftOut }: FindingTotals & Pick<Judgement, 'findingsLeftOut'>): void {
    this.#totals = { totals: { ...totals }, counted: { ...counted }, certainties: { ...certainties } }
    const leftOut = new Map(findingsLeftOut.map((kind) => [kindKey(kind), kind.count]))
    if (this.#waiting !== null) {
      this.#waitingLeftOut = leftOut
      return
    }
    this.#leftOut = leftOut
    this.#sorted.clear()
  }

  /** What is found from now on is not listed, or all of it. */
  pause(paused: boolean): void {
    if (paused === (this.#waiting !== null)) return
    const waiting = this.#waiting
    this.#waiting = paused ? [] : null
    for (const finding of waiting ?? []) this.add(finding)
    if (paused || this.#waitingLeftOut === null) return
    this.#leftOut = this.#waitingLeftOut
    this.#waitingLeftOut = null
    this.#sorted.clear()
  }

  mute(rule: string): void {
    this.#muted.add(rule)
    this.#regroup()
  }

  unmuteAll(): void {
    this.#muted.clear()
    this.#regroup()
  }

  /** Only these are listed; null for all. To be told again whenever they are others. */
  choose(chosen: ((finding: Finding) => boolean) | null): void {
    this.#chosen = chosen
    this.#regroup()
  }

  /** Only some of them are listed. */
  get filtered(): boolean {
    return this.#chosen !== null
  }

  #regroup(): void {
    this.#groupings.clear()
    this.#sorted.clear()
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

  /** Names of rules with findings. */
  get rules(): readonly string[] {
    return [...this.#rules]
  }

  /** Rules with findings that are muted. */
  get mutedRules(): number {
    let muted = 0
    for (const rule of this.#muted) if (this.#rules.has(rule)) muted++
    return muted
  }

  /** The same array until something changes. */
  groups({ form, sort, least, stream }: FindingChoice): readonly FindingGroup[] {
    const key = `${form} ${least} ${stream} ${sort}`
    let groups = this.#sorted.get(key)
    if (groups === undefined) this.#sorted.set(key, (groups = this.#grouped({ form, sort, least, stream }).sort(ORDERS[sort])))
    return groups
  }

  #grouped(choice: FindingChoice): FindingGroup[] {
    const { form, least, stream } = choice
    // What the judge only counts has neither a connection nor a severity.
    const whole = form === 'rule' && stream === null && least === 'note' && this.#chosen === null
    return [...this.#members(choice)].map(([key, { findings, spread, severity }]): FindingGroup => {
      const { finding } = findings[0]!
      return {
        key: `${form} ${key}`,
        rule: form === 'rule' ? finding.rule : null,
        client: form === 'client' ? clientCellName(finding) : null,
        severity,
        findings,
        count: findings.length + (whole ? this.#leftOut.get(key) ?? 0 : 0),
        spread: spread.size,
      }
    })
  }

  /** Looks only at what has come since the last time. */
  #members({ form, least, stream }: FindingChoice): ReadonlyMap<string, Members> {
    const key = `${form} ${least} ${stream}`
    let grouping = this.#groupings.get(key)
    if (grouping === undefined) {
      if (this.#groupings.size >= MOST_READY) this.#groupings.delete(this.#groupings.keys().next().value!)
      this.#groupings.set(key, (grouping = { looked: 0, members: new Map() }))
    }
    const { members } = grouping
    for (; grouping.looked < this.#findings.length; grouping.looked++) {
      const listed = this.#findings[grouping.looked]!
      const { finding } = listed
      const { rule, severity } = finding
      if (this.#muted.has(rule) || RANKS[severity] > RANKS[least] || (stream !== null && finding.stream !== stream) || this.#chosen?.(finding) === false) continue
      const client = clientKey(finding)
      const group = form === 'rule' ? kindKey(finding) : client
      let its = members.get(group)
      if (its === undefined) members.set(group, (its = { findings: [], spread: new Set(), severity }))
      its.findings.push(listed)
      its.spread.add(form === 'rule' ? client : rule)
      if (RANKS[severity] < RANKS[its.severity]) its.severity = severity
    }
    return members
  }
}

/** A statement that came up, and why no case of it could be judged: the most frequent reason. */
export interface NotJudgedStatement extends Pick<Verdict, 'version' | 'id'> {
  readonly reason: Reason | null
}

/** Statements that came up: how many were judged of at least one side, and those that could be of neither. */
export interface StatementsSoFar {
  readonly judged: number
  readonly notJudged: readonly NotJudgedStatement[]
}

export function statementsSoFar(verdicts: readonly Pick<Verdict, 'version' | 'id' | 'verdict' | 'reasons'>[]): StatementsSoFar {
  const judged = new Set<string>()
  const notJudged = new Map<string, NotJudgedStatement>()
  for (const { version, id, verdict, reasons } of verdicts) {
    const key = `${version} ${id}`
    if (verdict === 'pass' || verdict === 'fail') judged.add(key)
    else if (verdict === 'not-judged' && !notJudged.has(key)) notJudged.set(key, { version, id, reason: reasons[0]?.reason ?? null })
  }
  for (const statement of judged) notJudged.delete(statement)
  return { judged: judged.size, notJudged: [...notJudged.values()] }
}

export const RANKS: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

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
