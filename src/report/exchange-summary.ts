import { counted, grouped } from '../bytes/number-text.ts'
import { printable } from '../bytes/printable.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES } from '../session/exchange.ts'
import { KINDS, OUTCOME_STYLES } from './exchange-line.ts'
import { addCapture, addLimits, LABEL_WIDTH, SummaryLines } from './summary.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { ExchangeOutcome } from '../session/exchange.ts'
import type { Palette } from './colour.ts'

/**
 * The exchanges of a capture in a few lines: how many there are of each kind, and how they ended. Kinds and outcomes that do not occur are left out.
 *
 * ```
 * Exchanges            10 complete failed   open
 *   CONNECT             2        1      1      -
 *   PUBLISH QoS 1       8        7      -      1
 * ```
 */

export interface ExchangeSummaryOptions {
  readonly palette: Palette
  readonly utc: boolean
  /** What the exchanges counted were chosen by, the filter as it was written and the other options in words; null where nothing was. */
  readonly filter: string | null
  readonly choice: string | null
}

const COUNT_WIDTH = 7
/** A column is at least as wide as its outcome and its numbers; with fewer than a million of each, all together fit 80 columns. */
const LEAST_OUTCOME_WIDTH = 6

/** `counts` by kind and outcome, `publish-qos1 complete`, as CaptureTotals has them: of the exchanges chosen. */
export function exchangeSummaryText(
  totals: CaptureTotals, counts: ReadonlyMap<string, number>, clock: CaptureClock | null, { palette, utc, filter, choice }: ExchangeSummaryOptions,
): string {
  const lines = new SummaryLines(palette)
  addCapture(lines, totals, clock, utc)
  lines.row('MQTT packets', totals.packets === 0 ? `none in ${counted(totals.frames, 'frame')}` : grouped(totals.packets))
  if (filter !== null) lines.row('Filter', printable(filter))
  if (filter !== null || choice !== null) {
    lines.row('Chosen', `${choice === null ? '' : `${choice}: `}${grouped(sum(counts))} of ${grouped(sum(totals.exchanges))} exchanges`)
  }
  const outcomes = EXCHANGE_OUTCOMES.filter((outcome) => EXCHANGE_KINDS.some((kind) => counts.has(`${kind} ${outcome}`)))
  const rows = EXCHANGE_KINDS.map((kind) => ({ kind, numbers: outcomes.map((outcome) => counts.get(`${kind} ${outcome}`) ?? 0) }))
    .map(({ kind, numbers }) => ({ name: KINDS[kind].name, all: grouped(total(numbers)), texts: numbers.map((number) => (number === 0 ? '-' : grouped(number))) }))
    .filter(({ all }) => all !== '0')
  const all = grouped(sum(counts))
  const widths = outcomes.map((outcome, index) => Math.max(outcome.length, LEAST_OUTCOME_WIDTH, ...rows.map(({ texts }) => texts[index]!.length)))
  const table = (count: string, texts: readonly string[]): string =>
    `${count.padStart(Math.max(COUNT_WIDTH, all.length))}${outcomes.map((outcome, index) => cell(outcome, texts[index]!, widths[index]!, palette)).join('')}`
  lines.row('Exchanges', table(all, outcomes))
  for (const { name, all: count, texts } of rows) lines.line(`  ${name.padEnd(LABEL_WIDTH - 2)}${table(count, texts)}`)
  const { unexpected } = totals
  if (unexpected > 0) lines.row('Unexpected', `${counted(unexpected, 'answer')} that nothing had asked for`)
  addLimits(lines, totals)
  return lines.text
}

/** A number (or the name) in the column of an outcome. */
function cell(outcome: ExchangeOutcome, text: string, width: number, palette: Palette): string {
  const style = OUTCOME_STYLES[outcome]
  const padded = text.padStart(width)
  return style === null || text === '-' ? ` ${padded}` : ` ${palette[style]}${padded}${palette.reset}`
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

function sum(counts: ReadonlyMap<string, number>): number {
  return total([...counts.values()])
}
