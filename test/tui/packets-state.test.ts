/** The Packets view on a recorded capture: which packets are shown, what keys do, and what is drawn. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createElement } from 'react'
import { beforeEach, describe, expect, test } from 'vitest'
import { FieldReader } from '../../src/analysis/fields/field-reader.ts'
import { PACKET_FIELDS } from '../../src/analysis/fields.ts'
import { compileFilter } from '../../src/analysis/filter/filter.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketIndex } from '../../src/analysis/packet-index.ts'
import { PacketSource } from '../../src/analysis/packet-source.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import { findFrame } from '../../src/io/frame-finder.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { decodeFields } from '../../src/mqtt/detail.ts'
import { capturedFrame, type CapturedFrame } from '../../src/tui/model/captured-frame.ts'
import { PacketDetail } from '../../src/tui/model/packet-detail.ts'
import { bytesOfFrame, bytesOfPacket } from '../../src/tui/model/shown-bytes.ts'
import { ShownPackets } from '../../src/tui/model/shown-packets.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { byteLines } from '../../src/tui/views/detail-lines.ts'
import { PacketsView } from '../../src/tui/views/packets-view.tsx'
import { packetsLayout } from '../../src/tui/views/packets-layout.ts'
import { bytesShown, listRows, markedRange, packetsAt, PACKETS_START, reducePackets, settled, shownByte, shownMark, type PacketsContext, type PacketsState } from '../../src/tui/views/packets-state.ts'
import { renderText } from './render.ts'
import type { Filter } from '../../src/analysis/filter/filter.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import type { PacketRow } from '../../src/tui/views/packet-lines.ts'
import type { Effect, ViewAction } from '../../src/tui/view.ts'

const CAPTURE = new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/captures/qmqtt.pcap')))
/** Of the capture, as `mqtap read` numbers them. */
const PINGREQ = 23
const CONNECT = 1
const PUBLISH = 6

let index: PacketIndex
let source: PacketSource
let shown: ShownPackets

function read(): void {
  index = new PacketIndex(LIMITS.index)
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null, locates: true }, {
    packet: (event, exchange) => index.add(event, exchange?.number ?? 0, pipeline.positionOf(event.buffer, event.start)),
    exchange: () => undefined, captureProblem: () => undefined, networkProblem: () => undefined,
  })
  pipeline.begin('qmqtt.pcap')
  pipeline.push(CAPTURE.slice())
  pipeline.finish()
  source = new PacketSource(index, (position, length) => CAPTURE.slice(position, position + length))
  const decoder = new PacketDecoder(LIMITS.mqtt)
  shown = new ShownPackets(index, source, new FieldReader({ clock: () => pipeline.clock, decodeFields: (event) => decodeFields(decoder, event) }))
}
beforeEach(read)

function filter(text: string): Filter<PacketEvent> {
  const compiled = compileFilter(text, PACKET_FIELDS)
  if (!compiled.ok) throw new Error(compiled.error.message)
  return compiled.filter
}

function showAll(text: string | null, pingsHidden = false): number[] {
  shown.show(text === null ? null : filter(text), pingsHidden)
  while (shown.work(() => false)) { /* The whole capture, a little at a time. */ }
  return Array.from({ length: shown.size }, (_, place) => shown.at(place))
}

function contextOf(state: PacketsState, size = { width: 80, height: 20 }, frame: CapturedFrame | null = null): PacketsContext {
  const event = source.packet(state.packet)
  const detail = event === null ? null : new PacketDetail(event, false)
  return { ...size, shown, index, detail, rows: detail?.rows(state.folded, []) ?? [], frame, isFound: (packet) => packet === 40, lineOf: (packet) => `line ${packet}` }
}

/** The state after keys, and what the last one asked for. */
function after(state: PacketsState, ...actions: readonly ViewAction[]): { state: PacketsState; effect: Effect | null } {
  return afterIn(null, state, ...actions)
}

