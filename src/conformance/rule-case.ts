/** A rule in the form in which it is asked for each packet: all of one shape, with its counts beside it. */
import { VERSIONS } from '../mqtt/version.ts'
import type { Certainty, Side } from '../session/side.ts'
import { reasonNotToJudge, type Evidence } from './evidence.ts'
import { ruleSeverity, type Rule } from './rule.ts'
import type { Subject } from './subject.ts'
import { PARTIES, partyOf, Tally } from './tally.ts'

/** Which kind of subject it is, the rule knows: it was declared for it (`rule` in rule.ts). */
type Asks<Answer> = (subject: Subject) => Answer

const CERTAIN = (): Certainty => 'certain'

/** What became of one case. */
export type Outcome = 'none' | 'kept' | 'not-judged' | 'broken'

export class RuleCase {
  readonly rule: Rule
  readonly tally = new Tally()
  readonly #needs: Evidence
  readonly #applies: Asks<boolean>
  /** Null where it never lacks anything. */
  readonly #lacks: Asks<ReturnType<NonNullable<Rule['lacks']>>> | null
  readonly #holds: Asks<boolean>
  /** Null where it is the side that the subject is about. */
  readonly #actor: Asks<Side> | null
  readonly certainty: Asks<Certainty>
  /** By `partyOf`: whether the rule holds in this version and can accuse this side. */
  readonly #concerns: readonly boolean[]

  constructor(rule: Rule) {
    const asked = rule as unknown as { readonly [Key in 'applies' | 'holds' | 'lacks' | 'actor' | 'certainty']?: Asks<never> }
    this.rule = rule
    this.#needs = rule.needs
    this.#applies = asked.applies!
    this.#lacks = asked.lacks ?? null
    this.#holds = rule.exercisedBy === undefined ? asked.holds! : () => false
    this.#actor = asked.actor ?? null
    this.certainty = asked.certainty ?? CERTAIN
    const concerns = new Array<boolean>(PARTIES).fill(false)
    for (const version of VERSIONS) for (const side of rule.sides) concerns[partyOf(version, side)] = ruleSeverity(rule, version) !== null
    this.#concerns = concerns
  }

  /** The rule can say something of a subject of this party. */
  concerns(party: number): boolean {
    // Who is at fault, where that is not the subject's side, is known only when it is asked.
    return this.#actor === null ? this.#concerns[party]! : this.#concerns[party - (party % 2)]! || this.#concerns[party - (party % 2) + 1]!
  }

  /** Whom this case is about. */
  actor(subject: Subject): Side {
    return this.#actor === null ? subject.side : this.#actor(subject)
  }

  /** Asks the rule, and counts what it says, but for what is broken. */
  ask(subject: Subject, only: Side | null): Outcome {
    if (!this.#applies(subject)) return 'none'
    const side = this.actor(subject)
    const party = partyOf(subject.version, side)
    if (!this.#concerns[party]! || (only !== null && only !== side)) return 'none'
    const reason = (this.#needs & subject.missing) === 0 ? this.#lacks === null ? null : this.#lacks(subject) : reasonNotToJudge(this.#needs, subject.missing)
    if (reason !== null) {
      this.tally.skip(party, reason)
      return 'not-judged'
    }
    if (!this.#holds(subject)) return 'broken'
    this.tally.check(party)
    return 'kept'
  }
}
