/**
 * `mqtt-packet` as an oracle: whatever it writes of a packet that the standard allows, mqtap decodes to the same fields without a problem.
 * What is drawn, and which of the library's own faults are worked around, is in test/support.
 */
import fc from 'fast-check'
import { parser as libraryParser } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { PACKET_TYPES, type Connect, type Packet } from '../../src/mqtt/packet.ts'
import { VERSIONS, type Direction, type Version } from '../../src/mqtt/version.ts'
import {
  arbitraryPacket, arbitraryPacketOf, connectFrom, connectParts, generated, publishFrom, subscribeFrom, unsubscribeFrom, type GeneratedPacket,
} from '../support/arbitrary-packets.ts'
import { property } from '../support/arbitrary-properties.ts'
import { arbitrarySession } from '../support/arbitrary-session.ts'

const DIRECTIONS: readonly Direction[] = ['client-to-server', 'server-to-client']

/** One decoder for all, as in the program: nothing that it learned from one packet may show in another. */
const decoder = new PacketDecoder(LIMITS.mqtt)

function expectDecoded({ bytes, packet }: GeneratedPacket, version: Version, direction: Direction | null): void {
  // Other bytes lie around the packet, as in a capture's buffer.
  const buffer = new Uint8Array(bytes.length + 14).fill(0xff)
  buffer.set(bytes, 7)
  const decoded = decoder.decode(buffer, 7, 7 + bytes.length, bytes.length, version, direction, null)
  expect(decoder.problems).toEqual([])
  expect(comparable(decoded)).toStrictEqual(comparable(packet))
  // The same keys in the same order, for one type always (packet.ts).
  expect(Object.keys(decoded)).toEqual(Object.keys(packet))
}

/** Equal but for the kind of array that holds bytes. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, comparable(inner)]))
}

/** What a version has of each type, by direction; the arbitraries and the standard's table must agree on it. */
const COUNTS: Readonly<Record<Version, Readonly<Record<Direction, number>>>> = {
  '3.1': { 'client-to-server': 10, 'server-to-client': 9 },
  '3.1.1': { 'client-to-server': 10, 'server-to-client': 9 },
  '5.0': { 'client-to-server': 11, 'server-to-client': 11 },
}

describe.each(VERSIONS)('MQTT %s', (version) => {
  describe.each(DIRECTIONS)('%s', (direction) => {
    const drawn = PACKET_TYPES.flatMap((type) => {
      const arbitrary = arbitraryPacketOf(type, version, direction)
      return arbitrary === null ? [] : [[type, arbitrary] as const]
    })

    test('the types that may go this way', () => {
      expect(drawn).toHaveLength(COUNTS[version][direction])
    })

    test.each(drawn)('%s', (type, arbitrary) => {
      fc.assert(fc.property(arbitrary, (generated) => {
        expect(generated.packet.type).toBe(type)
        expectDecoded(generated, version, direction)
      }), { numRuns: 150 })
    })
  })

  test('where the direction is not known, nothing is held against a packet either', () => {
    fc.assert(fc.property(fc.oneof(...DIRECTIONS.map((direction) => arbitraryPacket(version, direction))), (generated) => {
      expectDecoded(generated, version, null)
    }), { numRuns: 200 })
  })

  test('whole connections', () => {
    fc.assert(fc.property(arbitrarySession(version), (packets) => {
      for (const generated of packets) expectDecoded(generated, version, generated.direction)
    }), { numRuns: 50 })
  })
})

test.each(['3.1', '3.1.1'] as const)('CONNECT of a bridge (MQTT %s) decodes to the same fields, with a note', (version) => {
  fc.assert(fc.property(connectParts(version), (parts) => {
    const plain = connectFrom(version, parts).packet as Connect
    const bridge = { ...plain, bridge: true, protocolLevel: plain.protocolLevel! | 0x80 }
    const { bytes } = generated('client-to-server', version, bridge, undefined, parts.will?.payload)
    const decoded = decoder.decode(bytes, 0, bytes.length, bytes.length, version, 'client-to-server', null)
    expect(decoder.problems.map(({ code, severity }) => [code, severity])).toEqual([['connect.bridge', 'note']])
    expect(comparable(decoded)).toStrictEqual(comparable(bridge))
  }))
})

