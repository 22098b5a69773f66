/** Which rules an exchange meets: those of its kind and of who began it that hold in its version. */
import { VERSIONS, type Version } from '../mqtt/version.ts'
import { EXCHANGE_KINDS, type Exchange, type ExchangeKind } from '../session/exchange.ts'
import { SIDES } from '../session/side.ts'
import type { RuleCase } from './rule-case.ts'
import { partyOf, PARTIES } from './tally.ts'

export class RulesByExchange {
  /** In each, by the `partyOf` of who began it. */
  readonly #byKind: ReadonlyMap<ExchangeKind, readonly (readonly RuleCase[])[]>

  constructor(cases: readonly RuleCase[]) {
    this.#byKind = new Map(EXCHANGE_KINDS.map((kind) => [kind, byParty(cases.filter(({ rule }) => rule.exchanges?.includes(kind) ?? true))]))
  }

  of({ kind, initiator }: Exchange, version: Version): readonly RuleCase[] {
    return this.#byKind.get(kind)![partyOf(version, initiator)]!
  }
}

function byParty(cases: readonly RuleCase[]): readonly (readonly RuleCase[])[] {
  const table = new Array<readonly RuleCase[]>(PARTIES)
  for (const version of VERSIONS) {
    for (const side of SIDES) {
      const party = partyOf(version, side)
      table[party] = cases.filter((each) => (each.rule.initiator ?? side) === side && each.concerns(party))
    }
  }
  return table
}
