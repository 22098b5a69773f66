/**
 * The forms of the Stats view that are pages: the overview, the tables of clients and those of types. A page is lines that are scrolled; where there is room, the
 * overview has two columns of them. Pure.
 */
import stringWidth from 'string-width'
import { counted, durationText, grouped, rateText, shortened, threeFigures } from '../../bytes/number-text.ts'
import { PACKET_TYPES } from '../../mqtt/packet.ts'
import { clientTables } from '../../report/client-tables.ts'
import { PLAIN } from '../../report/colour.ts'
import { KINDS } from '../../report/exchange-line.ts'
import { fitted, fittingWords, spaces } from '../../report/fit.ts'
import { endedExchanges, exchangeTable, failureTable, percentText, typeTable } from '../../report/statistics-text.ts'
import { secondsOf } from '../../report/statistics-json.ts'
import { LABEL_WIDTH, limitTexts } from '../../report/summary.ts'
import { tableText, type Column, type Row } from '../../report/table.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import { topicHeading, topicLine } from './stats-topic-lines.ts'
import { topicRows } from './stats-topics.ts'
import type { RateColumn } from '../../analysis/statistics/rates.ts'
import type { Statistics } from '../../analysis/statistics/statistics.ts'
import type { BySender, Traffic } from '../../analysis/statistics/traffic.ts'
import type { SortKey } from '../../report/sort-key.ts'
import type { Theme } from '../theme.ts'
import type { Size } from '../view.ts'
import type { Interval, StatsData, StatsState } from './stats-state.ts'

export interface PageProps extends StatsData, Size {
  readonly theme: Theme
  readonly state: StatsState
}

/** The length so far, in seconds; null where it has none. */
export function secondsSoFar({ totals, until }: Pick<StatsData, 'totals' | 'until'>): number | null {
  return secondsOf(until === null ? totals : { firstTime: totals.firstTime, lastTime: until })
}

/** Rows below the head of the view. */
export function bodyHeight(height: number): number {
  return Math.max(1, height - 1)
}

/** From so many columns on, the overview has two. */
const TWO_COLUMNS = 100

/** All lines of the form that `state` is in, none wider than `width`; none of the tree of topics, which is no page. */
export function pageLines(props: PageProps): readonly string[] {
  switch (props.state.form) {
    case 'overview': return props.width >= TWO_COLUMNS ? sideBySide(props) : stacked(props)
    case 'clients': return clientLines(props)
    case 'types': return typeLines(props)
    case 'topics': return []
  }
}

// ---- Overview

const BETWEEN = 3
/** Topics that the overview shows at least. */
const LEAST_TOPICS = 5

function sideBySide(props: PageProps): string[] {
  const { width, height, theme } = props
  const leftWidth = Math.ceil((width - BETWEEN) / 2)
  const rightWidth = width - BETWEEN - leftWidth
  const right = joined([latencyPanel(props, rightWidth), limitsPanel(props, rightWidth)])
  const above = joined([ratePanel(props, leftWidth), typePanel(props, leftWidth)])
  const left = joined([above, topicPanel(props, leftWidth, Math.max(bodyHeight(height), right.length) - above.length - 1)])
  const { glyphs: { vertical }, palette: { dim, reset } } = theme
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const line = left[index] ?? ''
    const other = right[index] ?? ''
    return `${line}${spaces(leftWidth - stringWidth(line))} ${dim}${vertical}${reset}${other === '' ? '' : ` ${other}`}`
  })
}

function stacked(props: PageProps): string[] {
  const { width, height } = props
  const above = joined([ratePanel(props, width), latencyPanel(props, width), typePanel(props, width), limitsPanel(props, width)])
  return joined([above, topicPanel(props, width, bodyHeight(height) - above.length - 1)])
}

/** A blank line between. */
function joined(panels: readonly (readonly string[])[]): string[] {
  return panels.filter((panel) => panel.length > 0).flatMap((panel, index) => (index === 0 ? panel : ['', ...panel]))
}

