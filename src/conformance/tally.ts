/** How often a rule was judged, for each version and side, and how often not, and why. */
import { VERSIONS, type Version } from '../mqtt/version.ts'
import { SIDES, type Side } from '../session/side.ts'
import { REASONS, type Reason } from './evidence.ts'

const CELLS = VERSIONS.length * SIDES.length

export class Tally {
  readonly #checked = new Float64Array(CELLS)
  readonly #notJudged = new Float64Array(CELLS * REASONS.length)

  check(version: Version, side: Side): void {
    this.#checked[cellOf(version, side)]!++
  }

  skip(version: Version, side: Side, reason: Reason): void {
    this.#notJudged[cellOf(version, side) * REASONS.length + REASONS.indexOf(reason)]!++
  }

  checked(version: Version, side: Side): number {
    return this.#checked[cellOf(version, side)]!
  }

  notJudged(version: Version, side: Side, hears: (reason: Reason, count: number) => void): void {
    const at = cellOf(version, side) * REASONS.length
    REASONS.forEach((reason, index) => {
      const count = this.#notJudged[at + index]!
      if (count > 0) hears(reason, count)
    })
  }
}

function cellOf(version: Version, side: Side): number {
  return VERSIONS.indexOf(version) * SIDES.length + (side === 'client' ? 0 : 1)
}