/** The same where this frame has been read. */
function afterIn(frame: CapturedFrame | null, state: PacketsState, ...actions: readonly ViewAction[]): { state: PacketsState; effect: Effect | null } {
  let effect: Effect | null = null
  for (const action of actions) ({ state, effect } = reducePackets(state, action, contextOf(state, undefined, frame)))
  return { state, effect }
}

async function frameOf(packet: number, showSecrets = false): Promise<CapturedFrame> {
  return capturedFrame((await findFrame([[CAPTURE]], index.frameOf(packet)))!, packet, index, source, showSecrets)
}

describe('which packets are shown', () => {
  test('all, where nothing hides any', () => {
    expect(showAll(null)).toEqual(Array.from({ length: index.count }, (_, place) => place + 1))
    expect([shown.at(-1), shown.at(index.count), shown.progress]).toEqual([0, 0, null])
  })

  test('those that a filter lets through, as `mqtap read -Y` shows them', () => {
    expect(showAll('mqtt.msgtype == PINGREQ')).toEqual([23, 25, 53, 55])
    expect([shown.placeOf(25), shown.placeOf(26), shown.placeOf(54), shown.has(25), shown.has(26)]).toEqual([1, 2, 3, true, false])
    expect(showAll('tcp.stream == 1 && mqtt.topic contains "retained"')).toEqual([36, 37, 43])
  })

  test('not pings, where they are hidden', () => {
    const numbers = showAll(null, true)
    expect(numbers).toHaveLength(index.count - 8)
    expect(numbers).not.toContain(PINGREQ)
    expect(showAll('mqtt.msgtype == PINGREQ', true)).toEqual([])
  })

  test('a few at a time, and what was found so far', () => {
    shown.show(filter('mqtt'), false)
    expect([shown.size, shown.progress]).toEqual([0, 0])
    shown.work(() => false)
    expect(shown.size).toBe(Math.min(64, index.count))
  })

  test('none that came while the display was paused', () => {
    const { count } = index
    shown.pause(true)
    index.add({ ...source.packet(1)!, number: count + 1 }, 0, 0)
    expect([shown.size, shown.all, shown.has(count + 1)]).toEqual([count, count, false])
    shown.pause(false)
    expect(shown.size).toBe(count + 1)
  })

  test('nor connections, that match only since then', () => {
    showAll('frame.number == 0')
    shown.pause(true)
    const { count } = index
    index.add({ ...source.packet(CONNECT)!, number: count + 1, frame: 0 }, 0, index.positionOf(CONNECT))
    shown.work(() => true)
    expect([...shown.streams!]).toEqual([])
    shown.pause(false)
    shown.work(() => true)
    expect([...shown.streams!]).toEqual([index.connectionOf(CONNECT).stream])
  })

  test('what was there before, where what was asked for is given up before it has come to the end', () => {
    for (let more = 0; more < 64; more++) index.add({ ...source.packet(CONNECT)!, number: index.count + 1 }, 0, index.positionOf(CONNECT))
    const before = showAll('mqtt.msgtype == PINGREQ')
    const { streams } = shown
    shown.show(filter('mqtt'), true)
    shown.work(() => false)
    expect([shown.underway, shown.size > before.length, shown.pingsHidden]).toEqual([true, true, true])
    shown.show(filter('frame.number == 0'), true)
    expect(shown.cancel()).toBe(true)
    expect([shown.filter?.text, shown.pingsHidden, shown.size, shown.streams]).toEqual(['mqtt.msgtype == PINGREQ', false, before.length, streams])
    expect(shown.work(() => true)).toBe(false)
    expect(shown.cancel()).toBe(false)
  })

  test('all that was asked for, once it has come to the end: more that come give nothing back', () => {
    showAll('mqtt.msgtype == PINGREQ')
    const { count } = index
    index.add({ ...source.packet(1)!, number: count + 1 }, 0, index.positionOf(1))
    expect([shown.progress === null, shown.underway, shown.cancel()]).toEqual([false, false, false])
    expect(shown.filter?.text).toBe('mqtt.msgtype == PINGREQ')
  })

  test('connections with packets that match, as far as the filter has come', () => {
    expect(shown.streams).toBe(null)
    showAll('mqtt.msgtype == CONNECT')
    const all = new Set(Array.from({ length: index.count }, (_, place) => index.connectionOf(place + 1).stream))
    expect(shown.streams).toEqual(all)
    showAll('tcp.stream == 1')
    expect(shown.streams).toEqual(new Set([1]))
    // Hidden pings are no filter.
    showAll(null, true)
    expect(shown.streams).toBe(null)
  })

  test('packets whose bytes are gone are counted, not shown as fitting', () => {
    const gone = new ShownPackets(index, new PacketSource(index, () => null), new FieldReader({ clock: () => null }))
    gone.show(filter('mqtt'), false)
    gone.work(() => true)
    expect([gone.size, gone.unknown]).toEqual([0, index.count])
  })
})