const NANOSECONDS = 1e9

function ratePanel(props: PageProps, width: number): string[] {
  const { statistics: { rates }, state: { interval: window }, until, height, theme } = props
  const went = wentBy(props)
  const { interval, columns } = went.whole ? rates.columns(width, until ?? undefined) : rates.recent(window * NANOSECONDS, width, until ?? undefined)
  const shown = columns.slice(-width)
  if (shown.length === 0) return [title('PACKETS/s', width, theme), fitted('no packet with a time', width)]
  const perSecond = (count: number) => (went.seconds === null ? '-' : rateText(count / went.seconds))
  const values = shown.map(({ packets }) => allOf(packets))
  const most = (Math.max(...values) * NANOSECONDS) / interval
  const words = [windowText(window), `mean ${perSecond(allOf(went.packets))}`, `max ${rateText(most)}`, `over ${durationText(interval)}`]
  const { client, server, unknown } = went.bytes
  const bytes = [`bytes/s -> ${perSecond(client)}`, `<- ${perSecond(server)}`, ...(unknown > 0 ? [`? ${perSecond(unknown)}`] : [])]
  const bars = barRows(values, plotHeight(height), Math.floor(width / values.length), theme.glyphs.bars)
  const plotWidth = values.length * Math.floor(width / values.length)
  return [title(fittingWords('PACKETS/s', words.map((word) => ` ${word}`), width), width, theme), fitted(bytes.join('  '), width), ...bars, dimmed(axis(shown, interval, plotWidth, width), theme)]
}

function allOf({ client, server, unknown }: BySender): number {
  return client + server + unknown
}

/** What went by in the time that the plot shows, whatever its columns are. */
interface WentBy {
  /** It is all of the capture: the window is no shorter. */
  readonly whole: boolean
  /** Null where the capture has no length. */
  readonly seconds: number | null
  readonly packets: BySender
  readonly bytes: BySender
}

/** A window ends with the last packet of a file, and of a live capture now. Of a capture that is younger, it has as many seconds as that. */
function wentBy({ statistics, totals, until, state: { interval: window } }: PageProps): WentBy {
  const { rates } = statistics
  const seconds = secondsSoFar({ totals, until })
  const first = totals.firstTime ?? 0
  const end = until ?? Math.min(rates.end, totals.lastTime ?? Infinity)
  const from = end - window * NANOSECONDS
  // As `mqtap stats` has it.
  if (window === 0 || seconds === null || !(from > first)) return { whole: true, seconds, ...bothOf(statistics.total()) }
  const { start, packets, bytes } = rates.since(from)
  return { whole: false, seconds: (end - Math.max(start, first)) / NANOSECONDS, packets, bytes }
}

function bothOf({ packets, bytes }: Traffic): Pick<WentBy, 'packets' | 'bytes'> {
  return { packets, bytes }
}

export function windowText(window: Interval): string {
  return window === 0 ? 'whole capture' : window < 60 ? `last ${window} s` : `last ${window / 60} min`
}

function plotHeight(height: number): number {
  return height < 24 ? 1 : height < 40 ? 3 : 5
}

/**
 * A bar for each value, `columns` wide: rows from the top down. The greatest value reaches the top, and what is not nothing shows at least a little.
 * `bars`: glyphs from empty to full.
 */
export function barRows(values: readonly number[], rows: number, columns: number, bars: readonly string[]): string[] {
  const full = bars.length - 1
  const most = Math.max(...values)
  const levels = values.map((value) => (value <= 0 ? 0 : Math.max(1, Math.round((value / most) * rows * full))))
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * full
    return levels.map((level) => bars[Math.max(0, Math.min(full, level - below))]!.repeat(columns)).join('').trimEnd()
  })
}

/** When the plot begins and ends, since the first frame. */
function axis(columns: readonly RateColumn[], interval: number, plotWidth: number, width: number): string {
  const first = sinceText(columns[0]!.start)
  const last = sinceText(columns[columns.length - 1]!.start + interval)
  const between = Math.max(2, plotWidth - first.length - last.length)
  return fitted(`${first}${spaces(between)}${last}`, width)
}

