/**
 * Rows of numbers for many connections, in long arrays: an object with a dozen numbers that are not small integers takes three times as much memory, and its
 * numbers lie in as many places.
 */

/** Rows that are made at once. */
const ROWS_IN_ARRAY = 512

/** A row: `numbers[at + n]`. Its numbers are 0 to begin with. */
export interface NumberRow {
  readonly numbers: Float64Array
  readonly at: number
}

export class NumberRows {
  readonly #length: number
  /** Rows that are free. */
  readonly #free: NumberRow[] = []
  #newest = new Float64Array(0)
  #used = 0

  constructor(length: number) {
    this.#length = length
  }

  take(): NumberRow {
    const row = this.#free.pop()
    if (row !== undefined) {
      row.numbers.fill(0, row.at, row.at + this.#length)
      return row
    }
    if (this.#used === this.#newest.length) {
      this.#newest = new Float64Array(ROWS_IN_ARRAY * this.#length)
      this.#used = 0
    }
    const at = this.#used
    this.#used += this.#length
    return { numbers: this.#newest, at }
  }

  giveBack(row: NumberRow): void {
    this.#free.push(row)
  }
}
