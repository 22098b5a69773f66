/** The state of the Flow view, and what keys do to it. Pure. */
import { partOf, type Ladder } from '../../report/ladder/ladder.ts'
import { AT_TOP, inBounds, moved, type Viewport } from '../viewport.ts'
import { flowRows, indexOf, isPing, numberOf, placeOfPacket, timeOf, type FlowExchange, type FlowRow, type FlowRows, type Place } from '../model/flow-rows.ts'
import { rowText, searchedText } from '../model/flow-text.ts'
import { hitAt, hitFrom, noHit, type Searched } from '../model/search.ts'
import type { Effect, Outcome, ViewAction } from '../view.ts'

/** What colours tell apart. `type`: requests, answers, what TCP did. */
export type FlowColour = 'type' | 'exchange' | 'qos'

const COLOURS: readonly FlowColour[] = ['type', 'exchange', 'qos']
const COLOUR_WORDS: Readonly<Record<FlowColour, string>> = { type: 'direction', exchange: 'exchange', qos: 'QoS' }

export interface FlowState {
  /** As it was when `at` was set: the cursor is at `at` wherever that is by now. */
  readonly viewport: Viewport
  /** Where the cursor is; null: at the first row. */
  readonly at: Place | null
  /** PacketEvent.number of the packet that times are counted from, and its time in nanoseconds: it may be of another connection. */
  readonly reference: number | null
  readonly referenceTime: number
  readonly compressed: boolean
  readonly pings: boolean
  readonly colour: FlowColour
  /** The copies of the message under the cursor are shown. */
  readonly fanOut: boolean
}

export const FLOW_START: FlowState = {
  viewport: AT_TOP, at: null, reference: null, referenceTime: NaN, compressed: false, pings: true, colour: 'type', fanOut: false,
}

/** What there is to see. `height`: of the whole view. */
export interface Flow {
  readonly ladder: Ladder | null
  readonly height: number
}

/** Lines of the view above the rows, and below them. */
const ABOVE = 2
const BELOW_LOW = 2
const BELOW = 3
/** From this height on, what is below the rows gets one line more. */
const HIGH = 20

/** Lines for the copies of a message: more of them are counted. In a low view as many as show the first two, as long as rows are left. */
const MOST_FAN = 14
const LEAST_FAN = 5
const LEAST_ROWS = 2

/** How the lines of a view of this height are shared. */
export interface FlowHeights {
  readonly rows: number
  /** The copies of a message; 0 where they are not shown. */
  readonly fan: number
  /** About the selected row, with the rule above it. */
  readonly selected: number
}

export function flowHeights(height: number, fanOut: boolean): FlowHeights {
  const selected = height < HIGH ? BELOW_LOW : BELOW
  const rest = Math.max(1, height - ABOVE - selected)
  const fan = fanOut ? Math.min(MOST_FAN, Math.max(Math.floor(rest / 2), Math.min(LEAST_FAN, rest - LEAST_ROWS), 0)) : 0
  return { rows: rest - fan, fan, selected }
}

/** The viewport by what is there now: the cursor on its row, as far down the screen as it was. */
export function placed({ at, viewport, fanOut }: FlowState, rows: FlowRows, height: number): Viewport {
  const index = at === null ? 0 : indexOf(rows, at)
  return inBounds({ cursor: index, top: viewport.top + index - viewport.cursor }, rows.rows.length, flowHeights(height, fanOut).rows)
}

export function reduceFlow(state: FlowState, action: ViewAction, { ladder, height }: Flow): Outcome<FlowState> {
  switch (action) {
    case 'compress': return { state: { ...state, ...whereItIs(state, ladder, height), compressed: !state.compressed }, effect: say(state.compressed ? 'A row for each packet' : 'A row for each exchange') }
    case 'pings': return { state: { ...state, ...whereItIs(state, ladder, height), pings: !state.pings }, effect: say(state.pings ? 'PINGREQ and PINGRESP hidden' : 'PINGREQ and PINGRESP shown') }
    case 'colour': {
      const colour = COLOURS[(COLOURS.indexOf(state.colour) + 1) % COLOURS.length]!
      return { state: { ...state, colour }, effect: say(`Colours by ${COLOUR_WORDS[colour]}`) }
    }
    case 'form': return only({ ...state, ...whereItIs(state, ladder, height), fanOut: !state.fanOut })
    case 'findings': return { state, effect: ladder === null ? null : { kind: 'show-findings', stream: ladder.title.stream } }
    default: return ladder === null ? only(state) : reduceRows(state, action, ladder, height)
  }
}

/** What depends on the row under the cursor. */
function reduceRows(state: FlowState, action: ViewAction, ladder: Ladder, height: number): Outcome<FlowState> {
  const rows = flowRows(ladder, state)
  const viewport = placed(state, rows, height)
  const current = rows.rows[viewport.cursor]
  if (current === undefined) return only(state)
  switch (action) {
    case 'open': {
      const packet = numberOf(current.row)
      return { state, effect: packet === null ? say('No packet in this row') : { kind: 'show-packet', packet } }
    }
    case 'reference': return referenceAt(state, current)
    case 'next': case 'previous': return goTo(state, rows, viewport, height, neighbour(rows, viewport.cursor, action === 'next' ? 1 : -1), `no ${action} exchange`)
    case 'other-half': return otherHalf(state, rows, viewport, height, current)
    case 'copy': return { state, effect: { kind: 'copy', text: rowText(current, rows, ladder.title), what: 'row' } }
    default: {
      const next = moved(viewport, action, rows.rows.length, flowHeights(height, state.fanOut).rows)
      return only(next === null ? state : { ...state, viewport: next, at: rows.rows[next.cursor]!.place })
    }
  }
}

