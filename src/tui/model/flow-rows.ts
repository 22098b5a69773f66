/**
 * The rows of a ladder as the Flow view lists them: with pauses and brackets, without what is hidden, or with one row for each exchange.
 *
 * A place in a ladder is told by the packet that stands there, or stood before it, so it stays the same when rows are hidden, put together, added or left out.
 */
import { bracketsOf, BRACKETS, type Bracket } from '../../report/ladder/brackets.ts'
import { partOf, withPauses, type ArrowRow, type ExchangePart, type Ladder, type LadderRow } from '../../report/ladder/ladder.ts'

/** Where a row is. */
export interface Place {
  /** PacketEvent.number of the newest packet up to it; 0 before the first one. */
  readonly packet: number
  /** How many rows behind that packet; a pause does not count and has the place of the row that it precedes. */
  readonly behind: number
  readonly pause: boolean
}

export interface FlowRow {
  readonly row: LadderRow
  readonly place: Place
  readonly bracket: Bracket
}

/** The rows of one exchange on this connection, in their order. */
export interface FlowExchange {
  /** Exchange.number. */
  readonly number: number
  /** From 1, in the order in which they begin here. */
  readonly ordinal: number
  readonly rows: readonly PlacedRow[]
}

export interface PlacedRow {
  readonly row: LadderRow
  readonly place: Place
}

export interface FlowRows {
  /** What is listed. */
  readonly rows: readonly FlowRow[]
  /** By number, in the order in which they begin; those whose rows are hidden too. */
  readonly exchanges: ReadonlyMap<number, FlowExchange>
  /** Packets that are not in the ladder, because it would have been too long. */
  readonly leftOut: boolean
  /** The latest time, and the longest time between rows that follow each other: what the widest texts of times are made of. NaN where there are no times. */
  readonly latest: number
  readonly longest: number
  /** Packets PINGREQ and PINGRESP that are hidden. */
  readonly hidden: number
}

export interface FlowForm {
  /** One row for each exchange. */
  readonly compressed: boolean
  /** PINGREQ and PINGRESP are shown. */
  readonly pings: boolean
}

/** A ladder that is read on is a new object each time, so that nothing here gets old. */
const made = new WeakMap<Ladder, Map<string, FlowRows>>()

/** Made once for each ladder and form. */
export function flowRows(ladder: Ladder, form: FlowForm): FlowRows {
  const key = `${form.compressed} ${form.pings}`
  const forms = made.get(ladder) ?? new Map<string, FlowRows>()
  made.set(ladder, forms)
  const known = forms.get(key)
  if (known !== undefined) return known
  const fresh = makeRows(ladder, form)
  forms.set(key, fresh)
  return fresh
}

function makeRows({ rows }: Ladder, { compressed, pings }: FlowForm): FlowRows {
  const placed = placesOf(rows)
  const exchanges = exchangesOf(placed)
  const kept = pings ? placed : placed.filter(({ row }) => !isPing(row))
  const listed = withPausesPlaced(kept)
  const shown = compressed ? compress(listed, exchanges) : bracketed(listed)
  const times = timesOf(kept)
  return { rows: shown, exchanges, leftOut: rows.some(({ kind }) => kind === 'left-out'), ...times, hidden: placed.length - kept.length }
}

function placesOf(rows: readonly LadderRow[]): PlacedRow[] {
  let packet = 0
  let behind = 0
  return rows.map((row) => {
    const number = numberOf(row)
    if (number === null) behind++
    else {
      packet = number
      behind = 0
    }
    return { row, place: { packet, behind, pause: false } }
  })
}

function exchangesOf(placed: readonly PlacedRow[]): ReadonlyMap<number, FlowExchange> {
  const exchanges = new Map<number, { number: number; ordinal: number; rows: PlacedRow[] }>()
  for (const one of placed) {
    const number = partOf(one.row)?.number
    if (number === undefined) continue
    const exchange = exchanges.get(number)
    if (exchange === undefined) exchanges.set(number, { number, ordinal: exchanges.size + 1, rows: [one] })
    else exchange.rows.push(one)
  }
  return exchanges
}

function withPausesPlaced(placed: readonly PlacedRow[]): PlacedRow[] {
  let next = 0
  return withPauses(placed.map(({ row }) => row)).map((row) => {
    if (row.kind !== 'pause') return placed[next++]!
    return { row, place: { ...placed[next]!.place, pause: true } }
  })
}

function bracketed(listed: readonly PlacedRow[]): FlowRow[] {
  const brackets = bracketsOf(listed.map(({ row }) => row))
  return listed.map((one, index) => ({ ...one, bracket: brackets[index]! }))
}

const NO_BRACKET: Bracket = { glyphs: ' '.repeat(BRACKETS), numbered: false }

function compress(listed: readonly PlacedRow[], exchanges: ReadonlyMap<number, FlowExchange>): FlowRow[] {
  const begun = new Set<number>()
  return listed.flatMap(({ row, place }) => {
    const part = partOf(row)
    if (part === null) return { row, place, bracket: NO_BRACKET }
    if (begun.has(part.number)) return []
    begun.add(part.number)
    return { row: exchangeRow(exchanges.get(part.number)!.rows, part), place, bracket: NO_BRACKET }
  })
}

function timesOf(placed: readonly PlacedRow[]): { readonly latest: number; readonly longest: number } {
  let latest = NaN
  let longest = NaN
  let previous = NaN
  for (const { row } of placed) {
    const time = timeOf(row)
    if (Number.isNaN(time)) continue
    if (!(time <= latest)) latest = time
    if (!(time - previous <= longest) && !Number.isNaN(previous)) longest = time - previous
    previous = time
  }
  return { latest, longest }
}

