import { describe, expect, it } from 'vitest'
import { PROPERTIES } from '../../../src/mqtt/properties.ts'
import type { PropertyHost, PropertyType } from '../../../src/mqtt/properties.ts'
import { REASON_CODES, reasonCodeName } from '../../../src/mqtt/reason-codes.ts'
import type { ReasonCodePacket } from '../../../src/mqtt/reason-codes.ts'
import type { Direction } from '../../../src/mqtt/version.ts'
import { codes, decode, hex, packet, properties, string } from './build.ts'

/** A property by itself in a packet that is right otherwise. */
const HOSTS: Readonly<Record<PropertyHost, (property: readonly number[]) => Uint8Array>> = {
  CONNECT: (property) => packet(0x10, string('MQTT'), hex('05 02 003c'), properties(property), string('id')),
  WILL: (property) => packet(0x10, string('MQTT'), hex('05 06 003c 00'), string('id'), properties(property), string('a'), string('b')),
  CONNACK: (property) => packet(0x20, hex('00 9c'), properties(property)),
  PUBLISH: (property) => packet(0x30, string('a'), properties(property)),
  PUBACK: (property) => packet(0x40, hex('0001 00'), properties(property)),
  PUBREC: (property) => packet(0x50, hex('0001 00'), properties(property)),
  PUBREL: (property) => packet(0x62, hex('0001 00'), properties(property)),
  PUBCOMP: (property) => packet(0x70, hex('0001 00'), properties(property)),
  SUBSCRIBE: (property) => packet(0x82, hex('0001'), properties(property), string('a'), hex('00')),
  SUBACK: (property) => packet(0x90, hex('0001'), properties(property), hex('00')),
  UNSUBSCRIBE: (property) => packet(0xa2, hex('0001'), properties(property), string('a')),
  UNSUBACK: (property) => packet(0xb0, hex('0001'), properties(property), hex('00')),
  DISCONNECT: (property) => packet(0xe0, hex('9c'), properties(property)),
  AUTH: (property) => packet(0xf0, hex('18'), properties(property)),
}

/** Bytes of a value that every rule is content with. */
const VALUES: Readonly<Record<PropertyType, readonly number[]>> = {
  byte: [1],
  'two-byte-integer': [0, 1],
  'four-byte-integer': [0, 0, 0, 1],
  'variable-byte-integer': [1],
  'utf8-string': string('text'),
  'binary-data': string('data'),
  'utf8-string-pair': [...string('name'), ...string('value')],
}

/** Defects that such a packet cannot avoid: it has one property only. */
const UNAVOIDABLE = new Set(['auth.no-method', 'connect.authentication-data-without-method', 'connack.authentication-data-without-method'])

/** MQTT 5.0 table 2-4, as columns: the identifiers that each packet may have, but for 26 (User Property), which all may. */
const ALLOWED: Readonly<Record<PropertyHost, string>> = {
  CONNECT: '11 15 16 17 19 21 22 27',
  WILL: '01 02 03 08 09 18',
  CONNACK: '11 12 13 15 16 1a 1c 1f 21 22 24 25 27 28 29 2a',
  PUBLISH: '01 02 03 08 09 0b 23',
  PUBACK: '1f',
  PUBREC: '1f',
  PUBREL: '1f',
  PUBCOMP: '1f',
  SUBSCRIBE: '0b',
  SUBACK: '1f',
  UNSUBSCRIBE: '',
  UNSUBACK: '1f',
  DISCONNECT: '11 1c 1f',
  AUTH: '15 16 1f',
}

describe('properties', () => {
  it('there are 27, in order of their identifiers', () => {
    expect(PROPERTIES).toHaveLength(27)
    expect(new Set(PROPERTIES.map(({ name }) => name)).size).toBe(27)
    const ids = PROPERTIES.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  })

  describe.each(Object.keys(HOSTS) as PropertyHost[])('%s', (host) => {
    const allowed = new Set([...hex(ALLOWED[host]), 0x26])

    it.each(PROPERTIES)('$label', ({ id, type, name }) => {
      const { packet, problems } = decode(HOSTS[host]([id, ...VALUES[type]]), '5.0', null)
      const found = codes(problems).filter((code) => !UNAVOIDABLE.has(code))
      expect(found).toEqual(allowed.has(id) ? [] : ['property.misplaced'])
      // Misplaced or not, it is kept.
      const block = packet.type === 'CONNECT' && host === 'WILL' ? packet.will?.properties : 'properties' in packet ? packet.properties : undefined
      expect(block?.map((property) => property.name)).toEqual([name])
    })

    it.each(PROPERTIES.filter(({ id }) => allowed.has(id)))('$label twice', ({ id, type }) => {
      const { problems } = decode(HOSTS[host]([id, ...VALUES[type], id, ...VALUES[type]]), '5.0', 'server-to-client')
      const mayRepeat = id === 0x26 || (id === 0x0b && host === 'PUBLISH')
      expect(codes(problems).includes('property.duplicate')).toBe(!mayRepeat)
    })
  })
})

