/**
 * The Flow view as lines of text.
 *
 * ```
 *  plc-7  MQTT 5.0  10.0.0.21:50122 -> 10.0.0.2:1883  stream 3         exchange 12 of 418  ref: 4170
 *        TIME  SINCE REF   plc-7                            broker  EXCHANGE
 *   11.000000  -1.004118   |-- CONNECT clean ka 30 s ----------->|  .
 *   11.003420  -1.000698   |<----------------- CONNACK Success --|  '--    3.420 ms 1 connect
 *   12.004118  =0.000000   |== PUBLISH #17 q1 plant/7/temp =====>|  .
 * > 12.008201  +0.004083   |<---------------------- PUBACK #17 --|  '--    4.083 ms 2 qos1
 * -- packet 4171 -----------------------------------------------------------------------------------------------
 *  PUBACK #17, answers packet 4170, 4.083 ms
 * ```
 */
import stringWidth from 'string-width'
import { PLAIN, type Palette } from '../../report/colour.ts'
import { fitted, spaces } from '../../report/fit.ts'
import { headerLine, ladderColumns, rowLine, type ArrowLook, type LadderColumns } from '../../report/ladder/layout.ts'
import { partOf, type Ladder, type LadderRow, type LadderTitle } from '../../report/ladder/ladder.ts'
import { right } from '../../report/padding.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import { fanOutLines } from '../model/flow-fan-out.ts'
import { flowRows, labelParts, numberOf, timeOf, typeOf, type FlowRow, type FlowRows } from '../model/flow-rows.ts'
import { flowAtEnd, flowHeights, placed, type FlowColour, type FlowState } from './flow-state.ts'
import { rowText } from '../model/flow-text.ts'
import { CURSOR_WIDTH, listRow } from '../parts/row.ts'
import type { Fan } from '../model/flow-reading.ts'
import type { ViewProps } from '../view.ts'

export interface FlowProps extends ViewProps {
  readonly state: FlowState
  /** TCP stream number of the connection; null where none was chosen. */
  readonly stream: number | null
  /** Null where nothing of the connection was read yet. */
  readonly ladder: Ladder | null
  /** How much of the capture was read, from 0 to 1; null where all was. */
  readonly progress: number | null
  /** The capture does not have all bytes any more that the ladder needs: there are no more rows than these. */
  readonly lost: boolean
  /** The cursor stays at the newest row. */
  readonly following: boolean
  /** What became of a PUBLISH, by PacketEvent.number. */
  readonly fanOf: (packet: number) => Fan | null
}

/** From this width on, the time since the reference has a column of its own; in a narrower view it stands in place of the time. */
const WIDE = 100
const SINCE_NAME = 'SINCE REF'

export function flowLines(props: FlowProps): readonly string[] {
  const { ladder, width, height } = props
  if (ladder === null) return messageLines(props)
  const state = props.following ? flowAtEnd(props.state, { ladder, height }) : props.state
  const rows = flowRows(ladder, state)
  const heights = flowHeights(height, state.fanOut)
  const { cursor, top } = placed(state, rows, height)
  const visible = rows.rows.slice(top, top + heights.rows)
  const current = rows.rows[cursor]
  const table = visible.length === 0 ? emptyTable(heights.rows) : tableLines(props, state, ladder.title, rows, top, visible, cursor, heights.rows)
  return [
    titleLine(props, state, ladder.title, rows, current),
    ...table,
    ...(heights.fan === 0 ? [] : fanLines(props, rows, current, heights.fan)),
    ...selectedLines(props, ladder.title, rows, current, heights.selected),
  ].slice(0, height).map((line) => (line.includes('\x1b') ? line : fitted(line, width)))
}

function messageLines({ stream, progress, lost, width, height, theme: { palette } }: FlowProps): string[] {
  const text = stream === null ? 'No connection is chosen: Enter on a client (1) or a packet (2) shows its flow.'
    : progress !== null ? `Reading the capture for stream ${stream}: ${percent(progress)}`
    : lost ? 'The beginning of the capture is not kept any more (--spool-limit), and a flow needs it.'
    : `Stream ${stream} has no MQTT packets in this capture.`
  return ['', ...wrapped(text, '  ', width - 2)].slice(0, height).map((line) => `${palette.dim}${line}${palette.reset}`)
}

function percent(progress: number): string {
  return `${Math.floor(Math.max(0, Math.min(progress, 1)) * 100)} %`
}

// --- title ---