/** PacketEvent.number of a row; null where it is no packet. */
export function numberOf(row: LadderRow): number | null {
  return row.kind === 'packet' ? row.number : null
}

/** NaN where it has none. */
export function timeOf(row: LadderRow): number {
  return 'time' in row ? row.time : NaN
}

/** The Control Packet type of a row of one packet; '' where it is none. */
export function typeOf(row: LadderRow): string {
  return row.kind === 'packet' ? row.label.text.split(' ', 1)[0]! : ''
}

export function isPing(row: LadderRow): boolean {
  if (partOf(row)?.kind === 'ping') return true
  const type = typeOf(row)
  return type === 'PINGREQ' || type === 'PINGRESP'
}

// --- finding rows ---

/** The row at a place; where that is not listed, the row of its exchange, else the nearest before it. 0 in an empty list. */
export function indexOf({ rows, exchanges }: FlowRows, place: Place): number {
  const at = lastUpTo(rows, place)
  if (at >= 0 && compare(rows[at]!.place, place) === 0) return at
  for (const exchange of exchanges.values()) {
    if (!exchange.rows.some((one) => compare(one.place, place) === 0)) continue
    const first = lastUpTo(rows, exchange.rows[0]!.place)
    if (first >= 0 && partOf(rows[first]!.row)?.number === exchange.number) return first
  }
  return Math.max(0, at)
}

export function placeOfPacket(packet: number): Place {
  return { packet, behind: 0, pause: false }
}

/** Places ascend, so halves are enough. -1 where all are behind it. */
function lastUpTo(rows: readonly FlowRow[], place: Place): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(rows[middle]!.place, place) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

function compare(one: Place, other: Place): number {
  return one.packet - other.packet || one.behind - other.behind || Number(other.pause) - Number(one.pause)
}

// --- one row for an exchange ---

const SHORT_TYPES: Readonly<Record<string, string>> = {
  PUBLISH: 'PUB', PUBACK: 'ACK', PUBREC: 'REC', PUBREL: 'REL', PUBCOMP: 'COMP', SUBSCRIBE: 'SUB', UNSUBSCRIBE: 'UNSUB', PINGREQ: 'PING', PINGRESP: 'RESP',
}

/** `#18 q2  PUB 4.4 REC 0.5 REL 2105 COMP  plant/7/alarm`: the times between in milliseconds. */
function exchangeRow(rows: readonly PlacedRow[], begins: ExchangePart): LadderRow {
  const first = rows[0]!.row
  // Where its beginning is left out, or it has no packet here, there is nothing to put together.
  if (first.kind !== 'packet') return first
  const { identifier, qos, about } = labelParts(first.label.text)
  const last = rows[rows.length - 1]!.row
  const end = partOf(last) ?? begins
  const worst = rows.map(({ row }) => ('mark' in row ? row.mark : '')).reduce((one, other) => (one === '!' || other === '' ? one : other))
  const cause = rows.map(({ row }) => partOf(row)?.cause ?? null).reduce((one, other) => ((other?.duration ?? 0) > (one?.duration ?? 0) ? other : one))
  const failure = last.kind === 'packet' && last.mark === '!' && rows.length > 1 ? ` ${labelParts(last.label.text).about}` : ''
  const over = end.place === 'ends' || end.place === 'alone'
  const text = [`${identifier} ${qos}`.trim(), `${stepsText(rows)}${failure}`, about].filter((part) => part !== '').join('  ')
  return {
    ...first,
    label: { text, details: first.label.details },
    dup: rows.some(({ row }) => row.kind === 'packet' && row.dup),
    mark: worst,
    part: { ...end, place: 'alone', cause, leg: over ? (end.total ?? end.leg ?? sumOf(rows)) : null, total: null, remark: over ? end.remark : 'not answered yet' },
  } satisfies ArrowRow
}

/** What a label is made of (label.ts): `#17`, `q1`, and the rest; '' where there is none. */
export function labelParts(text: string): { readonly identifier: string; readonly qos: string; readonly about: string } {
  const [, identifier = '', qos = '', about = ''] = (text.startsWith('PUBLISH') ? PUBLISH_LABEL : LABEL).exec(text) ?? []
  return { identifier, qos, about }
}

const LABEL = /^[A-Z]+(?: (#\d+))?()(?: (.*))?$/
const PUBLISH_LABEL = /^[A-Z]+(?: (#\d+))?(?: (q\d))?(?: (.*))?$/

function stepsText(rows: readonly PlacedRow[]): string {
  const steps: { name: string; leg: number | null; times: number }[] = []
  for (const { row } of rows) {
    if (row.kind !== 'packet') continue
    const type = typeOf(row)
    const name = SHORT_TYPES[type] ?? type
    const known = row.part?.remark === 'sent again' ? steps.find((step) => step.name === name) : undefined
    if (known === undefined) steps.push({ name, leg: row.part?.leg ?? null, times: 1 })
    else known.times++
  }
  return steps.map(({ name, leg, times }, index) => `${index === 0 || leg === null ? '' : `${shortMilliseconds(leg)} `}${name}${times === 1 ? '' : `x${times}`}`).join(' ')
}

/** From the first to the last packet; null where there is only one, or no time. */
function sumOf(rows: readonly PlacedRow[]): number | null {
  const times = rows.flatMap(({ row }) => (row.kind === 'packet' ? row.time : []))
  const sum = times[times.length - 1]! - times[0]!
  return times.length < 2 || Number.isNaN(sum) ? null : sum
}

/** `0.04`, `4.4`, `2105`. */
function shortMilliseconds(nanoseconds: number): string {
  const value = nanoseconds / 1e6
  return Math.abs(value) < 0.095 ? value.toFixed(2) : Math.abs(value) < 9.95 ? value.toFixed(1) : String(Math.round(value))
}
