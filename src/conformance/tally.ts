/** How often a rule was judged, for each version and side, and how often not, and why. */
import { VERSIONS, type Version } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import { REASONS, type Reason } from './evidence.ts'

/** A version and a side as one small number, so that what is counted for each packet needs no text. */
export const PARTIES = VERSIONS.length * SIDES.length

export function partyOf(version: Version, side: Side): number {
  // In the order of VERSIONS, but compared: nothing is asked more often.
  const first = version === '5.0' ? 4 : version === '3.1.1' ? 2 : 0
  return side === 'client' ? first : first + 1
}

export class Tally {
  readonly #checked = new Float64Array(PARTIES)
  readonly #notJudged = new Float64Array(PARTIES * REASONS.length)

  check(party: number): void {
    this.#checked[party]!++
  }

  skip(party: number, reason: Reason): void {
    this.#notJudged[party * REASONS.length + REASONS.indexOf(reason)]!++
  }

  checked(version: Version, side: Side): number {
    return this.#checked[partyOf(version, side)]!
  }

  notJudged(version: Version, side: Side, hears: (reason: Reason, count: number) => void): void {
    const at = partyOf(version, side) * REASONS.length
    REASONS.forEach((reason, index) => {
      const count = this.#notJudged[at + index]!
      if (count > 0) hears(reason, count)
    })
  }
}
