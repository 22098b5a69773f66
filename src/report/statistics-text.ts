import { counted, durationText, grouped, rateText, shortened } from '../bytes/number-text.ts'
import { printable } from '../bytes/printable.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import { SIDES } from '../session/side.ts'
import { clientTables } from './client-tables.ts'
import { KINDS } from './exchange-line.ts'
import { LEAST_COLUMNS, PLOT_COLUMNS, ratePlot } from './rate-plot.ts'
import { secondsOf } from './statistics-json.ts'
import { addCapture, addLimits, SummaryLines } from './summary.ts'
import { DIRECTION, durationCells, TABLE, tableText } from './table.ts'
import { topicTable } from './topic-table.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { ExchangeTimes } from '../analysis/statistics/exchange-times.ts'
import type { RateColumn, RateColumns } from '../analysis/statistics/rates.ts'
import type { Statistics } from '../analysis/statistics/statistics.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { ExchangeKind } from '../session/exchange.ts'
import type { Side } from '../session/side.ts'
import type { Palette } from './colour.ts'
import type { SortKey } from './sort-key.ts'
import type { Column } from './table.ts'

/**
 * `mqtap stats`: the statistics of a capture as a page of tables for people, 80 columns wide. What does not occur has no table. Everything from the wire is
 * safe for a terminal.
 */

export interface StatisticsTextOptions {
  readonly palette: Palette
  readonly utc: boolean
  /** The packets counted are those that match it; null for all. */
  readonly filter: string | null
  /** Rows of each list. */
  readonly top: number
  /** What the lists of clients and topics are in order of. */
  readonly sort: SortKey
  /** Whether the plot may use more than ASCII. */
  readonly unicode: boolean
}

export function statisticsText(statistics: Statistics, totals: CaptureTotals, clock: CaptureClock | null, options: StatisticsTextOptions): string {
  const { palette, filter, utc } = options
  const lines = new SummaryLines(palette)
  addCapture(lines, totals, clock, utc)
  if (filter !== null) lines.row('Filter', printable(filter))
  addPackets(lines, statistics, totals, filter !== null)
  const rates = statistics.rates.columns(PLOT_COLUMNS)
  addRates(lines, statistics, totals, rates)
  addLimits(lines, totals)
  const ended = endedExchanges(statistics)
  const sections = [
    ratePlot(rates, options),
    typeTable(statistics, palette),
    exchangeTable(ended, palette),
    failureTable(ended, palette),
    ...clientTables(statistics.clients, options),
    topicTable(statistics.topics, secondsOf(totals), options),
  ]
  return [lines.text, ...sections.filter((section) => section !== '')].join('\n')
}

function addPackets(lines: SummaryLines, statistics: Statistics, totals: CaptureTotals, filtered: boolean): void {
  const total = statistics.total()
  const { unframedRuns, unframedBytes } = statistics
  if (totals.packets === 0) lines.row('MQTT packets', `none in ${counted(totals.frames, 'frame')}`)
  else lines.row('MQTT packets', `${grouped(total.allPackets)}${filtered ? ` of ${grouped(totals.packets)}` : ''}, ${grouped(total.allBytes)} bytes`)
  if (unframedRuns > 0) lines.row('Not framed', `${counted(unframedRuns, 'run')} of bytes (type UNFRAMED), ${grouped(unframedBytes)} bytes`)
}

/** The mean over the capture, and the column with most. */
function addRates(lines: SummaryLines, statistics: Statistics, totals: CaptureTotals, { interval, columns }: RateColumns): void {
  const { rates } = statistics
  const total = statistics.total()
  const seconds = secondsOf(totals)
  if (columns.length === 0 || seconds === null) return
  const row = (label: string, all: number, of: (column: RateColumn) => number) => {
    const most = (Math.max(...columns.map(of)) * 1e9) / interval
    lines.row(label, `${rateText(all / seconds)} on average${columns.length < LEAST_COLUMNS ? '' : `, ${rateText(most)} at most (over ${durationText(interval)})`}`)
  }
  row('Packets/s', total.allPackets, ({ packets }) => packets.client + packets.server + packets.unknown)
  row('Bytes/s', total.allBytes, ({ bytes }) => bytes.client + bytes.server + bytes.unknown)
  if (rates.widened) lines.row('', 'The capture is too long for the interval chosen; it was doubled until it fit.')
  if (rates.untimed > 0) lines.row('', `${counted(rates.untimed, 'packet')} without a time ${rates.untimed === 1 ? 'is' : 'are'} not among them.`)
}

const TYPE_COLUMNS: readonly Column[] = [
  { name: 'TYPE', align: 'left' }, ...['PACKETS', 'SHARE', '->', '<-', 'BYTES', 'SHARE', '->', '<-'].map((name): Column => ({ name, align: 'right' })),
]

export function typeTable(statistics: Statistics, palette: Palette): string {
  const total = statistics.total()
  const rows = PACKET_TYPES.map((type) => ({ type, traffic: statistics.type(type) })).filter(({ traffic }) => traffic.allPackets > 0)
  if (rows.length === 0) return ''
  return tableText(TYPE_COLUMNS, rows.map(({ type, traffic: { packets, bytes, allPackets, allBytes } }) => ({
    cells: [
      type, grouped(allPackets), percentText(allPackets, total.allPackets), shortened(packets.client), shortened(packets.server),
      grouped(allBytes), percentText(allBytes, total.allBytes), shortened(bytes.client), shortened(bytes.server),
    ],
  })), { ...TABLE, palette })
}

export function percentText(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)}%`
}

const EXCHANGE_COLUMNS: readonly Column[] = [
  { name: 'EXCHANGE', align: 'left' }, { name: 'DIR', align: 'left' }, ...['ANSWERED', 'MIN MS', 'P50', 'P95', 'P99', 'MAX'].map((name): Column => ({ name, align: 'right' })),
]

export function exchangeTable(ended: readonly EndedExchanges[], palette: Palette): string {
  if (ended.length === 0) return ''
  return tableText(EXCHANGE_COLUMNS, ended.map(({ kind, side, times }) => ({
    cells: [KINDS[kind].name, DIRECTION[side], countText(times.answered), ...durationCells(times.times)],
  })), { ...TABLE, palette })
}

const FAILURE_COLUMNS: readonly Column[] = [
  { name: 'EXCHANGE', align: 'left' }, { name: 'DIR', align: 'left' }, ...['ANSWERED', 'FAILED', 'NO ANSWER', 'PARTLY SEEN'].map((name): Column => ({ name, align: 'right' })),
]

/** Those of which not all were answered well. */
export function failureTable(ended: readonly EndedExchanges[], palette: Palette): string {
  const found = ended.filter(({ times: { failed, unanswered, partlySeen } }) => failed + unanswered + partlySeen > 0)
  if (found.length === 0) return ''
  return tableText(FAILURE_COLUMNS, found.map(({ kind, side, times: { answered, failed, unanswered, partlySeen } }) => ({
    cells: [KINDS[kind].name, DIRECTION[side], ...[answered, failed, unanswered, partlySeen].map(countText)],
  })), { ...TABLE, palette })
}

/** Of one kind and begun by one side. */
export interface EndedExchanges {
  readonly kind: ExchangeKind
  readonly side: Side
  readonly times: ExchangeTimes
}

export function endedExchanges({ exchanges }: Statistics): EndedExchanges[] {
  return exchanges.rows.flatMap((row) => SIDES.map((side) => ({ kind: row.kind, side, times: row[side] }))).filter(({ times }) => times.count > 0)
}

function countText(count: number): string {
  return count === 0 ? '-' : grouped(count)
}