describe('sizes at which a length takes another byte', () => {
  const empty = new Uint8Array(0)
  const parts = { dup: false, qos: 0 as const, retain: false, packetIdentifier: 0, topicName: 'a/b' }

  test.each([127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('PUBLISH with a Remaining Length of %i', (remainingLength) => {
    const generated = publishFrom('3.1.1', 'client-to-server', { ...parts, properties: undefined, payload: new Uint8Array(remainingLength - 5).fill(0x78) })
    expect(generated.bytes.length).toBe(remainingLength + (remainingLength < 128 ? 2 : remainingLength < 16_384 ? 3 : remainingLength < 2_097_152 ? 4 : 5))
    expectDecoded(generated, '3.1.1', 'client-to-server')
  })

  test.each([127, 128, 16_383, 16_384])('PUBLISH with a Property Length of %i', (propertyLength) => {
    const properties = [property('userProperty', ['k', 'v'.repeat(propertyLength - 6)])]
    const generated = publishFrom('5.0', 'client-to-server', { ...parts, properties, payload: empty })
    expectDecoded(generated, '5.0', 'client-to-server')
  })

  test.each([0, 1, 255, 256, 65_535])('a text of %i bytes', (length) => {
    expectDecoded(publishFrom('5.0', 'client-to-server', { ...parts, properties: [property('contentType', 'c'.repeat(length))], payload: empty }), '5.0', 'client-to-server')
  })

  test.each([1, 32_767, 65_535])('a topic of %i bytes', (length) => {
    expectDecoded(publishFrom('3.1.1', 'client-to-server', { ...parts, topicName: 't'.repeat(length), properties: undefined, payload: empty }), '3.1.1', 'client-to-server')
  })

  test('3.1 allows topics of 32,767 characters, however many bytes these are', () => {
    expectDecoded(publishFrom('3.1', 'client-to-server', { ...parts, topicName: 'é'.repeat(32_767), properties: undefined, payload: empty }), '3.1', 'client-to-server')
  })

  test('a thousand filters', () => {
    const filters = Array.from({ length: 1_000 }, (_, index) => `site/${index}/+/#`)
    const options = { noLocal: true, retainAsPublished: true, retainHandling: 2 }
    expectDecoded(subscribeFrom('5.0', 1, [], filters.map((topicFilter) => ({ topicFilter, qos: 2 as const, ...options }))), '5.0', 'client-to-server')
    expectDecoded(unsubscribeFrom('3.1.1', 1, undefined, filters), '3.1.1', 'client-to-server')
  })
})

/** The arbitraries are only as good as what they draw: the library's own parser, which is not ours either, reads the same out of the bytes. */
describe('the library reads back what it wrote', () => {
  test.each(VERSIONS)('%s', (version) => {
    fc.assert(fc.property(fc.oneof(...DIRECTIONS.map((direction) => arbitraryPacket(version, direction))), ({ bytes, packet, payload }) => {
      const read = readWithLibrary(bytes, version)
      if (read === null) {
        // 3.1 lets PUBREL, SUBSCRIBE and UNSUBSCRIBE carry DUP; the library's parser does not.
        expect([version, packet.flags]).toEqual(['3.1', 10])
        return
      }
      expect(read['cmd']).toBe(packet.type.toLowerCase())
      for (const [theirs, ours] of sharedFields(packet, payload)) expect(read[theirs]).toStrictEqual(ours)
    }), { numRuns: 200 })
  })
})

/** Null where the library refuses its own bytes. */
function readWithLibrary(bytes: Uint8Array, version: Version): Record<string, unknown> | null {
  let read: Record<string, unknown> | null = null
  const parser = libraryParser({ protocolVersion: { '3.1': 3, '3.1.1': 4, '5.0': 5 }[version] })
  parser.on('packet', (packet) => {
    read = packet as unknown as Record<string, unknown>
  })
  parser.on('error', () => {})
  parser.parse(Buffer.from(bytes))
  return read
}

function sharedFields(packet: Packet, payload: Uint8Array): readonly (readonly [string, unknown])[] {
  switch (packet.type) {
    case 'CONNECT': return [['clientId', packet.clientIdentifier], ['keepalive', packet.keepAlive], ['clean', packet.cleanStart], ['username', packet.userName]]
    case 'CONNACK': return [['sessionPresent', packet.sessionPresent ?? false]]
    case 'PUBLISH': return [['topic', packet.topicName], ['qos', packet.qos], ['dup', packet.dup], ['retain', packet.retain], ['payload', Buffer.from(payload)]]
    case 'SUBSCRIBE':
      return [['messageId', packet.packetIdentifier], ['subscriptions', packet.subscriptions.map(({ topicFilter, qos, noLocal, retainAsPublished, retainHandling }) =>
        noLocal === undefined ? { topic: topicFilter, qos } : { topic: topicFilter, qos, nl: noLocal, rap: retainAsPublished, rh: retainHandling })]]
    case 'SUBACK': return [['messageId', packet.packetIdentifier], ['granted', packet.reasonCodes]]
    case 'UNSUBSCRIBE': return [['messageId', packet.packetIdentifier], ['unsubscriptions', packet.topicFilters]]
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
    case 'UNSUBACK': return [['messageId', packet.packetIdentifier]]
    default: return []
  }
}
