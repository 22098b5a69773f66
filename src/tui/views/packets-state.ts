/** The Packets view as a value, and what keys make of it. The cursor is bound to a packet, not to a row: nothing moves under it. */
import { toHex } from '../../bytes/hex.ts'
import type { PacketIndex } from '../../analysis/packet-index.ts'
import { fieldWidth } from './detail-lines.ts'
import { rowOfByte, type DetailRow, type PacketDetail } from '../model/packet-detail.ts'
import { bytesOfFrame, bytesOfPacket, shownRange, type ShownBytes } from '../model/shown-bytes.ts'
import type { CapturedFrame } from '../model/captured-frame.ts'
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
  /** Columns of the fields that are scrolled out at the left. */
  readonly fieldsLeft: number
  /** Of the byte pane: the first row on the screen. */
  readonly bytesTop: number
  /** The byte under the cursor, from the packet's first one that is shown: below 0 for those of the frame before it. */
  readonly byte: number
  /** The byte pane shows the captured frame, and not the packet. */
  readonly frameBytes: boolean
  /** Fields that are folded, by their place in the tree (DetailRow.key). */
  readonly folded: ReadonlySet<string>
  readonly marks: ReadonlySet<number>
  /** Times are shown since this packet's; null for as usual. */
  readonly reference: number | null
  readonly pingsHidden: boolean
}

export const PACKETS_START: PacketsState = {
  packet: 1, top: 0, focus: 'list', maximised: false, swapped: false, more: 0, fields: { cursor: 0, top: 0 }, fieldsLeft: 0, bytesTop: 0, byte: 0, frameBytes: false, folded: new Set(), marks: new Set(),
  reference: null, pingsHidden: false,
}

/** What the keys are about. `detail` and `rows` are of the packet under the cursor; null and empty where its bytes are not there. */
export interface PacketsContext extends Size {
  readonly shown: ShownPackets
  readonly index: PacketIndex
  readonly detail: PacketDetail | null
  readonly rows: readonly DetailRow[]
  /** That completed this packet, where `frameBytes` asks for it; null while it is not read, and where it is not there. */
  readonly frame: CapturedFrame | null
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
    case 'next-mark': return nextMark(state, context)
    case 'pings': return only({ ...state, pingsHidden: !state.pingsHidden })
    case 'frame-bytes': return only(withFrameBytes(state, context, layout))
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
  const next = { ...state, packet, fields: { cursor: 0, top: 0 }, fieldsLeft: 0, byte: 0, bytesTop: 0 }
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
  const shownBytes = bytesShown(state, context)
  const { bytesTop } = layout.bytes === null || shownBytes === null ? state : withByte(state, state.byte, shownBytes, layout)
  const same = packet === state.packet && top === state.top && fields === state.fields && bytesTop === state.bytesTop
  return same ? state : { ...state, packet, top, fields, bytesTop }
}

/** Rows of packets on the screen: below the names of the columns. */
export function listRows({ list }: PacketsLayout): number {
  return list === null ? 1 : Math.max(1, list.height - 1)
}

/** Rows of a pane below its name. */
export function paneRows(pane: Size | null): number {
  return pane === null ? 1 : Math.max(1, pane.height - 1)
}

/** The bytes of the packet that are marked: those of the field under the cursor. */
export function markedRange({ fields }: PacketsState, rows: readonly DetailRow[]): ByteRange | null {
  return rows[fields.cursor]?.range ?? null
}

/** What the byte pane shows; null where that is not there. */
export function bytesShown({ frameBytes }: PacketsState, { detail, frame }: Pick<PacketsContext, 'detail' | 'frame'>): ShownBytes | null {
  if (frameBytes) return frame === null ? null : bytesOfFrame(frame)
  return detail === null ? null : bytesOfPacket(detail)
}

