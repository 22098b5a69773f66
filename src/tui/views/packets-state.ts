/** The Packets view as a value, and what keys make of it. The cursor is bound to a packet, not to a row: nothing moves under it. */
import { toHex } from '../../bytes/hex.ts'
import type { PacketIndex } from '../../analysis/packet-index.ts'
import { rowOfByte, type DetailRow, type PacketDetail } from '../model/packet-detail.ts'
import type { ShownPackets } from '../model/shown-packets.ts'
import { inBounds, moved, type Viewport } from '../viewport.ts'
import type { Effect, Outcome, Size, ViewAction } from '../view.ts'
import { packetsLayout, PANES, type PacketsLayout, type PaneChoice } from './packets-layout.ts'
import type { ByteRange } from '../../bytes/hex.ts'

export interface PacketsState extends PaneChoice {
  /** The packet under the cursor; 0 where there is none yet. */
  readonly packet: number
  /** The place of the first row on the screen. */
  readonly top: number
  readonly fields: Viewport
  /** Of the byte pane: the first row on the screen. */
  readonly bytesTop: number
  /** The byte under the cursor, from the packet's first one. */
  readonly byte: number
  /** Fields that are folded, by their place in the tree (DetailRow.key). */
  readonly folded: ReadonlySet<string>
  readonly marks: ReadonlySet<number>
  /** Times are shown since this packet's; null for as usual. */
  readonly reference: number | null
  readonly pingsHidden: boolean
}

export const PACKETS_START: PacketsState = {
  packet: 1, top: 0, focus: 'list', maximised: false, swapped: false, more: 0, fields: { cursor: 0, top: 0 }, bytesTop: 0, byte: 0, folded: new Set(), marks: new Set(),
  reference: null, pingsHidden: false,
}

/** What the keys are about. `detail` and `rows` are of the packet under the cursor; null and empty where its bytes are not there. */
export interface PacketsContext extends Size {
  readonly shown: ShownPackets
  readonly index: PacketIndex
  readonly detail: PacketDetail | null
  readonly rows: readonly DetailRow[]
  /** Whether something is wrong with a packet. */
  readonly isFound: (packet: number) => boolean
  /** The line of a packet, to copy. */
  readonly lineOf: (packet: number) => string
}

type Step = Outcome<PacketsState>

export function reducePackets(state: PacketsState, action: ViewAction, context: PacketsContext): Step {
  const layout = packetsLayout(context, state)
  switch (action) {
    case 'next-pane': return only({ ...state, focus: paneAfter(state, 1) })
    case 'previous-pane': return only({ ...state, focus: paneAfter(state, -1) })
    case 'maximise': return only({ ...state, maximised: !state.maximised })
    case 'swap-layout': return only({ ...state, swapped: !state.swapped })
    case 'grow': return only({ ...state, more: Math.min(state.more + 1, context.height) })
    case 'shrink': return only({ ...state, more: Math.max(state.more - 1, -context.height) })
    case 'reference': return only({ ...state, reference: state.reference === state.packet ? null : state.packet })
    case 'mark': return only(stepped({ ...state, marks: toggled(state.marks, state.packet) }, 'down', context, layout))
    case 'pings': return only({ ...state, pingsHidden: !state.pingsHidden })
    case 'other-half': return otherHalf(state, context)
    case 'next': return found(state, context, 1)
    case 'previous': return found(state, context, -1)
    case 'copy': return copied(state, context)
    default:
  }
  switch (state.focus) {
    case 'list': return action === 'open' ? only({ ...state, focus: 'fields' }) : only(stepped(state, action, context, layout))
    case 'fields': return only(inFields(state, action, context, layout))
    case 'bytes': return only(inBytes(state, action, context, layout))
  }
}

/** The cursor on a packet, and a range of its bytes marked. */
export function packetsAt(state: PacketsState, packet: number, range: ByteRange | null, rows: readonly DetailRow[]): PacketsState {
  const next = { ...state, packet, fields: { cursor: 0, top: 0 }, byte: 0, bytesTop: 0 }
  if (range === null) return next
  return { ...next, byte: range.start, fields: { cursor: rowOfByte(rows, range.start), top: 0 } }
}

/** The state with what is on the screen within it, for this size and these packets. */
export function settled(state: PacketsState, context: PacketsContext): PacketsState {
  const { shown } = context
  const layout = packetsLayout(context, state)
  const place = shown.placeOf(state.packet)
  const { cursor, top } = inBounds({ cursor: place, top: state.top }, shown.size, listRows(layout))
  const packet = shown.at(cursor)
  const fields = inBounds(state.fields, context.rows.length, paneRows(layout.fields))
  return packet === state.packet && top === state.top && fields === state.fields ? state : { ...state, packet, top, fields }
}

/** Rows of packets on the screen: below the names of the columns. */
export function listRows({ list }: PacketsLayout): number {
  return list === null ? 1 : Math.max(1, list.height - 1)
}

/** Rows of a pane below its name. */
export function paneRows(pane: Size | null): number {
  return pane === null ? 1 : Math.max(1, pane.height - 1)
}

/** The bytes that are marked: those of the field under the cursor. */
export function markedRange({ fields }: PacketsState, rows: readonly DetailRow[]): ByteRange | null {
  return rows[fields.cursor]?.range ?? null
}

function only(state: PacketsState): Step {
  return { state, effect: null }
}

