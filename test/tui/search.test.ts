import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FieldReader } from '../../src/analysis/fields/field-reader.ts'
import { PACKET_FIELDS } from '../../src/analysis/fields.ts'
import { compileFilter } from '../../src/analysis/filter/filter.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketIndex } from '../../src/analysis/packet-index.ts'
import { PacketSource } from '../../src/analysis/packet-source.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import { hitFrom, noHitText, PacketSearch } from '../../src/tui/model/search.ts'
import { ShownPackets } from '../../src/tui/model/shown-packets.ts'
import { packetText } from '../../src/tui/views/packet-lines.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'

function rowsOf(...texts: readonly string[]) {
  return { length: texts.length, textOf: (row: number) => texts[row]! }
}

describe('the nearest row that holds the text', () => {
  const ROWS = rowsOf('pump', 'valve', 'pump 2', 'motor', 'pump 3')

  test.each<[from: number, step: 1 | -1, hit: number]>([
    [0, 1, 2], [2, 1, 4], [4, 1, 0], [3, 1, 4],
    [4, -1, 2], [2, -1, 0], [0, -1, 4], [1, -1, 0],
  ])('from row %i by %i is row %i', (from, step, hit) => {
    expect(hitFrom(ROWS, from, step, 'pump')).toBe(hit)
  })

  test('is the row itself where no other one does', () => {
    expect([hitFrom(ROWS, 3, 1, 'motor'), hitFrom(ROWS, 3, -1, 'motor')]).toEqual([3, 3])
  })

  test('is looked for from the ends where there is no row to begin with', () => {
    for (const none of [-1, 5, 99]) expect([hitFrom(ROWS, none, 1, 'pump'), hitFrom(ROWS, none, -1, 'pump')]).toEqual([0, 4])
    expect([hitFrom(ROWS, -1, 1, 'valve'), hitFrom(ROWS, 5, -1, 'valve')]).toEqual([1, 1])
  })

  test('is none where no row does, each looked at once', () => {
    const seen: number[] = []
    expect(hitFrom({ length: 4, textOf: (row) => `row ${seen.push(row)}` }, 1, 1, 'pump')).toBeNull()
    expect(seen).toEqual([2, 3, 0, 1])
    expect(hitFrom(rowsOf(), -1, 1, 'pump')).toBeNull()
    expect(hitFrom(ROWS, 0, 1, '')).toBeNull()
  })

  test.each([
    ['PUMP', 'pump'], ['pump', 'PUMP'], ['Ä/ÖL', 'ä/öl'], ['straße', 'STRAßE'], ['ЁЛКА', 'ёлка'], ['温度/室', '度/室'], ['😀 ok', '😀'], ['I', 'i'],
    // A word that ends where the text goes on.
    ['ΟΔΟΣΑ', 'ΟΔΟΣ'], ['οδος', 'ΟΔΟΣ'],
  ])('%s holds %s', (row, text) => {
    expect(hitFrom(rowsOf('', row), 0, 1, text)).toBe(1)
  })

  test.each([['pump', 'p.mp'], ['pump', 'pumps'], ['a', 'ä'], ['a+b', 'a.b'], ['[x]', '[xy]']])('%s does not hold %s: it is no pattern', (row, text) => {
    expect(hitFrom(rowsOf(row), 0, 1, text)).toBeNull()
  })

  test('what is said where there is none is safe, and short', () => {
    expect(noHitText('a\x1bb')).toBe('No row holds "a\\x1bb"')
    expect(noHitText('x'.repeat(1000)).length).toBeLessThan(60)
    expect(noHitText('')).toBe('Nothing to search for')
  })
})

/** Packets without bytes: only how many there are. */
function manyShown(count: number): { readonly shown: ShownPackets; readonly index: { count: number } } {
  const index = { count, typeOf: (number: number) => (number % 2 === 0 ? 'PINGREQ' : 'PUBLISH') }
  const shown = new ShownPackets(index as unknown as PacketIndex, {} as PacketSource, new FieldReader({ clock: () => null }))
  return { shown, index }
}