/** The marked bytes among those shown; null where none of them is there. */
export function shownMark(state: PacketsState, rows: readonly DetailRow[], bytes: ShownBytes): ByteRange | null {
  const range = markedRange(state, rows)
  return range === null ? null : shownRange(bytes, range)
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

/** The other bytes, with the cursor where the marked field is in them. */
function withFrameBytes(state: PacketsState, context: PacketsContext, layout: PacketsLayout): PacketsState {
  const next = { ...state, frameBytes: !state.frameBytes, byte: 0, bytesTop: 0 }
  const bytes = bytesShown(next, context)
  // A frame that is still to be read: until then it is taken for one that carries the packet from its beginning.
  if (bytes === null) return { ...next, byte: markedRange(state, context.rows)?.start ?? 0 }
  return withByte(next, markedByte(next, context.rows, bytes), bytes, layout)
}

/** The first byte of the marked field, as the cursor counts; that of the packet where none is marked. */
function markedByte(state: PacketsState, rows: readonly DetailRow[], bytes: ShownBytes): number {
  return (shownMark(state, rows, bytes)?.start ?? bytes.packet.start) - bytes.packet.start
}

function inFields(state: PacketsState, action: ViewAction, context: PacketsContext, layout: PacketsLayout): PacketsState {
  const { rows } = context
  const row = rows[state.fields.cursor]
  if (action === 'open' || action === 'left' || action === 'right') {
    if (action === 'open' && (row === undefined || row.fold === null)) return { ...state, focus: 'bytes' }
    if (action !== 'open' && (row?.fold !== (action === 'right' ? 'folded' : 'unfolded') || state.fieldsLeft > 0)) return scrolled(state, action, row, layout)
    if (row === undefined) return state
    const folded = new Set(state.folded)
    if (!folded.delete(row.key)) folded.add(row.key)
    return { ...state, folded }
  }
  const fields = moved(state.fields, action, rows.length, paneRows(layout.fields))
  if (fields === null) return state
  const next = { ...state, fields }
  const bytes = bytesShown(state, context)
  const start = markedRange(next, rows)?.start
  if (start === undefined) return next
  return bytes === null ? { ...next, byte: start } : withByte(next, markedByte(next, rows, bytes), bytes, layout)
}

/** What of the field under the cursor is wider than the pane comes into it, by half a pane; back again at the left. */
function scrolled(state: PacketsState, action: 'left' | 'right', row: DetailRow | undefined, { fields }: PacketsLayout): PacketsState {
  if (row === undefined || fields === null) return state
  const step = Math.max(1, Math.floor(fields.width / 2))
  if (action === 'left') return state.fieldsLeft === 0 ? state : { ...state, fieldsLeft: Math.max(0, state.fieldsLeft - step) }
  return fieldWidth(row) - state.fieldsLeft > fields.width ? { ...state, fieldsLeft: state.fieldsLeft + step } : state
}

function inBytes(state: PacketsState, action: ViewAction, context: PacketsContext, layout: PacketsLayout): PacketsState {
  const bytes = bytesShown(state, context)
  if (bytes === null || bytes.start === bytes.end) return state
  const length = bytes.end - bytes.start
  const { bytesPerRow } = layout
  const page = bytesPerRow * paneRows(layout.bytes)
  const halfPage = bytesPerRow * Math.ceil(paneRows(layout.bytes) / 2)
  const steps: Partial<Record<ViewAction, number>> = {
    left: -1, right: 1, up: -bytesPerRow, down: bytesPerRow, 'page-up': -page, 'page-down': page, 'half-page-up': -halfPage, 'half-page-down': halfPage, first: -Infinity, last: Infinity,
  }
  const step = steps[action]
  if (step === undefined) return state
  const from = shownByte(state.byte, bytes)
  const wanted = from + step
  // Up and down stay in their column, as in any editor.
  const to = Number.isFinite(step) && Math.abs(step) === bytesPerRow && (wanted < 0 || wanted >= length) ? from : Math.max(0, Math.min(wanted, length - 1))
  const byte = to - bytes.packet.start
  const isOfPacket = to >= bytes.packet.start && to < bytes.packet.end
  const cursor = isOfPacket ? rowOfByte(context.rows, byte + bytes.packetStart) : 0
  return withByte({ ...state, fields: { ...state.fields, cursor } }, byte, bytes, layout)
}

/** The offset among the bytes shown of the byte under the cursor. */
export function shownByte(byte: number, { packet, start, end }: ShownBytes): number {
  return Math.max(0, Math.min(byte + packet.start, end - start - 1))
}

function withByte(state: PacketsState, byte: number, bytes: ShownBytes, layout: PacketsLayout): PacketsState {
  const row = Math.floor(shownByte(byte, bytes) / layout.bytesPerRow)
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

function nextMark(state: PacketsState, { shown }: PacketsContext): Step {
  const marked = [...state.marks].filter((packet) => shown.has(packet)).sort((one, other) => one - other)
  const packet = marked.find((it) => it > state.packet) ?? marked[0]
  if (packet === undefined) return say(state, state.marks.size === 0 ? 'No packet is marked.' : 'No marked packet is shown: the filter hides them.')
  return only(packetsAt(state, packet, null, []))
}

function found(state: PacketsState, { shown, isFound }: PacketsContext, step: 1 | -1): Step {
  for (let place = shown.placeOf(state.packet) + step; place >= 0 && place < shown.size; place += step) {
    const packet = shown.at(place)
    if (isFound(packet)) return only(packetsAt(state, packet, null, []))
  }
  return say(state, step === 1 ? 'Nothing is wrong with the packets behind this one.' : 'Nothing is wrong with the packets before this one.')
}

function copied(state: PacketsState, context: PacketsContext): Step {
  const { detail, rows, lineOf } = context
  const effect = (text: string, what: string): Effect => ({ kind: 'copy', text, what })
  if (state.focus === 'fields' && detail !== null) return { state, effect: effect(rows[state.fields.cursor]?.text ?? '', 'the field') }
  const bytes = bytesShown(state, context)
  if (state.focus === 'bytes' && bytes === null && state.frameBytes) return say(state, 'The bytes of the frame are not there.')
  if (state.focus !== 'bytes' || bytes === null) return { state, effect: effect(lineOf(state.packet), 'the line') }
  const { buffer, start, end, masked } = bytes
  const mark = shownMark(state, rows, bytes)
  if (mark === null && markedRange(state, rows) !== null) return say(state, 'No byte of this field is known to be in the frame.')
  const range = mark ?? { start: 0, end: end - start }
  if (masked.some((secret) => secret.start < range.end && range.start < secret.end)) return say(state, 'These bytes hold a secret: --show-secrets shows them.')
  return { state, effect: effect(toHex(buffer, start + range.start, Math.min(start + range.end, end)), 'the bytes') }
}