/** The cursor on a packet, or where it would be. */
export function flowAt(state: FlowState, ladder: Ladder | null, packet: number): FlowState {
  const at = placeOfPacket(packet)
  if (ladder === null) return { ...state, at }
  // A packet that is hidden is what somebody wants to see.
  const isHidden = !state.pings && ladder.rows.some((row) => numberOf(row) === packet && isPing(row))
  return { ...state, at, pings: state.pings || isHidden }
}

/** The cursor on the row of a frame, or on the last one before it; null where the ladder does not have it. */
export function flowAtFrame(state: FlowState, ladder: Ladder | null, frame: number): FlowState | null {
  const row = ladder === null ? undefined : flowRows(ladder, state).rows.findLast(({ row: it }) => 'frame' in it && it.frame <= frame)
  return row === undefined ? null : { ...state, at: row.place }
}

/** The cursor on the newest row, at the bottom of the screen. */
export function flowAtEnd(state: FlowState, { ladder, height }: Flow): FlowState {
  if (ladder === null) return state
  const { rows } = flowRows(ladder, state)
  if (rows.length === 0) return state
  return { ...state, at: rows[rows.length - 1]!.place, viewport: inBounds({ cursor: rows.length - 1, top: rows.length }, rows.length, flowHeights(height, state.fanOut).rows) }
}

/**
 * The cursor on the next row that holds the text (hitFrom): its label whole, and what stands behind it. While the view follows, what to begin with is the state of
 * flowAtEnd, for that is where the cursor is.
 */
export function searchFlow(state: FlowState, text: string, step: 1 | -1, { ladder, height }: Flow): Searched<FlowState> {
  if (ladder === null) return noHit(state, text)
  const rows = flowRows(ladder, state)
  const viewport = placed(state, rows, height)
  const hit = hitFrom({ length: rows.rows.length, textOf: (row) => searchedText(rows.rows[row]!, rows, ladder.title) }, viewport.cursor, step, text)
  return hit === null ? noHit(state, text) : hitAt(flowAtRow(state, rows, viewport, height, hit))
}

function flowAtRow(state: FlowState, { rows }: FlowRows, { top }: Viewport, height: number, row: number): FlowState {
  return { ...state, at: rows[row]!.place, viewport: inBounds({ cursor: row, top }, rows.length, flowHeights(height, state.fanOut).rows) }
}

function only(state: FlowState): Outcome<FlowState> {
  return { state, effect: null }
}

function say(text: string): Effect {
  return { kind: 'say', text }
}

/** The place under the cursor and where on the screen that is, so that it can stay there when what is listed changes. */
function whereItIs(state: FlowState, ladder: Ladder | null, height: number): Pick<FlowState, 'at' | 'viewport'> {
  if (ladder === null) return state
  const rows = flowRows(ladder, state)
  const viewport = placed(state, rows, height)
  return { viewport, at: state.at ?? rows.rows[viewport.cursor]?.place ?? null }
}

function referenceAt(state: FlowState, { row }: FlowRow): Outcome<FlowState> {
  const packet = numberOf(row)
  if (packet !== null && packet === state.reference) return { state: { ...state, reference: null, referenceTime: NaN }, effect: say('No time reference') }
  const time = timeOf(row)
  if (packet === null || Number.isNaN(time)) return { state, effect: say('Only a packet with a time can be the time reference') }
  return { state: { ...state, reference: packet, referenceTime: time }, effect: say(`Times since packet ${packet}`) }
}

/** The row where the exchange before or after that of a row begins: `step` -1 or 1. Of a row of none, those around it. Null where there is none. */
function neighbour(rows: FlowRows, cursor: number, step: 1 | -1): number | null {
  const number = partOf(rows.rows[cursor]!.row)?.number
  const own = number === undefined ? cursor : firstRowOf(rows, rows.exchanges.get(number)!)
  for (let index = own + step; index >= 0 && index < rows.rows.length; index += step) {
    const part = partOf(rows.rows[index]!.row)
    if (part !== null && part.number !== number && firstRowOf(rows, rows.exchanges.get(part.number)!) === index) return index
  }
  return null
}

function firstRowOf(rows: FlowRows, exchange: FlowExchange): number {
  return indexOf(rows, exchange.rows[0]!.place)
}

/** The next row of the same exchange; behind the last one, the first. */
function otherHalf(state: FlowState, rows: FlowRows, viewport: Viewport, height: number, current: FlowRow): Outcome<FlowState> {
  const number = partOf(current.row)?.number
  if (number === undefined) return { state, effect: say('This row belongs to no exchange') }
  if (state.compressed) return { state, effect: say('The row is the whole exchange') }
  const own = rows.exchanges.get(number)!.rows
  const at = own.findIndex(({ row }) => row === current.row)
  return own.length === 1
    ? { state, effect: say('Nothing else belongs to this exchange') }
    : goTo(state, rows, viewport, height, indexOf(rows, own[(at + 1) % own.length]!.place), '')
}

function goTo(state: FlowState, rows: FlowRows, viewport: Viewport, height: number, index: number | null, otherwise: string): Outcome<FlowState> {
  return index === null ? { state, effect: say(otherwise) } : only(flowAtRow(state, rows, viewport, height, index))
}