/** A packet with a reason code. */
const CARRIERS: Readonly<Record<ReasonCodePacket, (code: number) => Uint8Array>> = {
  CONNACK: (code) => packet(0x20, [0, code, 0]),
  PUBACK: (code) => packet(0x40, [0, 1, code]),
  PUBREC: (code) => packet(0x50, [0, 1, code]),
  PUBREL: (code) => packet(0x62, [0, 1, code]),
  PUBCOMP: (code) => packet(0x70, [0, 1, code]),
  SUBACK: (code) => packet(0x90, [0, 1, 0, code]),
  UNSUBACK: (code) => packet(0xb0, [0, 1, 0, code]),
  DISCONNECT: (code) => packet(0xe0, [code]),
  AUTH: (code) => packet(0xf0, [code], properties([0x15, ...string('X')])),
}

/** What each side may send, by the tables of the packets (MQTT 5.0 §3.2.2.2 and so on), and what is in doubt. */
const MAY_SEND: Readonly<Record<ReasonCodePacket, { client: string; server: string; doubtfulOfClient?: string; doubtfulOfServer?: string }>> = {
  CONNACK: { client: '', server: '00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f' },
  PUBACK: { client: '00 80 83 87 90 91 97 99', server: '00 10 80 83 87 90 91 97 99' },
  PUBREC: { client: '00 80 83 87 90 91 97 99', server: '00 10 80 83 87 90 91 97 99' },
  PUBREL: { client: '00 92', server: '00 92' },
  PUBCOMP: { client: '00 92', server: '00 92' },
  SUBACK: { client: '', server: '00 01 02 80 83 87 8f 91 97 9e a1 a2' },
  UNSUBACK: { client: '', server: '00 11 80 83 87 8f 91' },
  DISCONNECT: {
    client: '00 04 80 81 82 83 90 93 94 95 96 97 98 99',
    server: '00 80 81 82 83 87 89 8b 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2',
    doubtfulOfClient: '8c 9b',
    doubtfulOfServer: '8c',
  },
  AUTH: { client: '18 19', server: '00 18' },
}

const SERVER_ONLY = new Set<string>(['CONNACK', 'SUBACK', 'UNSUBACK'])

describe('reason codes', () => {
  describe.each(Object.keys(CARRIERS) as ReasonCodePacket[])('%s', (type) => {
    const { client, server, doubtfulOfClient = '', doubtfulOfServer = '' } = MAY_SEND[type]

    function verdicts(direction: Direction | null): Record<string, number[]> {
      const byCode: Record<string, number[]> = { allowed: [] }
      for (let code = 0; code < 256; code++) {
        const [verdict = 'allowed'] = codes(decode(CARRIERS[type](code), '5.0', direction).problems).filter((each) => each.startsWith('reason-code.'))
        ;(byCode[verdict] ??= []).push(code)
      }
      return byCode
    }

    // What only a server sends has no code that a client may use.
    if (!SERVER_ONLY.has(type)) it('from the client', () => {
      const found = verdicts('client-to-server')
      expect(found['allowed']).toEqual(hex(client))
      expect(found['reason-code.doubtful'] ?? []).toEqual(hex(doubtfulOfClient))
      const known = [...hex(client), ...hex(doubtfulOfClient)]
      expect(found['reason-code.wrong-sender'] ?? []).toEqual(hex(server).filter((code) => !known.includes(code)))
    })

    it('from the server', () => {
      const found = verdicts('server-to-client')
      expect(found['allowed']).toEqual(hex(server))
      expect(found['reason-code.doubtful'] ?? []).toEqual(hex(doubtfulOfServer))
      const known = [...hex(server), ...hex(doubtfulOfServer)]
      expect(found['reason-code.wrong-sender'] ?? []).toEqual(hex(client).filter((code) => !known.includes(code)))
    })

    it('from either, where the direction is not known', () => {
      const found = verdicts(null)
      expect(found['allowed']).toEqual([...new Set([...hex(client), ...hex(server)])].sort((a, b) => a - b))
      expect(found['reason-code.wrong-sender']).toBeUndefined()
    })

    it('every code has a name', () => {
      for (const { code, name } of REASON_CODES[type]) expect(reasonCodeName(type, code)).toBe(name)
      expect(reasonCodeName(type, 0xff)).toBeNull()
    })
  })

  it('0x8C is named in DISCONNECT too, and packets without reason codes have no names', () => {
    expect(reasonCodeName('DISCONNECT', 0x8c)).toBe('Bad authentication method')
    expect(reasonCodeName('PUBLISH', 0)).toBeNull()
  })
})