function sinceText(nanoseconds: number): string {
  return nanoseconds === 0 ? '0s' : durationText(nanoseconds)
}

const rightColumns = (first: string, ...others: readonly string[]): readonly Column[] => [first, ...others].map((name, index) => ({ name, align: index === 0 ? 'left' : 'right' }))

/** All exchanges of a kind, whoever began them; the form `types` tells more. The column of answers that never came is left out where it does not fit. */
function latencyPanel({ statistics, theme }: PageProps, width: number): string[] {
  const found = statistics.exchanges.rows.filter(({ all }) => all.count > 0)
  if (found.length === 0) return [title('ACK LATENCY', width, theme), fitted('no exchange has ended', width)]
  const names = ['N', 'P50 MS', 'P95', 'P99', 'MAX', 'NO ANSWER']
  const rows = found.map(({ kind, all: { times, answered, unanswered } }) => [
    KINDS[kind].name, shortened(answered), ...[times.percentile(50), times.percentile(95), times.percentile(99), times.greatest].map(millisecondsText),
    unanswered === 0 ? '-' : shortened(unanswered),
  ])
  const table = (columns: number) => tableText(rightColumns('ACK LATENCY', ...names.slice(0, columns)), rows.map((cells): Row => ({ cells: cells.slice(0, columns + 1) })), { palette: PLAIN, width })
  const whole = table(names.length)
  return tableLines(whole.split('\n').every((line) => stringWidth(line) <= width) ? whole : table(names.length - 1), width, theme)
}

/** `0.004`, `3.42`, `507`, `2,110`: half a dozen columns of them fit beside each other. */
function millisecondsText(nanoseconds: number | null): string {
  if (nanoseconds === null) return '-'
  const milliseconds = nanoseconds / 1e6
  if (milliseconds < 0 || milliseconds >= 999.5) return milliseconds < 0 ? `-${millisecondsText(-nanoseconds)}` : grouped(Math.round(milliseconds))
  return milliseconds < 1 ? milliseconds.toFixed(3) : threeFigures(milliseconds)
}

const WIDEST_BAR = 30
/** Type, packets and share. */
const BESIDE_BAR = 32

function typePanel({ statistics, theme }: PageProps, width: number): string[] {
  const total = statistics.total().allPackets
  const found = PACKET_TYPES.map((type) => ({ type, packets: statistics.type(type).allPackets })).filter(({ packets }) => packets > 0)
  if (found.length === 0) return [title('TYPE', width, theme), fitted('no MQTT packets', width)]
  const room = Math.max(0, Math.min(WIDEST_BAR, width - BESIDE_BAR))
  const full = theme.glyphs.bars[theme.glyphs.bars.length - 1]!
  const columns: readonly Column[] = [...rightColumns('TYPE', 'PACKETS', 'SHARE'), { name: '', align: 'left' }]
  const rows = found.map(({ type, packets }): Row => ({ cells: [type, grouped(packets), percentText(packets, total), full.repeat(Math.round((packets / total) * room))] }))
  return tableLines(tableText(columns, rows, { palette: PLAIN, width }), width, theme)
}

/** `room`: lines for topics, with the heading. */
function topicPanel({ statistics, totals, until, state: { sort, unfolded }, theme }: PageProps, width: number, room: number): string[] {
  const rows = topicRows(statistics, sort, unfolded)
  if (rows.length === 0) return []
  const seconds = secondsSoFar({ totals, until })
  const heading = title(topicHeading(width), width, theme)
  const most = Math.max(LEAST_TOPICS, room - 1)
  // One line says how many more there are.
  const shown = rows.length <= most ? rows : rows.slice(0, most - 1)
  const more = rows.length === shown.length ? [] : [dimmed(fitted(`… ${grouped(rows.length - shown.length)} more (Enter)`, width), theme)]
  return [heading, ...shown.map((row) => topicLine(row, seconds, width, theme)), ...more]
}