function say(state: PacketsState, text: string): Step {
  return { state, effect: { kind: 'say', text } }
}

function paneAfter({ focus }: PacketsState, step: number): PacketsState['focus'] {
  return PANES[(PANES.indexOf(focus) + step + PANES.length) % PANES.length]!
}

function toggled(set: ReadonlySet<number>, member: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(member)) next.add(member)
  return next
}

function stepped(state: PacketsState, action: ViewAction, { shown }: PacketsContext, layout: PacketsLayout): PacketsState {
  const next = moved({ cursor: shown.placeOf(state.packet), top: state.top }, action, shown.size, listRows(layout))
  if (next === null || shown.size === 0) return state
  const packet = shown.at(next.cursor)
  return packet === state.packet ? { ...state, top: next.top } : { ...packetsAt(state, packet, null, []), top: next.top }
}

function inFields(state: PacketsState, action: ViewAction, { rows }: PacketsContext, layout: PacketsLayout): PacketsState {
  const row = rows[state.fields.cursor]
  if (action === 'open' || action === 'left' || action === 'right') {
    if (row === undefined || row.fold === null) return action === 'open' ? { ...state, focus: 'bytes' } : state
    if (action === 'left' && row.fold === 'folded') return state
    if (action === 'right' && row.fold === 'unfolded') return state
    const folded = new Set(state.folded)
    if (!folded.delete(row.key)) folded.add(row.key)
    return { ...state, folded }
  }
  const fields = moved(state.fields, action, rows.length, paneRows(layout.fields))
  if (fields === null) return state
  const start = rows[fields.cursor]?.range?.start
  return start === undefined ? { ...state, fields } : withByte({ ...state, fields }, start, layout)
}

function inBytes(state: PacketsState, action: ViewAction, { rows, detail }: PacketsContext, layout: PacketsLayout): PacketsState {
  const length = detail === null ? 0 : detail.event.end - detail.event.start
  const { bytesPerRow } = layout
  const page = bytesPerRow * paneRows(layout.bytes)
  const halfPage = bytesPerRow * Math.ceil(paneRows(layout.bytes) / 2)
  const steps: Partial<Record<ViewAction, number>> = {
    left: -1, right: 1, up: -bytesPerRow, down: bytesPerRow, 'page-up': -page, 'page-down': page, 'half-page-up': -halfPage, 'half-page-down': halfPage, first: -Infinity, last: Infinity,
  }
  const step = steps[action]
  if (step === undefined || length === 0) return state
  const wanted = state.byte + step
  // Up and down stay in their column, as in any editor.
  const byte = Number.isFinite(step) && Math.abs(step) === bytesPerRow && (wanted < 0 || wanted >= length) ? state.byte : Math.max(0, Math.min(wanted, length - 1))
  return withByte({ ...state, fields: { ...state.fields, cursor: rowOfByte(rows, byte) } }, byte, layout)
}

function withByte(state: PacketsState, byte: number, layout: PacketsLayout): PacketsState {
  const row = Math.floor(byte / layout.bytesPerRow)
  const room = paneRows(layout.bytes)
  const bytesTop = row < state.bytesTop ? row : row >= state.bytesTop + room ? row - room + 1 : state.bytesTop
  return { ...state, byte, bytesTop }
}

function otherHalf(state: PacketsState, { index, shown }: PacketsContext): Step {
  if (state.packet === 0) return only(state)
  const exchange = index.exchangeOf(state.packet)
  if (exchange === 0) return say(state, 'This packet belongs to no exchange.')
  // The next packet of the exchange, and from the last one to the first.
  let other = index.ofExchange(exchange, state.packet, 1)
  if (other === null) {
    for (let before = index.ofExchange(exchange, state.packet, -1); before !== null; before = index.ofExchange(exchange, before, -1)) other = before
  }
  if (other === null) return say(state, 'No other packet of this exchange is in the capture.')
  if (!shown.has(other)) return say(state, `Packet ${other}, the other one of this exchange, is hidden by the filter.`)
  return only(packetsAt(state, other, null, []))
}

function found(state: PacketsState, { shown, isFound }: PacketsContext, step: 1 | -1): Step {
  for (let place = shown.placeOf(state.packet) + step; place >= 0 && place < shown.size; place += step) {
    const packet = shown.at(place)
    if (isFound(packet)) return only(packetsAt(state, packet, null, []))
  }
  return say(state, step === 1 ? 'Nothing is wrong with the packets behind this one.' : 'Nothing is wrong with the packets before this one.')
}

function copied(state: PacketsState, { detail, rows, lineOf }: PacketsContext): Step {
  const effect = (text: string, what: string): Effect => ({ kind: 'copy', text, what })
  if (state.focus === 'list' || detail === null) return { state, effect: effect(lineOf(state.packet), 'the line') }
  if (state.focus === 'fields') return { state, effect: effect(rows[state.fields.cursor]?.text ?? '', 'the field') }
  const { buffer, start, end } = detail.event
  const range = markedRange(state, rows) ?? { start: 0, end: end - start }
  if (detail.masked.some((masked) => masked.start < range.end && range.start < masked.end)) return say(state, 'These bytes hold a secret: --show-secrets shows them.')
  return { state, effect: effect(toHex(buffer, start + range.start, Math.min(start + range.end, end)), 'the bytes') }
}
