/**
 * The Stats view as lines. Pure.
 *
 * ```
 *  [overview] topics  clients  types  (v)                  last 1 min (i)  by packets (s)
 *  PACKETS/s  last 1 min  mean 812  max 1,020           |  ACK LATENCY       N  P50 MS   P95
 * ```
 */
import stringWidth from 'string-width'
import { grouped } from '../../bytes/number-text.ts'
import { CURSOR_WIDTH, listRow } from '../parts/row.ts'
import { fitted, spaces } from '../../report/fit.ts'
import type { ViewProps } from '../view.ts'
import { bodyHeight, pageLines, secondsSoFar, windowText } from './stats-page.ts'
import { listHeight, settledStats, STATS_FORMS, type StatsData, type StatsState } from './stats-state.ts'
import { topicHeading, topicLine } from './stats-topic-lines.ts'
import { topicRows } from './stats-topics.ts'

export interface StatsProps extends ViewProps, StatsData {
  readonly state: StatsState
}

/** At most `height` lines, none wider than `width`. */
export function statsLines(props: StatsProps): string[] {
  const { glyphs: { ellipsis } } = props.theme
  const lines = (props.state.form === 'topics' ? topicsForm(props) : pageForm(props)).slice(0, props.height)
  // Where the terminal knows ASCII alone, what was cut ends in `~`.
  return ellipsis === '…' ? lines : lines.map((line) => line.replaceAll('…', ellipsis))
}

function pageForm(props: StatsProps): string[] {
  const { state, height } = props
  const room = bodyHeight(height)
  const lines = pageLines(props)
  const top = Math.max(0, Math.min(state.viewport.top, lines.length - room))
  const end = Math.min(lines.length, top + room)
  const place = lines.length <= room ? '' : `lines ${top + 1}-${end} of ${grouped(lines.length)}`
  return [headLine(props, place), ...lines.slice(top, end)]
}

function topicsForm(props: StatsProps): string[] {
  const { statistics, width, height, theme } = props
  const state = settledStats(props.state, props)
  const rows = topicRows(statistics, state.sort, state.unfolded)
  if (rows.length === 0) return [headLine(props, ''), fitted('no PUBLISH packets', width)]
  const seconds = secondsSoFar(props)
  const { cursor, top } = state.viewport
  const { bold, reset } = theme.palette
  const lines = rows.slice(top, top + listHeight(height)).map((row, index) =>
    listRow(topicLine(row, seconds, width - CURSOR_WIDTH, theme), top + index === cursor, width, theme))
  const heading = `${spaces(CURSOR_WIDTH)}${bold}${topicHeading(width - CURSOR_WIDTH)}${reset}`
  return [headLine(props, `row ${grouped(cursor + 1)} of ${grouped(rows.length)}`), heading, ...lines]
}

/** The forms, of which the current one is between brackets; at the right what is counted, as far as there is room. */
function headLine({ state, width, theme }: StatsProps, place: string): string {
  const { bold, dim, reset } = theme.palette
  const forms = STATS_FORMS.map((form) => (form === state.form ? `[${form}]` : ` ${form} `)).join('')
  const left = fitted(`${forms} (v)`, width)
  const wanted = [place, ...(state.form === 'overview' ? [`${windowText(state.interval)} (i)`] : []), ...(state.form === 'types' ? [] : [`by ${state.sort} (s)`])].filter((word) => word !== '')
  let right = ''
  for (const word of wanted) {
    const longer = right === '' ? word : `${right}  ${word}`
    if (stringWidth(left) + 2 + stringWidth(longer) > width) break
    right = longer
  }
  const here = left.indexOf(`[${state.form}]`)
  const marked = here < 0 ? left : `${left.slice(0, here)}${bold}[${state.form}]${reset}${left.slice(here + state.form.length + 2)}`
  return right === '' ? marked : `${marked}${spaces(width - stringWidth(left) - stringWidth(right))}${dim}${right}${reset}`
}
