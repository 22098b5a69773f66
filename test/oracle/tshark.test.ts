import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { requireTool } from '../tools.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'
import { readWithMqtap } from './mqtap.ts'
import { differences, type SeenPacket } from './seen.ts'
import { readWithTshark } from './tshark.ts'

const CAPTURES = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url))
const captures = readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name)).sort()

describe.skipIf(!requireTool('tshark'))('tshark reads the same packets', () => {
  test.each(captures)('%s', async (name) => {
    const [ours, tsharks] = await Promise.all([readWithMqtap(CAPTURES + name), readWithTshark(CAPTURES + name)])
    expect(ours.packets.length, 'packets').toBeGreaterThan(0)
    const known = KNOWN_DIFFERENCES.filter((entry) => entry.captures.includes(name))
    const found = differences(ours.packets, tsharks)
    expect(found.filter((line) => !known.some(({ difference }) => difference.test(line))), 'differences without a reason').toEqual([])
    expect(known.filter(({ difference }) => !found.some((line) => difference.test(line))), 'known differences that do not show').toEqual([])
  })
})

test('known differences belong to captures that exist', () => {
  const named = KNOWN_DIFFERENCES.flatMap((entry) => entry.captures)
  expect(named.filter((name) => !captures.includes(name))).toEqual([])
})

describe('differences', () => {
  const packet = (frame: number, type: string, facts: SeenPacket['facts'] = {}): SeenPacket => ({ stream: 0, frame, type, facts })

  test.each<[string, SeenPacket[], SeenPacket[], string[]]>([
    ['none', [packet(1, 'PUBLISH', { topics: '61' })], [packet(1, 'PUBLISH', { topics: '61' })], []],
    ['a fact', [packet(1, 'PUBLISH', { topics: '61' })], [packet(1, 'PUBLISH', { topics: '62' })], ['frame 1 PUBLISH topics: "61", tshark "62"']],
    ['a fact that one lacks', [packet(1, 'PUBACK', { reasonCodes: '0' })], [packet(1, 'PUBACK')], ['frame 1 PUBACK reasonCodes: "0", tshark nothing']],
    ['a packet missed by mqtap', [packet(2, 'PINGREQ')], [packet(1, 'PINGREQ'), packet(2, 'PINGREQ')], ['frame 1 PINGREQ: only tshark']],
    ['one of two in a frame', [packet(1, 'PUBACK'), packet(1, 'PUBACK')], [packet(1, 'PUBACK')], ['frame 1 PUBACK: only mqtap']],
    ['two in a frame, exchanged', [packet(1, 'PUBACK', { packetIdentifier: '1' }), packet(1, 'PUBACK', { packetIdentifier: '2' })],
      [packet(1, 'PUBACK', { packetIdentifier: '2' }), packet(1, 'PUBACK', { packetIdentifier: '1' })],
      ['frame 1 PUBACK packetIdentifier: "1", tshark "2"', 'frame 1 PUBACK packetIdentifier: "2", tshark "1"']],
  ])('%s', (_, ours, tsharks, expected) => {
    expect(differences(ours, tsharks)).toEqual(expected)
  })
})
