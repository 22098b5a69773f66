/**
 * The bracket column: which rows belong together.
 *
 * ```
 *   .      an exchange begins
 *   |.     another one, while it is open
 *   |+-    that one goes on
 *   '|-    the first one ends
 *    '-    and the other one
 * ```
 *
 * There is room for three at once. An exchange that begins while three are open has its number instead, at each of its rows.
 */
import { partOf } from './ladder.ts'
import type { ExchangePart, LadderRow } from './ladder.ts'

export const BRACKETS = 3

export interface Bracket {
  /** BRACKETS characters. */
  readonly glyphs: string
  /** The row's exchange is told by its number. */
  readonly numbered: boolean
}

const GLYPHS = { begins: '.', 'goes-on': '+', ends: "'", alone: ' ' } as const

/** A bracket for each row. */
export function bracketsOf(rows: readonly LadderRow[]): Bracket[] {
  const columns = new BracketColumns()
  const lastRows = lastRowsOf(rows)
  return rows.map((row, index) => {
    if (row.kind === 'left-out') columns.closeThose((exchange) => (lastRows.get(exchange) ?? 0) < index)
    const part = partOf(row)
    return part === null ? { glyphs: columns.glyphs(), numbered: false } : columns.take(part)
  })
}

/** The index of the last row of each exchange. */
function lastRowsOf(rows: readonly LadderRow[]): ReadonlyMap<number, number> {
  const last = new Map<number, number>()
  rows.forEach((row, index) => {
    const part = partOf(row)
    if (part !== null) last.set(part.number, index)
  })
  return last
}

class BracketColumns {
  /** The exchange that a column has now. */
  readonly #open: (number | null)[] = Array<null>(BRACKETS).fill(null)
  readonly #numbered = new Set<number>()

  /** Those that end among what is left out. */
  closeThose(ended: (exchange: number) => boolean): void {
    this.#open.forEach((exchange, column) => {
      if (exchange !== null && ended(exchange)) this.#open[column] = null
    })
  }

  take({ number, place }: ExchangePart): Bracket {
    // Where the beginning is left out, what only ends here joins nothing.
    const joins = place === 'begins' || place === 'goes-on'
    if (joins && !this.#open.includes(number) && !this.#numbered.has(number)) this.#join(number)
    const column = this.#open.indexOf(number)
    const bracket = { glyphs: this.glyphs(column, place), numbered: this.#numbered.has(number) }
    if (place === 'ends') {
      if (column >= 0) this.#open[column] = null
      this.#numbered.delete(number)
    }
    return bracket
  }

  #join(number: number): void {
    const free = this.#open.indexOf(null)
    if (free < 0) this.#numbered.add(number)
    else this.#open[free] = number
  }

  /** `own`: the column of the row's exchange. What goes on or ends is joined to its result, behind the other columns. */
  glyphs(own = -1, place: ExchangePart['place'] = 'alone'): string {
    const joined = own >= 0 && place !== 'begins'
    return this.#open.map((number, column) => (column === own ? GLYPHS[place] : number !== null ? '|' : joined && column > own ? '-' : ' ')).join('')
  }
}
