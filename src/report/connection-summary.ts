import { grouped } from '../bytes/number-text.ts'
import { CLOSE_REASONS, type CloseReason } from '../session/closing.ts'
import { CLOSE_STYLES } from './connection-line.ts'
import { printable } from '../bytes/printable.ts'
import { addCapture, addLimits, LABEL_WIDTH, SummaryLines } from './summary.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Palette } from './colour.ts'

/** How the connections of a capture ended, in a few lines. Reasons that do not occur are left out. */

export const CLOSE_NAMES: Readonly<Record<CloseReason, string>> = {
  disconnect: 'DISCONNECT',
  refused: 'refused',
  'keep-alive': 'Keep Alive',
  'protocol-error': 'protocol error',
  'taken-over': 'taken over',
  reset: 'reset',
  fin: 'no DISCONNECT',
  'no-pingresp': 'no PINGRESP',
  'capture-end': 'still open',
  unknown: 'not seen',
}

export interface ConnectionSummaryOptions {
  readonly palette: Palette
  readonly utc: boolean
  /** What the connections counted were chosen by, in words; null where nothing was. */
  readonly choice: string | null
}

export function connectionSummaryText(
  totals: CaptureTotals, counts: ReadonlyMap<CloseReason, number>, clock: CaptureClock | null, { palette, utc, choice }: ConnectionSummaryOptions,
): string {
  const lines = new SummaryLines(palette)
  addCapture(lines, totals, clock, utc)
  if (choice !== null) lines.row('Chosen', printable(choice))
  let all = 0
  for (const count of counts.values()) all += count
  lines.row('Connections', grouped(all).padStart(9))
  for (const reason of CLOSE_REASONS) {
    const count = counts.get(reason)
    if (count === undefined) continue
    const style = CLOSE_STYLES[reason]
    const name = CLOSE_NAMES[reason].padEnd(LABEL_WIDTH - 2)
    lines.line(`  ${style === null ? name : `${palette[style]}${name}${palette.reset}`}${grouped(count).padStart(9)}`)
  }
  addLimits(lines, totals)
  return lines.text
}
