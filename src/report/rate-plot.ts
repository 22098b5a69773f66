import { plot } from 'asciichart'
import { durationText, rateText } from '../bytes/number-text.ts'
import { left, right } from './padding.ts'
import type { RateColumns } from '../analysis/statistics/rates.ts'
import type { Palette } from './colour.ts'

/**
 * Packets per second over time, as a line of characters; below it the times since the first frame at which it begins and ends.
 *
 * ```
 *    72.0 ┤╭╮
 *    36.0 ┤││         ╭╮
 *       0 ┤╯╰─────────╯╰────
 *         0s           13.5s
 * ```
 */

/** Columns of one plot; a longer one goes on below. */
export const PLOT_COLUMNS = 70

const LABEL_WIDTH = 7
const HEIGHT = 5
/** Axis, gaps, line: as asciichart wants them. Its own mark the axis at a row that has no meaning here. */
type Symbols = [string, string, string, string, string, string, string, string, string, string]
const UNICODE: Symbols = ['┤', '┤', '╶', '╴', '─', '╰', '╭', '╮', '╯', '│']
const ASCII: Symbols = ['|', '|', '-', '-', '-', '`', '.', '.', "'", '|']
/** Fewer have no course. */
export const LEAST_COLUMNS = 3

export interface PlotOptions {
  readonly palette: Palette
  /** False: ASCII only. */
  readonly unicode: boolean
}

/** Empty where there is too little to draw. */
export function ratePlot({ interval, columns }: RateColumns, { palette, unicode }: PlotOptions): string {
  if (columns.length < LEAST_COLUMNS) return ''
  const rates = columns.map(({ packets: { client, server, unknown } }) => ((client + server + unknown) * 1e9) / interval)
  const most = Math.max(...rates)
  let text = ''
  for (let from = 0; from < rates.length; from += PLOT_COLUMNS) {
    const part = rates.slice(from, from + PLOT_COLUMNS)
    const lines = plot(part, {
      min: 0, max: most, height: HEIGHT, offset: 2, format: (rate) => `${right(rate === 0 ? '0' : rateText(rate), LABEL_WIDTH - 1)} `, symbols: unicode ? UNICODE : ASCII,
    })
    const end = timeText(columns[from + part.length - 1]!.start + interval)
    const times = `${left(timeText(columns[from]!.start), part.length - end.length - 1)} ${end}`
    text += `${lines.split('\n').map((line) => line.trimEnd()).join('\n')}\n${palette.dim}${' '.repeat(LABEL_WIDTH + 1)}${times}${palette.reset}\n`
  }
  return text
}

function timeText(nanoseconds: number): string {
  return nanoseconds === 0 ? '0s' : durationText(nanoseconds)
}