describe('keys in the list', () => {
  test('move the cursor from packet to packet, over those that are shown', () => {
    showAll('mqtt.msgtype == PINGREQ')
    const first = settled(PACKETS_START, contextOf(PACKETS_START))
    expect(first.packet).toBe(23)
    expect(after(first, 'down', 'down').state.packet).toBe(53)
    expect(after(first, 'last', 'down').state.packet).toBe(55)
    expect(after(first, 'last', 'first').state.packet).toBe(23)
  })

  test('the cursor stays on its packet when pings go, and goes to the next one where it was on one', () => {
    const on = { ...PACKETS_START, packet: 30 }
    showAll(null, true)
    expect(settled(on, contextOf(on)).packet).toBe(30)
    const ping = { ...PACKETS_START, packet: PINGREQ }
    expect(settled(ping, contextOf(ping)).packet).toBe(27)
    expect(after(ping, 'pings').state.pingsHidden).toBe(true)
  })

  test('the other half of the exchange, round and round', () => {
    expect(after({ ...PACKETS_START, packet: CONNECT }, 'other-half').state.packet).toBe(2)
    expect(after({ ...PACKETS_START, packet: 2 }, 'other-half').state.packet).toBe(CONNECT)
    // PUBLISH of QoS 2, PUBREC, PUBREL, PUBCOMP.
    const qos2 = { ...PACKETS_START, packet: 7 }
    expect([1, 2, 3, 4].map((times) => after(qos2, ...Array<ViewAction>(times).fill('other-half')).state.packet)).toEqual([12, 16, 20, 7])
    showAll('mqtt.msgtype == CONNECT')
    expect(after({ ...PACKETS_START, packet: CONNECT }, 'other-half').effect).toEqual({ kind: 'say', text: 'Packet 2, the other one of this exchange, is hidden by the filter.' })
    showAll(null)
    expect(after({ ...PACKETS_START, packet: 5 }, 'other-half').effect?.kind).toBe('say')
  })

  test('what is wrong, the next and the one before', () => {
    expect(after(PACKETS_START, 'next').state.packet).toBe(40)
    expect(after({ ...PACKETS_START, packet: 50 }, 'previous').state.packet).toBe(40)
    expect(after({ ...PACKETS_START, packet: 40 }, 'next').effect).toEqual({ kind: 'say', text: 'Nothing is wrong with the packets behind this one.' })
  })

  test('mark, reference and copy', () => {
    const { state } = after(PACKETS_START, 'mark', 'mark', 'up', 'mark')
    expect([...state.marks]).toEqual([1])
    expect(after(PACKETS_START, 'reference').state.reference).toBe(1)
    expect(after(PACKETS_START, 'reference', 'reference').state.reference).toBe(null)
    expect(after(PACKETS_START, 'copy').effect).toEqual({ kind: 'copy', text: 'line 1', what: 'the line' })
  })
})