function limitsPanel({ statistics, totals, index, open, theme }: PageProps, width: number): string[] {
  const { unframedRuns, unframedBytes, rates: { untimed } } = statistics
  const rows: readonly (readonly [label: string, text: string, told: boolean, grave?: boolean])[] = [
    ['Open exchanges', grouped(open.exchanges), true],
    ['Indexed', `${counted(index.packets, 'packet')}, ${shortened(index.bytes)} bytes`, true],
    ['Evicted', index.evicted === 0 ? '0' : `${counted(index.evicted, 'packet')}, the oldest: counted here, but no longer in the other views`, true, index.evicted > 0],
    ['Dropped', `${counted(totals.droppedFrames ?? 0, 'frame')} while capturing`, (totals.droppedFrames ?? 0) > 0, true],
    ['Cut short', `${counted(totals.truncatedFrames, 'frame')} by the snap length`, totals.truncatedFrames > 0, true],
    ['Missing', `${counted(totals.gaps, 'gap')}, ${counted(totals.gapBytes, 'byte')}`, totals.gaps > 0, true],
    ['Not framed', `${counted(unframedRuns, 'run')} of bytes, ${counted(unframedBytes, 'byte')}`, unframedRuns > 0, true],
    ['Without time', counted(untimed, 'packet'), untimed > 0, true],
    ...limitTexts(totals).map(({ label, text }) => [label, text, true, true] as const),
  ]
  const lines = rows.filter(([, , told]) => told).flatMap(([label, text, , grave = false]) =>
    wrapped(text, `${grave ? '~' : ' '} ${label.padEnd(LABEL_WIDTH)}`, width).map((line) => (grave ? `${theme.palette.yellow}${fitted(line, width)}${theme.palette.reset}` : fitted(line, width))))
  return [title('QUEUES / LIMITS', width, theme), ...lines]
}

// ---- Tables of `mqtap stats`

/** Clients of a table; a page of more is for a file (`mqtap stats -f json`). */
const MOST_CLIENTS = 500

interface MadeTables {
  readonly packets: number
  readonly sort: SortKey
  readonly texts: readonly string[]
}
const madeTables = new WeakMap<Statistics, MadeTables>()

/** A hundred thousand clients take a while to be put in order: only where there was something new. */
function clientTexts(statistics: Statistics, sort: SortKey): readonly string[] {
  const packets = statistics.total().allPackets
  const known = madeTables.get(statistics)
  if (known !== undefined && known.packets === packets && known.sort === sort) return known.texts
  const texts = clientTables(statistics.clients, { palette: PLAIN, top: MOST_CLIENTS, sort })
  madeTables.set(statistics, { packets, sort, texts })
  return texts
}

function clientLines({ statistics, state: { sort }, width, theme }: PageProps): string[] {
  return tablesLines(clientTexts(statistics, sort), 'no clients', width, theme)
}

function typeLines({ statistics, width, theme }: PageProps): string[] {
  const ended = endedExchanges(statistics)
  return tablesLines([typeTable(statistics, PLAIN), exchangeTable(ended, PLAIN), failureTable(ended, PLAIN)], 'no MQTT packets', width, theme)
}

function tablesLines(texts: readonly string[], none: string, width: number, theme: Theme): string[] {
  const found = texts.filter((text) => text !== '')
  return found.length === 0 ? [fitted(none, width)] : joined(found.map((text) => tableLines(text, width, theme)))
}

/** A table made without colours: its first line are the names of the columns. */
function tableLines(text: string, width: number, theme: Theme): string[] {
  return text.trimEnd().split('\n').map((line, index) => (index === 0 ? title(line.trimEnd(), width, theme) : fitted(line.trimEnd(), width)))
}

function title(text: string, width: number, { palette: { bold, reset } }: Theme): string {
  return `${bold}${fitted(text, width)}${reset}`
}

function dimmed(text: string, { palette: { dim, reset } }: Theme): string {
  return `${dim}${text}${reset}`
}
