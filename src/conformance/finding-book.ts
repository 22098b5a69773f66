/**
 * The findings of a capture: the first ones of each rule are kept, and the first one that breaks a statement, for each version and side, so that no verdict is without
 * anything to show for it. The rest is counted.
 */
import type { Version } from '../mqtt/version.ts'
import { VERSIONS } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import { kindKey, type Finding, type FindingKind, type Waiver } from './finding.ts'

/** Findings of a kind that are counted, and not kept. */
export interface LeftOut extends FindingKind {
  readonly count: number
}

export class FindingBook {
  readonly #most: number
  readonly #waiverOf: (finding: Finding) => Waiver | null
  readonly #hears: (finding: Finding) => void
  readonly #kept: Finding[] = []
  readonly #counts = new Map<string, number>()
  readonly #leftOut = new Map<string, { readonly kind: FindingKind; count: number }>()
  readonly #violated = new Map<string, number>()
  readonly #totals = { error: 0, warning: 0, note: 0 }
  readonly #counted = { error: 0, warning: 0, note: 0 }
  readonly #certainties = { certain: 0, likely: 0, unsure: 0 }

  /** `most`: of one rule that are kept whatever they break. `hears` gets those that are kept, as they are found. */
  constructor(most: number, waiverOf: (finding: Finding) => Waiver | null, hears: (finding: Finding) => void) {
    this.#most = most
    this.#waiverOf = waiverOf
    this.#hears = hears
  }

  add(found: Finding): void {
    const waived = this.#waiverOf(found)
    const finding = waived === null ? found : { ...found, waived }
    this.#totals[finding.severity]++
    this.#certainties[finding.certainty]++
    let breaksFirst = false
    if (counts(finding)) {
      this.#counted[finding.severity]++
      if (finding.severity !== 'note' && finding.version !== null && finding.actor !== 'network') {
        for (const id of finding.statements) {
          const key = keyOf(finding.version, id, finding.actor)
          const before = this.#violated.get(key) ?? 0
          if (before === 0) breaksFirst = true
          this.#violated.set(key, before + 1)
        }
      }
    }
    const count = (this.#counts.get(finding.rule) ?? 0) + 1
    this.#counts.set(finding.rule, count)
    if (count > this.#most && !breaksFirst) {
      this.#leave(finding)
      return
    }
    this.#kept.push(finding)
    this.#hears(finding)
  }

  #leave({ rule, version, statements }: Finding): void {
    const key = kindKey({ rule, version, statements })
    const left = this.#leftOut.get(key)
    if (left === undefined) this.#leftOut.set(key, { kind: { rule, version, statements }, count: 1 })
    else left.count++
  }

  /** In order of their packet; those without one by their frame. */
  get findings(): readonly Finding[] {
    return [...this.#kept].sort((a, b) => a.frame - b.frame || (a.packet ?? 0) - (b.packet ?? 0))
  }

  get leftOut(): readonly LeftOut[] {
    return [...this.#leftOut.values()].map(({ kind, count }) => ({ ...kind, count }))
  }

  /** All of them, those left out too. */
  get totals(): Readonly<Record<Finding['severity'], number>> {
    return this.#totals
  }

  /** Of these, the ones that count: certain or likely, and not waived. */
  get counted(): Readonly<Record<Finding['severity'], number>> {
    return this.#counted
  }

  /** All of them, by how certain they are. */
  get certainties(): Readonly<Record<Finding['certainty'], number>> {
    return this.#certainties
  }

  /** How often a side broke a statement: errors and warnings that count. */
  violated(version: Version, id: string, side: Side): number {
    return this.#violated.get(keyOf(version, id, side)) ?? 0
  }
}

/** It says something with enough certainty to be held against somebody. */
export function counts({ certainty, waived }: Pick<Finding, 'certainty' | 'waived'>): boolean {
  return certainty !== 'unsure' && waived === null
}

function keyOf(version: Version, id: string, side: Side): string {
  return `${VERSIONS.indexOf(version)} ${SIDES.indexOf(side)} ${id}`
}
