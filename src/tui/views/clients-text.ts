/**
 * The lines of the Clients view.
 *
 * ```
 *   CLIENT ID            ADDRESS               VER    STATE            KA   PUB>   <PUB OPEN p95 ACK FINDINGS
 * > plc-7                10.0.0.21:50122       5.0    connected       30s  1,204     88    1  4.10ms ! 1
 *   gw-3 (earlier, 2)    10.0.0.9:51700        3.1.1  closed RST      10s  9,120      0    0  5.00ms
 * ```
 *
 * Where it is narrow, columns leave in the order of LEAVING. CLIENT ID, STATE and FINDINGS stay.
 */
import { durationText, shortened } from '../../bytes/number-text.ts'
import { SEVERITY_MARK, severityColour } from '../../report/colour.ts'
import { cell, fitted, fittingWords } from '../../report/fit.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import { detailOnScreen, dividerLine, inGlyphs, paneHeights, rightCell } from '../parts/list-detail.ts'
import { CURSOR_WIDTH, listRow } from '../parts/row.ts'
import { detailLines } from './clients-detail.ts'
import { clientItems, earlierText, settledClients, type ClientItem, type ClientSort, type ClientsState } from './clients-state.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { ConnectionRow } from '../model/connection-book.ts'
import type { Theme } from '../theme.ts'
import type { ViewProps } from '../view.ts'

export interface ClientsProps extends ViewProps {
  readonly state: ClientsState
  readonly rows: readonly ConnectionRow[]
  /** Of the selected connection (`ConnectionBook.detail`). */
  readonly detail: readonly string[]
  /** What is said where there are none. */
  readonly nothing: string
  /** Connections that are not listed any more. */
  readonly evicted: number
}

interface Column {
  readonly name: string
  readonly heading: string
  readonly width: number
  readonly atRight: boolean
  readonly text: (item: ClientItem, width: number, timeText: ViewProps['timeText']) => string
}

const COLUMNS: readonly Column[] = [
  { name: 'id', heading: 'CLIENT ID', width: 20, atRight: false, text: nameOf },
  { name: 'address', heading: 'ADDRESS', width: 21, atRight: false, text: ({ row }) => row.client },
  { name: 'server', heading: 'SERVER', width: 21, atRight: false, text: ({ row }) => row.server },
  { name: 'stream', heading: 'STREAM', width: 6, atRight: true, text: ({ row }) => String(row.stream) },
  { name: 'version', heading: 'VER', width: 6, atRight: false, text: ({ row }) => row.version },
  { name: 'state', heading: 'STATE', width: 12, atRight: false, text: ({ row }) => row.state },
  { name: 'keep-alive', heading: 'KA', width: 6, atRight: true, text: ({ row: { keepAlive } }) => keepAlive === null ? '-' : keepAlive === 0 ? 'off' : `${keepAlive}s` },
  { name: 'by-client', heading: 'PUB>', width: 6, atRight: true, text: (item) => shortened(total(item, ({ publishes }) => publishes.client)) },
  { name: 'by-server', heading: '<PUB', width: 6, atRight: true, text: (item) => shortened(total(item, ({ publishes }) => publishes.server)) },
  { name: 'open', heading: 'OPEN', width: 4, atRight: true, text: (item) => shortened(total(item, ({ open }) => open)) },
  { name: 'p95', heading: 'p95 ACK', width: 7, atRight: true, text: ({ row: { p95 } }) => p95 === null ? '-' : durationText(p95) },
  { name: 'last', heading: 'LAST PACKET', width: 15, atRight: true, text: ({ row: { lastTime } }, _width, timeText) => timeText(lastTime, NaN) },
  { name: 'findings', heading: 'FINDINGS', width: 9, atRight: false, text: findingsOf },
]

/** The first one leaves first. */
const LEAVING: readonly string[] = ['last', 'stream', 'server', 'address', 'version', 'keep-alive', 'open', 'p95', 'by-server', 'by-client']

/** What the client's name takes at most of what is left over. */
const WIDEST_NAME = 40
/** `[2001:db8:1234:5678:9abc:def0:1234:5678]:65535`. */
const WIDEST_ADDRESS = 47

