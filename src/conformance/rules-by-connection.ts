/** Which rules the packets of a connection meet: those whose `when` holds of it. Connections of which the same ones hold share one table. */
import { PACKET_TYPES } from '../mqtt/packet.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { RuleCase } from './rule-case.ts'
import { listensTo } from './rule.ts'
import { PARTIES } from './tally.ts'

/** By `partyOf` and number of the packet type. */
export type PacketRules = readonly (readonly RuleCase[])[]

type Condition = (connection: NetworkConnection) => boolean

/** Bits of a small integer. */
const MOST_CONDITIONS = 30

export class RulesByConnection {
  readonly #cases: readonly RuleCase[]
  readonly #conditions: readonly Condition[]
  /** By the conditions that hold, as bits. */
  readonly #tables = new Map<number, PacketRules>()

  constructor(cases: readonly RuleCase[]) {
    this.#cases = cases
    this.#conditions = [...new Set(cases.flatMap(({ rule }) => rule.when ?? []))]
    if (this.#conditions.length > MOST_CONDITIONS) throw new Error('too many conditions: rules that mean the same connections share one function')
  }

  of(connection: NetworkConnection): PacketRules {
    let bits = 0
    for (let index = 0; index < this.#conditions.length; index++) if (this.#conditions[index]!(connection)) bits |= 1 << index
    let table = this.#tables.get(bits)
    if (table === undefined) this.#tables.set(bits, (table = this.#table(bits)))
    return table
  }

  #table(bits: number): PacketRules {
    const cases = this.#cases.filter(({ rule }) => rule.when === undefined || (bits & (1 << this.#conditions.indexOf(rule.when))) !== 0)
    return Array.from({ length: PARTIES }, (_, party) => PACKET_TYPES.map((type) => cases.filter((each) => listensTo(each.rule, type) && each.concerns(party)))).flat()
  }
}