/** What connection it is, at the left, and where the cursor is, at the right. The latter never goes, nor does the client's name. */
function titleLine({ width, progress, lost, theme: { palette } }: FlowProps, state: FlowState, title: LadderTitle, rows: FlowRows, current: FlowRow | undefined): string {
  const where = [
    lost ? 'not all: the capture is not kept' : progress === null ? '' : `reading ${percent(progress)}`,
    rows.hidden > 0 ? `${rows.hidden} pings hidden (P)` : '',
    exchangeText(rows, current),
    state.reference === null ? '' : `ref: ${state.reference}`,
  ].filter((part) => part !== '')
  const forms = [where, where.slice(-2), where.slice(-1)].map((parts) => parts.join('  '))
  const { client, protocol, addresses, endsKnown, stream } = title
  const least = Math.min(stringWidth(client), 16)
  const at = forms.find((form) => form.length + 2 + 1 + least <= width) ?? ''
  const room = width - 1 - (at === '' ? 0 : at.length + 2)
  let text = fitted(client, room)
  for (const fact of [protocol, `${addresses[0]} ${endsKnown ? '->' : '-'} ${addresses[1]}`, `stream ${stream}`]) {
    if (stringWidth(text) + 2 + fact.length <= room) text += `  ${fact}`
  }
  return ` ${palette.bold}${text}${palette.reset}${spaces(width - 1 - stringWidth(text) - at.length)}${at}`
}

function exchangeText({ exchanges, leftOut }: FlowRows, current: FlowRow | undefined): string {
  const number = current === undefined ? undefined : partOf(current.row)?.number
  const own = number === undefined ? undefined : exchanges.get(number)
  // Of a ladder with rows left out, nobody knows how many there are.
  if (leftOut) return number === undefined ? '' : `exchange no. ${number}`
  const all = `${exchanges.size} exchange${exchanges.size === 1 ? '' : 's'}`
  return own === undefined ? all : `exchange ${own.ordinal} of ${exchanges.size}`
}

// --- rows ---

function emptyTable(height: number): string[] {
  return ['', '  nothing to show', ...Array<string>(Math.max(0, height - 1)).fill('')].slice(0, height + 1)
}

/** The header and as many lines as there is room for rows. */
function tableLines(
  props: FlowProps, state: FlowState, title: LadderTitle, rows: FlowRows, top: number, visible: readonly FlowRow[], cursor: number, height: number,
): string[] {
  const { width, theme } = props
  const times = timeCells(props, state, rows, top, visible)
  const shared = ladderColumns(width - CURSOR_WIDTH, times.width)
  const columns = state.compressed ? forExchanges(shared) : shared
  const lines = visible.map((row, index) => {
    const selected = top + index === cursor
    const palette = selected ? PLAIN : theme.palette
    return listRow(lineOf(row, times.cells[index]!, columns, title, palette, lookOf(row.row, state, palette)), selected, width, theme)
  })
  return [`  ${headerLine(title, columns, theme.palette, times.name)}`, ...lines, ...Array<string>(height - lines.length).fill('')]
}

/** Room for `#18 q2  PUB 4.4 REC 0.5 REL 2105 COMP  plant/7/alarm`, at the cost of what is said behind the time of an exchange. */
const EXCHANGE_LANES = 56
/** Room for `2110.077 ms`. */
const LEAST_RESULT = 14

function forExchanges({ time, lanes, result }: LadderColumns): LadderColumns {
  const wider = Math.max(lanes, Math.min(EXCHANGE_LANES, lanes + result - LEAST_RESULT))
  return { time, lanes: wider, result: lanes + result - wider }
}

function lineOf({ row, bracket }: FlowRow, time: string, columns: LadderColumns, title: LadderTitle, palette: Palette, look: ArrowLook): string {
  return rowLine(row, time, bracket, columns, title, palette, look)
}

interface TimeCells {
  readonly cells: readonly string[]
  readonly width: number
  /** What stands above them. */
  readonly name: string
}

function timeCells(props: FlowProps, state: FlowState, rows: FlowRows, top: number, visible: readonly FlowRow[]): TimeCells {
  const hasReference = state.reference !== null
  const times = hasReference && props.width < WIDE ? null : timeTexts(props, rows, top, visible)
  if (!hasReference) return { cells: times!.texts, width: times!.width, name: 'TIME' }
  const since = visible.map(({ row }) => sinceText(row, state))
  const width = [sinceOf(rows.latest, state), ...since].reduce((most, { length }) => Math.max(most, length), SINCE_NAME.length)
  if (times === null) return { cells: since, width, name: SINCE_NAME }
  const both = (time: string, text: string) => `${right(time, times.width)}  ${right(text, width)}`
  return { cells: times.texts.map((text, index) => both(text, since[index]!)), width: times.width + 2 + width, name: both('TIME', SINCE_NAME) }
}