/** The columns that fit, with what is left over given to names, then to addresses. */
function columnsFor(width: number): readonly Column[] {
  let columns = COLUMNS
  const taken = () => CURSOR_WIDTH + columns.reduce((all, column) => all + column.width, columns.length - 1)
  for (const name of LEAVING) {
    if (taken() <= width) break
    columns = columns.filter((column) => column.name !== name)
  }
  const widen = (name: string, widest: number): void => {
    const spare = width - taken()
    columns = columns.map((column) => column.name === name ? { ...column, width: column.width + Math.max(0, Math.min(spare, widest - column.width)) } : column)
  }
  widen('id', WIDEST_NAME)
  widen('address', WIDEST_ADDRESS)
  widen('server', WIDEST_ADDRESS)
  return columns
}

export function clientsLines({ state, rows, detail, nothing, evicted, width, height, theme, timeText }: ClientsProps): string[] {
  const { viewport, sort, grouped, panes } = settledClients(state, { rows, height })
  const items = clientItems(rows, sort, grouped)
  const room = paneHeights(panes, height)
  const { palette: { bold, reset } } = theme
  const columns = columnsFor(width)
  const lines: string[] = []
  if (room.list > 0) {
    lines.push(`${bold}${inGlyphs(fitted(`  ${columns.map(({ heading, width: room, atRight }) => (atRight ? rightCell : cell)(heading, room)).join(' ')}`, width), theme)}${reset}`)
    for (let index = viewport.top; index < Math.min(items.length, viewport.top + room.list); index++) {
      lines.push(itemLine(items[index]!, index === viewport.cursor, columns, width, theme, timeText))
    }
    if (items.length === 0) lines.push(...wrapped(nothing, '  ', width).slice(0, room.list))
    while (lines.length < 1 + room.list) lines.push('')
  }
  const place = items.length === 0 ? 'no rows' : `row ${viewport.cursor + 1} of ${items.length}`
  lines.push(inGlyphs(dividerLine([
    ...(panes.focus === 'detail' ? ['[keys: detail]'] : []),
    `sorted by ${SORT_WORDS[sort]}`,
    ...(evicted === 0 ? [] : [`evicted ${evicted}`]),
    grouped ? 'earlier connections folded' : 'every connection',
  ], place, width, theme), theme))
  for (const [index, line] of detailOnScreen(detailLines(detail, width), panes, room.detail).entries()) {
    lines.push(inGlyphs(index === 0 && panes.detailTop === 0 ? `${bold}${line}${reset}` : line, theme))
  }
  return lines.slice(0, height)
}

const SORT_WORDS: Readonly<Record<ClientSort, string>> = {
  order: 'first packet', name: 'CLIENT ID', findings: 'FINDINGS', traffic: 'PUB> and <PUB', latency: 'p95 ACK',
}

function itemLine(item: ClientItem, selected: boolean, columns: readonly Column[], width: number, theme: Theme, timeText: ViewProps['timeText']): string {
  const { palette } = theme
  const cells = columns.map((column) => inGlyphs((column.atRight ? rightCell : cell)(column.text(item, column.width, timeText), column.width), theme))
  if (selected) return listRow(cells.join(' '), true, width, theme)
  const findings = cells.pop()!.trimEnd()
  const worst = SEVERITIES.find((severity) => total(item, ({ findings }) => findings[severity]) > 0)
  const before = item.row.ended ? `${palette.dim}${cells.join(' ')}${palette.reset}` : cells.join(' ')
  return listRow(worst === undefined ? before : `${before} ${severityColour(palette, worst)}${findings}${palette.reset}`, false, width, theme)
}

/** Of a long name, the end goes, and not what is said of it. */
function nameOf(item: ClientItem, width: number): string {
  const { clientName } = item.row
  const said = earlierText(item)
  return said === '' ? clientName : `${fitted(clientName, Math.max(1, width - said.length))}${said}`
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']

function findingsOf(item: ClientItem, width: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = total(item, ({ findings }) => findings[severity])
    return count === 0 ? [] : `${SEVERITY_MARK[severity]} ${shortened(count)}`
  })
  return fittingWords(counts[0] ?? '', counts.slice(1), width)
}

/** Of all connections of the line. */
function total({ row, earlier }: ClientItem, of: (row: ConnectionRow) => number): number {
  return earlier.length === 0 ? of(row) : earlier.reduce((sum, one) => sum + of(one), 0)
}