describe('keys in the fields and the bytes', () => {
  const publish: PacketsState = { ...PACKETS_START, packet: PUBLISH }

  test('the field under the cursor has its bytes marked, and the byte under the cursor its field', () => {
    const inFields = after(publish, 'open', 'last').state
    const context = contextOf(inFields)
    expect(markedRange(inFields, context.rows)).toEqual(context.rows[inFields.fields.cursor]!.range)
    for (let byte = 0, state = after(publish, 'open', 'next-pane', 'first').state; byte < 12; byte++, state = after(state, 'right').state) {
      expect(state.byte).toBe(byte)
      const range = markedRange(state, contextOf(state).rows)!
      expect(range.start <= byte && byte < range.end, `byte ${byte} in ${range.start} to ${range.end}`).toBe(true)
    }
  })

  test('fold and unfold, and the same field stays folded in the next packet', () => {
    const folded = after(publish, 'open', 'down', 'left').state
    expect(contextOf(folded).rows.length).toBeLessThan(contextOf(publish).rows.length)
    expect(contextOf({ ...folded, packet: PUBLISH + 1 }).rows.length).toBe(contextOf(folded).rows.length)
    expect(contextOf(after(folded, 'right').state).rows).toEqual(contextOf(publish).rows)
    expect(after(folded, 'left').state).toEqual(folded)
  })

  test('bytes: rows, pages, and no further than there are any', () => {
    const start = after(publish, 'open', 'next-pane', 'first').state
    expect(after(start, 'up').state.byte).toBe(0)
    expect(after(start, 'down').state.byte).toBe(16)
    const { detail } = contextOf(start)
    const length = detail!.event.length
    for (const action of ['last', 'page-down', 'half-page-down'] as const) {
      const { byte } = after(start, 'last', action).state
      expect([Number.isInteger(byte), byte]).toEqual([true, length - 1])
    }
    expect(after(start, 'left').state.byte).toBe(0)
  })

  test('a secret is not copied', () => {
    const connect = packetsAt(PACKETS_START, CONNECT, null, [])
    const context = contextOf(connect)
    const password = context.rows.findIndex(({ text }) => text.startsWith('Password:'))
    const { effect } = reducePackets({ ...connect, focus: 'bytes', fields: { cursor: password, top: 0 } }, 'copy', context)
    expect(effect).toEqual({ kind: 'say', text: 'These bytes hold a secret: --show-secrets shows them.' })
    const other = context.rows.findIndex(({ text }) => text.startsWith('Client'))
    expect(reducePackets({ ...connect, focus: 'bytes', fields: { cursor: other, top: 0 } }, 'copy', context).effect?.kind).toBe('copy')
  })

  test('a secret is not drawn', () => {
    const { detail } = contextOf({ ...PACKETS_START, packet: CONNECT })
    const [password] = detail!.masked
    const view = { top: 0, byte: 0, mark: null, bytesPerRow: 16, focused: false } as const
    const drawn = byteLines(bytesOfPacket(detail!), view, { width: 80, height: 40 }, themeOf(false, false)).join('\n')
    expect(drawn.match(/(?<= )\*\*(?= )/g)?.length).toBe(password!.end - password!.start)
    const open = byteLines(bytesOfPacket(new PacketDetail(detail!.event, true)), view, { width: 80, height: 40 }, themeOf(false, false)).join('\n')
    expect(open).not.toContain('**')
  })

  test('a range that a finding names is marked', () => {
    const { rows } = contextOf(publish)
    const topic = rows.find(({ text }) => text.startsWith('Topic:'))!
    const state = packetsAt(publish, PUBLISH, topic.range, rows)
    expect(markedRange(state, rows)).toEqual(topic.range)
  })
})