/** The width is that of the whole list as far as it can be told, so that columns stay where they are when rows move. */
function timeTexts({ timeText }: FlowProps, { rows, latest, longest }: FlowRows, top: number, visible: readonly FlowRow[]): { readonly texts: readonly string[]; readonly width: number } {
  let previous = NaN
  for (let index = top - 1; index >= 0 && Number.isNaN(previous); index--) previous = timeOf(rows[index]!.row)
  const texts = visible.map(({ row }) => {
    if (row.kind === 'pause') return '...'
    const time = timeOf(row)
    if (Number.isNaN(time)) return ''
    const text = timeText(time, previous)
    previous = time
    return text
  })
  const widest = Number.isNaN(latest) ? '' : timeText(latest, latest - longest)
  return { texts, width: [widest, ...texts].reduce((most, { length }) => Math.max(most, length), 'TIME'.length) }
}

function sinceText(row: LadderRow, state: FlowState): string {
  if (row.kind === 'pause') return '...'
  if (numberOf(row) !== null && numberOf(row) === state.reference) return '=0.000000'
  const time = timeOf(row)
  return Number.isNaN(time) ? '' : sinceOf(time, state)
}

/** `+0.004083`, `-1.004118`: seconds, to the microsecond as times are, or all within a millisecond would be the same. */
function sinceOf(time: number, { referenceTime }: FlowState): string {
  const since = time - referenceTime
  if (Number.isNaN(since)) return ''
  return `${since < 0 ? '-' : '+'}${(Math.abs(since) / 1e9).toFixed(6)}`
}

// --- colours ---

function lookOf(row: LadderRow, { reference, colour }: FlowState, palette: Palette): ArrowLook {
  return { stroke: reference !== null && numberOf(row) === reference ? '=' : '-', colour: colourOf(row, colour, palette) }
}

/** Null: that of its direction. Red stays for what failed. */
function colourOf(row: LadderRow, colour: FlowColour, { cyan, green, yellow }: Palette): string | null {
  if (colour === 'type') return null
  const several = [cyan, green, yellow]
  if (colour === 'exchange') {
    const number = partOf(row)?.number
    return number === undefined ? '' : several[number % several.length]!
  }
  const qos = qosOf(row)
  return qos === null ? '' : several[qos]!
}

/** Of a PUBLISH and of what belongs to it; null for other packets. */
function qosOf(row: LadderRow): 0 | 1 | 2 | null {
  const kind = partOf(row)?.kind
  if (kind === 'publish-qos1') return 1
  if (kind === 'publish-qos2') return 2
  return kind === undefined && typeOf(row) === 'PUBLISH' && row.kind === 'packet' && labelParts(row.label.text).qos === 'q0' ? 0 : null
}

// --- below the rows ---

function selectedLines({ width, timeText, theme }: FlowProps, title: LadderTitle, rows: FlowRows, current: FlowRow | undefined, height: number): string[] {
  if (current === undefined) return [rule('', width, theme), ...Array<string>(height - 1).fill('')]
  const number = numberOf(current.row)
  const time = timeOf(current.row)
  const name = [number === null ? '' : `packet ${number}`, Number.isNaN(time) ? '' : timeText(time, NaN)].filter((part) => part !== '').join('  ')
  const lines = wrapped(rowText(current, rows, title), ' ', width)
  const room = height - 1
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), fitted(` ${lines.slice(room - 1).map((line) => line.trimStart()).join(' ')}`, width)]
  return [rule(name, width, theme), ...shown, ...Array<string>(room - shown.length).fill('')]
}

function fanLines({ width, theme, fanOf }: FlowProps, { exchanges }: FlowRows, current: FlowRow | undefined, height: number): string[] {
  const row = current?.row
  const part = row === undefined ? null : partOf(row)
  // A message that was sent again is told by its first PUBLISH, and the answers belong to it as well.
  const packets = [row === undefined ? null : numberOf(row), ...(part === null ? [] : exchanges.get(part.number)!.rows.map((one) => numberOf(one.row)))]
  let fan: Fan | null = null
  for (const packet of packets) if (packet !== null) fan ??= fanOf(packet)
  const isPublish = row !== undefined && (typeOf(row) === 'PUBLISH' || part?.kind === 'publish-qos1' || part?.kind === 'publish-qos2')
  const lines = fanOutLines(fan, isPublish, width, height - 1, theme.palette)
  return [rule(fan === null ? 'copies' : `publication: packet ${fan.delivery.publication.number}`, width, theme), ...lines, ...Array<string>(height - 1 - lines.length).fill('')]
}

function rule(name: string, width: number, { palette: { dim, reset }, glyphs: { horizontal } }: ViewProps['theme']): string {
  const text = fitted(name === '' ? '' : ` ${name} `, width - 4)
  return `${dim}${horizontal.repeat(2)}${text}${horizontal.repeat(width - 2 - stringWidth(text))}${reset}`
}
