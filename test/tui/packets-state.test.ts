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
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { decodeFields } from '../../src/mqtt/detail.ts'
import { PacketDetail } from '../../src/tui/model/packet-detail.ts'
import { ShownPackets } from '../../src/tui/model/shown-packets.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { byteLines } from '../../src/tui/views/detail-lines.ts'
import { PacketsView } from '../../src/tui/views/packets.tsx'
import { packetsLayout } from '../../src/tui/views/packets-layout.ts'
import { listRows, markedRange, packetsAt, PACKETS_START, reducePackets, settled, type PacketsContext, type PacketsState } from '../../src/tui/views/packets-state.ts'
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

function contextOf(state: PacketsState, size = { width: 80, height: 20 }): PacketsContext {
  const event = source.packet(state.packet)
  const detail = event === null ? null : new PacketDetail(event, false)
  return { ...size, shown, index, detail, rows: detail?.rows(state.folded, []) ?? [], isFound: (packet) => packet === 40, lineOf: (packet) => `line ${packet}` }
}

/** The state after keys, and what the last one asked for. */
function after(state: PacketsState, ...actions: readonly ViewAction[]): { state: PacketsState; effect: Effect | null } {
  let effect: Effect | null = null
  for (const action of actions) ({ state, effect } = reducePackets(state, action, contextOf(state)))
  return { state, effect }
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
    const drawn = byteLines(detail!, view, { width: 80, height: 40 }, themeOf(false, false)).join('\n')
    expect(drawn.match(/(?<= )\*\*(?= )/g)?.length).toBe(password!.end - password!.start)
    const open = byteLines(new PacketDetail(detail!.event, true), view, { width: 80, height: 40 }, themeOf(false, false)).join('\n')
    expect(open).not.toContain('**')
  })

  test('a range that a finding names is marked', () => {
    const { rows } = contextOf(publish)
    const topic = rows.find(({ text }) => text.startsWith('Topic:'))!
    const state = packetsAt(publish, PUBLISH, topic.range, rows)
    expect(markedRange(state, rows)).toEqual(topic.range)
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
        width, height, theme: themeOf(false, false), timeText: () => '', state, packets, detail: context.detail, rows: context.rows, nothing: 'No packets.',
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