describe('the bytes of the frame', () => {
  const publish: PacketsState = { ...PACKETS_START, packet: PUBLISH }
  const topicOf = (state: PacketsState) => contextOf(state).rows.findIndex(({ text }) => text.startsWith('Topic:'))
  const markOf = (state: PacketsState, frame: CapturedFrame) => shownMark(state, contextOf(state).rows, bytesOfFrame(frame))

  /** The byte pane, alone on the screen. */
  function pane(state: PacketsState, frame: CapturedFrame | null, missing = false, ascii = false): string[] {
    const size = { width: 79, height: 20 }
    const context = contextOf(state, size, frame)
    const view = createElement(PacketsView, {
      ...size, theme: themeOf(false, ascii), timeText: () => '', state: settled({ ...state, focus: 'bytes' }, context), packets: [], detail: context.detail, rows: context.rows, frame,
      wantedFrame: { number: index.frameOf(state.packet), missing }, nothing: '', info: { payload: 'preview', payloadBytes: 64, showSecrets: false },
    })
    return renderText(view, size.width, size.height)
  }

  test('come and go, with the cursor at the marked field', async () => {
    const frame = await frameOf(PUBLISH)
    const marked = packetsAt(publish, PUBLISH, contextOf(publish).rows[topicOf(publish)]!.range, contextOf(publish).rows)
    const { state } = afterIn(frame, marked, 'frame-bytes')
    expect(state.frameBytes).toBe(true)
    const { start, end } = markedRange(state, contextOf(state).rows)!
    expect(markOf(state, frame)).toEqual({ start: start + frame.start, end: end + frame.start })
    expect(frame.bytes.slice(start + frame.start, end + frame.start)).toEqual(contextOf(state).detail!.event.buffer.slice(start, end))
    expect(shownByte(state.byte, bytesOfFrame(frame))).toBe(start + frame.start)
    // The same where the frame comes later.
    expect(after(marked, 'frame-bytes').state.byte).toBe(state.byte)
    expect(afterIn(frame, state, 'frame-bytes').state).toEqual({ ...marked, byte: start, bytesTop: 0, frameBytes: false })
  })

  test('the cursor goes through all of them, and the fields follow where they are of the packet', async () => {
    const frame = await frameOf(PUBLISH)
    let { state } = afterIn(frame, publish, 'frame-bytes', 'open', 'next-pane', 'first')
    for (let at = 0; at < frame.bytes.length; at++) {
      expect(shownByte(state.byte, bytesShown(state, contextOf(state, undefined, frame))!)).toBe(at)
      const range = markedRange(state, contextOf(state).rows)
      if (at < frame.start || at >= frame.end) expect(range).toBe(null)
      else expect(range!.start <= at - frame.start && at - frame.start < range!.end, `byte ${at}`).toBe(true)
      state = afterIn(frame, state, 'right').state
    }
    expect(afterIn(frame, state, 'right').state).toEqual(state)
    expect(shownByte(afterIn(frame, state, 'up').state.byte, bytesOfFrame(frame))).toBe(frame.bytes.length - 1 - 16)
    // Without the frame there is nothing to go through.
    expect(after(state, 'left').state).toEqual(state)
  })

  test('a frame that carries only the end of the packet: its fields are marked, others are not', async () => {
    const whole = await frameOf(PUBLISH)
    const packetStart = 5
    const frame: CapturedFrame = { ...whole, bytes: whole.bytes.slice(packetStart), end: whole.end - packetStart, packetStart }
    const { rows } = contextOf(publish)
    const inBytes = (cursor: number): PacketsState => ({ ...publish, frameBytes: true, focus: 'bytes', fields: { cursor, top: 0 } })
    const { start, end } = rows[topicOf(publish)]!.range!
    expect(markOf(inBytes(topicOf(publish)), frame)).toEqual({ start: frame.start + Math.max(0, start - packetStart), end: frame.start + end - packetStart })
    const header = rows.findIndex(({ range }) => range !== null && range.end <= 2)
    expect(markOf(inBytes(header), frame)).toBe(null)
    expect(afterIn(frame, inBytes(header), 'copy').effect).toEqual({ kind: 'say', text: 'No byte of this field is known to be in the frame.' })
    // The first byte of the packet in this frame is the field that it belongs to.
    const moved = afterIn(frame, { ...inBytes(0), byte: -1 }, 'right').state
    const range = markedRange(moved, rows)!
    expect([moved.byte, range.start <= packetStart && packetStart < range.end]).toEqual([0, true])
  })

  test('where the packet is in the frame is not known', async () => {
    const frame: CapturedFrame = { ...await frameOf(PUBLISH), start: 0, end: 0 }
    const { state } = afterIn(frame, { ...publish, focus: 'fields', fields: { cursor: topicOf(publish), top: 0 } }, 'frame-bytes', 'next-pane', 'right')
    expect([state.byte, markOf(state, frame), markedRange(state, contextOf(state).rows)]).toEqual([1, null, null])
  })

  test('copied: the marked bytes, or all; never a secret', async () => {
    const frame = await frameOf(PUBLISH)
    const state: PacketsState = { ...publish, frameBytes: true, focus: 'bytes', fields: { cursor: topicOf(publish), top: 0 } }
    const inPacket = after({ ...state, frameBytes: false }, 'copy')
    expect(afterIn(frame, state, 'copy').effect).toEqual(inPacket.effect)
    expect(afterIn(frame, { ...state, fields: { cursor: 0, top: 0 } }, 'copy').effect).toEqual({ kind: 'copy', text: Buffer.from(frame.bytes).toString('hex'), what: 'the bytes' })
    expect(after(state, 'copy').effect).toEqual({ kind: 'say', text: 'The bytes of the frame are not there.' })
    const connect: PacketsState = { ...state, packet: CONNECT, fields: { cursor: 0, top: 0 } }
    expect(afterIn(await frameOf(CONNECT), connect, 'copy').effect).toEqual({ kind: 'say', text: 'These bytes hold a secret: --show-secrets shows them.' })
    expect(afterIn(await frameOf(CONNECT, true), connect, 'copy').effect?.kind).toBe('copy')
  })

  test('are drawn with what is marked, and secrets are not', async () => {
    const frame = await frameOf(PUBLISH)
    const cursor = topicOf(publish)
    const { range } = contextOf(publish).rows[cursor]!
    const state = afterIn(frame, { ...publish, focus: 'fields', fields: { cursor, top: 0 } }, 'frame-bytes').state
    const lines = pane(state, frame)
    const offset = (frame.start + range!.start).toString(16).padStart(4, '0')
    expect(lines[0]).toContain(`frame ${frame.number}: 0x${offset}, ${range!.end - range!.start} bytes `)
    expect(lines.join('\n').match(/\[/g)).toHaveLength(1)
    const connect: PacketsState = { ...PACKETS_START, packet: CONNECT, frameBytes: true }
    const secret = await frameOf(CONNECT)
    const hidden = contextOf(connect).detail!.masked.reduce((sum, { start, end }) => sum + end - start, 0)
    expect(pane(connect, secret).join('\n').match(/\*\*(?= )/g)).toHaveLength(hidden)
    expect(pane(connect, await frameOf(CONNECT, true)).join('\n')).not.toContain('**')
    expect(pane(connect, secret)[0]).toContain(`frame ${secret.number} `)
  })

  test('are on their way, or not there', () => {
    const state: PacketsState = { ...publish, frameBytes: true }
    const number = index.frameOf(PUBLISH)
    expect(pane(state, null)[1]).toBe(`reading frame ${number}…`)
    expect(pane(state, null, false, true)[1]).toBe(`reading frame ${number}~`)
    expect(pane(state, null, true)[1]).toBe(`The capture does not have frame ${number}.`)
    expect(pane(state, null)[0]).toContain(`frame ${number} `)
  })

  test('what the snap length cut off is told, in glyphs that the terminal has', async () => {
    const frame = await frameOf(CONNECT)
    const more = (bytes: number, ascii: boolean) => pane({ ...publish, packet: CONNECT, frameBytes: true }, { ...frame, originalLength: frame.bytes.length + bytes }, false, ascii).find((line) => line.includes(' more '))
    expect([more(700, false), more(1, true), more(0, false)]).toEqual(['… and 700 more bytes', '~ and 1 more byte', undefined])
  })

  test('the cursor is on the screen once the frame is there', async () => {
    const frame = await frameOf(PUBLISH)
    const size = { width: 80, height: 20 }
    const state = settled({ ...publish, frameBytes: true, byte: frame.end - frame.start - 1 }, contextOf(publish, size, frame))
    const layout = packetsLayout(size, state)
    const row = Math.floor((frame.end - 1) / layout.bytesPerRow)
    expect([row >= state.bytesTop, row < state.bytesTop + layout.bytes!.height - 1]).toEqual([true, true])
  })
})

describe('the panes', () => {
  test.each([[60, 11], [79, 20], [80, 20], [119, 36], [120, 36], [200, 46], [300, 96]])('%i columns and %i rows are shared without rest', (width, height) => {
    for (const focus of ['list', 'fields', 'bytes'] as const) for (const maximised of [false, true]) for (const swapped of [false, true]) for (const more of [-99, 0, 99]) {
      const { list, fields, bytes, arrangement } = packetsLayout({ width, height }, { focus, maximised, swapped, more })
      const used = arrangement === 'side' ? list!.height + Math.max(fields!.height, bytes!.height) : [list, fields, bytes].reduce((sum, pane) => sum + (pane?.height ?? 0), 0)
      expect(used).toBe(height)
      if (arrangement === 'side') expect(fields!.width + 1 + bytes!.width).toBe(width)
      for (const pane of [list, fields, bytes]) if (pane !== null) expect(Math.min(pane.height, pane.width)).toBeGreaterThanOrEqual(3)
    }
  })

  test.each([[60, 11], [80, 20], [120, 36], [200, 46]])('are drawn within %i columns and %i rows', (width, height) => {
    for (const focus of ['list', 'fields', 'bytes'] as const) {
      const state = settled({ ...PACKETS_START, packet: CONNECT, focus }, contextOf({ ...PACKETS_START, packet: CONNECT, focus }, { width, height }))
      const context = contextOf(state, { width, height })
      const count = Math.min(shown.size, listRows(packetsLayout(context, state)))
      const packets = Array.from({ length: count }, (_, row): PacketRow => {
        const number = shown.at(state.top + row)
        return { number, event: source.packet(number), type: index.typeOf(number), time: `0.${number}`, delta: 1e6, latency: number === 2 ? 4_083_000 : null, severity: number === 3 ? 'error' : null, marked: number === 4, sameExchange: number === 2 }
      })
      const view = createElement(PacketsView, {
        width, height, theme: themeOf(false, false), timeText: () => '', state, packets, detail: context.detail, rows: context.rows, frame: null, wantedFrame: { number: 0, missing: false }, nothing: 'No packets.',
        info: { payload: 'preview', payloadBytes: 64, showSecrets: false },
      })
      const lines = renderText(view, width, height)
      if (focus === 'list' || width >= 80) {
        expect(lines[1]).toMatch(/^> +1 .*qmqtt-311 +-> CONNECT/)
        expect(lines[2]).toMatch(/^\. +2 .*CONNACK.*\[4\.083 ms\]$/)
        expect(lines[3]).toMatch(/^ ! +3 /)
        expect(lines[4]).toMatch(/^\* +4 /)
      }
      if (focus === 'bytes' || width >= 80) expect(lines.join('\n')).toMatch(/0000 .*10 /)
      if (focus === 'fields' || width >= 120) expect(lines.some((line) => line.includes('CONNECT 1: '))).toBe(true)
    }
  })
})