/** The end of the search, and how many slices that took. */
function run(search: PacketSearch): { readonly hit: number | null; readonly slices: number } {
  let slices = 0
  while (search.work(() => false)) slices++
  expect(search.progress).toBeNull()
  return { hit: search.hit, slices }
}

describe('the search among packets', () => {
  const hits = (...numbers: readonly number[]) => (packet: number) => (numbers.includes(packet) ? `Packet ${packet}: Überdruck` : `packet ${packet}`)

  test.each<[from: number, step: 1 | -1, hit: number]>([[1, 1, 40], [40, 1, 9_000], [9_000, 1, 40], [9_000, -1, 40], [40, -1, 9_000], [10_000, -1, 9_000], [0, 1, 40], [0, -1, 9_000]])('from packet %i by %i finds packet %i', (from, step, hit) => {
    const { shown } = manyShown(10_000)
    expect(run(new PacketSearch(shown, hits(40, 9_000), 'überdruck', from, step)).hit).toBe(hit)
  })

  test('goes on a few at a time, and says how far it is', () => {
    const { shown } = manyShown(10_000)
    const seen: number[] = []
    const search = new PacketSearch(shown, (packet) => `packet ${seen.push(packet)}`, 'none', 5_000, 1)
    expect([search.progress, search.hit]).toEqual([0, null])
    expect(search.work(() => false)).toBe(true)
    expect(seen.length).toBeLessThan(500)
    expect(search.progress).toBe(seen.length / 10_000)
    const before = seen.length
    let asked = 0
    search.work(() => ++asked < 3)
    expect(seen.length).toBe(before * 4)
    expect(run(search).slices).toBeGreaterThan(20)
    expect([search.hit, search.work(() => true)]).toEqual([null, false])
    // Each one once, from behind the first one on, that one last.
    expect(seen).toHaveLength(10_000)
    expect(new Set(seen).size).toBe(10_000)
    expect([seen[0], seen[4_999], seen[5_000], seen[9_999]]).toEqual([5_001, 10_000, 1, 5_000])
  })

  test('stops at the hit, in the middle of a slice', () => {
    const { shown } = manyShown(10_000)
    const seen: number[] = []
    const search = new PacketSearch(shown, (packet) => {
      seen.push(packet)
      return hits(10)(packet)
    }, 'druck', 1, 1)
    search.work(() => true)
    expect([search.hit, search.progress, seen.at(-1)]).toEqual([10, null, 10])
  })

  test('finds the packet itself last, and one that is alone', () => {
    expect(run(new PacketSearch(manyShown(100).shown, hits(7), 'druck', 7, -1)).hit).toBe(7)
    expect(run(new PacketSearch(manyShown(1).shown, hits(1), 'druck', 1, 1)).hit).toBe(1)
  })

  test('has nothing to do without packets, or without a text', () => {
    for (const search of [new PacketSearch(manyShown(0).shown, hits(1), 'druck', 0, 1), new PacketSearch(manyShown(9).shown, hits(1), '', 1, 1)]) {
      expect([search.progress, search.hit, search.work(() => true)]).toEqual([null, null, false])
    }
  })

  test('ends at what there was when it began, though packets come', () => {
    const { shown, index } = manyShown(1_000)
    const seen: number[] = []
    const search = new PacketSearch(shown, (packet) => {
      seen.push(packet)
      return hits(1_500)(packet)
    }, 'druck', 500, 1)
    while (search.work(() => false)) index.count += 500
    expect([search.hit, seen.length, Math.max(...seen)]).toEqual([null, 1_000, 1_000])
    expect(run(new PacketSearch(shown, hits(1_500), 'druck', 500, 1)).hit).toBe(1_500)
  })

  test('is among those that are shown, and begins beside one that is not', () => {
    const { shown } = manyShown(1_000)
    shown.show(null, true)
    while (shown.work(() => true)) { /* All at once. */ }
    const search = (from: number, step: 1 | -1, ...numbers: readonly number[]) => run(new PacketSearch(shown, hits(...numbers), 'druck', from, step)).hit
    expect([search(1, 1, 2, 4, 999), search(1, 1, 2, 4)]).toEqual([999, null])
    // Packet 10 is a PINGREQ.
    expect([search(10, 1, 9, 11), search(10, -1, 9, 11)]).toEqual([11, 9])
    expect([search(1_000, 1, 1, 999), search(1_000, -1, 1, 999)]).toEqual([1, 999])
  })

  test('skips what is not shown any more', () => {
    const { shown, index } = manyShown(1_000)
    shown.pause(true)
    index.count = 2_000
    const search = new PacketSearch(shown, (packet) => (packet === 0 ? 'druck' : hits(3)(packet)), 'druck', 900, 1)
    search.work(() => false)
    shown.show(null, true)
    expect(run(search).hit).toBeNull()
  })
})

