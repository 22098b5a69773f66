import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyValue } from '../../src/mqtt/packet.ts'
import { VERSIONS, type Direction } from '../../src/mqtt/version.ts'
import { arbitrarySession } from './arbitrary-session.ts'

const OTHER: Readonly<Record<Direction, Direction>> = { 'client-to-server': 'server-to-client', 'server-to-client': 'client-to-server' }

/** What ends an exchange that began with a packet of this type. */
const LAST_ANSWER: Readonly<Record<string, string>> = { PUBACK: 'PUBLISH', PUBCOMP: 'PUBLISH', SUBACK: 'SUBSCRIBE', UNSUBACK: 'UNSUBSCRIBE' }

describe.each(VERSIONS)('connections of MQTT %s that are drawn to be legal', (version) => {
  const runs = { numRuns: 60 }

  test('begin with CONNECT and CONNACK, and end with DISCONNECT if at all', () => {
    fc.assert(fc.property(arbitrarySession(version), (packets) => {
      const types = packets.map(({ packet }) => packet.type)
      expect(types.slice(0, 2)).toEqual(['CONNECT', 'CONNACK'])
      expect(types.lastIndexOf('CONNECT')).toBe(0)
      if (types.includes('DISCONNECT')) expect(types.indexOf('DISCONNECT')).toBe(types.length - 1)
    }), runs)
  })

  test('take an identifier only while it is free, and answer everything', () => {
    fc.assert(fc.property(arbitrarySession(version), (packets) => {
      const taken = { 'client-to-server': new Map<number, string>(), 'server-to-client': new Map<number, string>() }
      let pings = 0
      for (const { packet, direction } of packets) {
        if (packet.type === 'PINGREQ') pings++
        if (packet.type === 'PINGRESP') pings--
        const identifier = 'packetIdentifier' in packet ? packet.packetIdentifier : undefined
        if (identifier === undefined) continue
        if (packet.type === 'PUBLISH' || packet.type === 'SUBSCRIBE' || packet.type === 'UNSUBSCRIBE') {
          expect(taken[direction].has(identifier)).toBe(false)
          taken[direction].set(identifier, packet.type)
        }
        const asked = LAST_ANSWER[packet.type]
        if (asked !== undefined) {
          expect(taken[OTHER[direction]].get(identifier)).toBe(asked)
          taken[OTHER[direction]].delete(identifier)
        }
      }
      expect([pings, taken['client-to-server'].size, taken['server-to-client'].size]).toEqual([0, 0, 0])
    }), runs)
  })

  test('use a topic alias within the maximum, and only after it was set', () => {
    fc.assert(fc.property(arbitrarySession(version), (packets) => {
      const set = { 'client-to-server': new Set<unknown>(), 'server-to-client': new Set<unknown>() }
      const maximum = { 'client-to-server': 0, 'server-to-client': 0 }
      for (const { packet, direction } of packets) {
        if (packet.type === 'CONNECT' || packet.type === 'CONNACK') maximum[OTHER[direction]] = Number(propertyValue(packet.properties, 'topicAliasMaximum') ?? 0)
        if (packet.type !== 'PUBLISH') continue
        const alias = propertyValue(packet.properties, 'topicAlias')
        if (alias !== undefined) expect(alias).toBeLessThanOrEqual(maximum[direction])
        if (packet.topicName === '') expect(set[direction].has(alias)).toBe(true)
        set[direction].add(alias)
      }
    }), runs)
  })
})