describe('the text of a packet', () => {
  const CAPTURE = new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/captures/qmqtt.pcap')))
  const index = new PacketIndex(LIMITS.index)
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null, locates: true }, {
    packet: (event, exchange) => index.add(event, exchange?.number ?? 0, pipeline.positionOf(event.buffer, event.start)),
    exchange: () => undefined, captureProblem: () => undefined, networkProblem: () => undefined,
  })
  pipeline.begin('qmqtt.pcap')
  pipeline.push(CAPTURE.slice())
  pipeline.finish()
  const source = new PacketSource(index, (position, length) => CAPTURE.slice(position, position + length))
  const reader = new FieldReader({ clock: () => pipeline.clock })
  const INFO = { payload: 'preview', payloadBytes: 64, showSecrets: false } as const
  const textOf = (packet: number, event = source.packet(packet)) => packetText({ event, type: index.typeOf(packet) }, INFO)

  function found(text: string, filter: string | null, from = 1, step: 1 | -1 = 1): number | null {
    const shown = new ShownPackets(index, source, reader)
    if (filter !== null) {
      const compiled = compileFilter(filter, PACKET_FIELDS)
      if (!compiled.ok) throw new Error(compiled.error.message)
      shown.show(compiled.filter, false)
      while (shown.work(() => true)) { /* All at once. */ }
    }
    return run(new PacketSearch(shown, textOf, text, from, step)).hit
  }

  test('is whose it is, its type, its identifier and what matters about it', () => {
    expect(textOf(1)).toMatch(/^qmqtt-311 CONNECT MQTT 3\.1\.1 {2}qmqtt-311 /)
    expect(textOf(7)).toMatch(/^qmqtt-311 PUBLISH \d+ qmqtt/)
  })

  test('is found in a capture, also behind a filter', () => {
    expect(found('pingreq', null)).toBe(23)
    expect(found('PingReq', null, 23)).toBe(25)
    expect(found('pingreq', null, 23, -1)).toBe(55)
    expect(found('retained', 'tcp.stream == 1 && mqtt.topic contains "retained"', 36)).toBe(37)
    expect(found('pingreq', 'mqtt.msgtype == PUBLISH')).toBeNull()
  })

  test('has no secret in it', () => {
    expect(textOf(1)).toContain('password')
    const password = packetText({ event: source.packet(1), type: 'CONNECT' }, { ...INFO, showSecrets: true })
    expect(password).not.toBe(textOf(1))
  })

  test('is as it is shown where there are controls in it', () => {
    const event = source.packet(7)!
    const hostile = { ...event, packet: { ...event.packet, topicName: 'a\x1b[2Jb\u202ec' } } as unknown as PacketEvent
    const text = textOf(7, hostile)
    expect(text).toContain('a\\x1b[2Jb\\u{202e}c')
    expect(hitFrom(rowsOf(text), 0, 1, '\\X1B[2j')).toBe(0)
    expect(hitFrom(rowsOf(text), 0, 1, '\x1b[2J')).toBeNull()
  })

  test('is not cut, and says where there are no bytes', () => {
    const event = source.packet(7)!
    const long = { ...event, packet: { ...event.packet, topicName: `${'x'.repeat(200)}/end` } } as unknown as PacketEvent
    expect(textOf(7, long)).toContain('x/end')
    expect(textOf(7, null)).toBe('PUBLISH (its bytes are not kept any more)')
  })
})
