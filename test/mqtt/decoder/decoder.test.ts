import { describe, expect, it } from 'vitest'
import { PacketDecoder, connectVersion } from '../../../src/mqtt/decoder.ts'
import type { Connect, Publish } from '../../../src/mqtt/packet.ts'
import { IllFormedText } from '../../../src/mqtt/packet.ts'
import { invalidPayload } from '../../../src/mqtt/problems.ts'
import { VERSIONS } from '../../../src/mqtt/version.ts'
import { LIMITS, codes, decode, hex, packet, properties, string, uint16, utf8 } from './build.ts'

describe('values of packets', () => {
  it('CONNECT of 5.0 with everything', () => {
    const bytes = packet(
      0x10, string('MQTT'), hex('05 f6 003c'), properties([0x21, 0, 20], [0x26, ...string('a'), ...string('b')]), string('id'),
      properties([0x18, 0, 0, 0, 60]), string('w/t'), hex('0003 00ff01'), string('ada'), hex('0002 ff00'),
    )
    expect(decode(bytes, '5.0').packet).toEqual({
      type: 'CONNECT', flags: 0, protocolName: 'MQTT', protocolLevel: 5, bridge: false, connectFlags: 0xf6, userNameFlag: true, passwordFlag: true, willRetain: true,
      willQos: 2, willFlag: true, cleanStart: true, keepAlive: 60,
      properties: [{ id: 0x21, name: 'receiveMaximum', value: 20 }, { id: 0x26, name: 'userProperty', value: ['a', 'b'] }],
      clientIdentifier: 'id',
      will: { properties: [{ id: 0x18, name: 'willDelayInterval', value: 60 }], topic: 'w/t', payload: Uint8Array.of(0, 255, 1), payloadLength: 3 },
      userName: 'ada', password: Uint8Array.of(255, 0),
    })
  })

  it('CONNECT before 5.0 has no properties', () => {
    const { packet: connect } = decode(packet(0x10, string('MQTT'), hex('04 06 003c'), string('id'), string('w'), string('x')), '3.1.1')
    expect(connect).toMatchObject({ properties: undefined, will: { properties: undefined, topic: 'w' }, userName: undefined, password: undefined })
  })

  it('a will payload is kept up to the limit', () => {
    const { packet: connect } = decode(packet(0x10, string('MQTT'), hex('04 06 003c'), string('id'), string('w'), string('x'.repeat(100))), '3.1.1')
    expect((connect as Connect).will).toMatchObject({ payloadLength: 100 })
    expect((connect as Connect).will?.payload).toHaveLength(LIMITS.payloadKept)
  })

  it('PUBLISH locates its payload', () => {
    const bytes = packet(0x34, string('a/b'), hex('0011'), utf8('hello'))
    expect(decode(bytes, '3.1.1').packet).toEqual({
      type: 'PUBLISH', flags: 4, dup: false, qos: 2, retain: false, topicName: 'a/b', packetIdentifier: 17, properties: undefined, payloadStart: 9, payloadLength: 5,
    })
  })

  it('PUBLISH of QoS 0 has no Packet Identifier', () => {
    expect(decode(packet(0x30, string('a/b'), hex('0011')), '3.1.1').packet).toMatchObject({ packetIdentifier: undefined, payloadStart: 7, payloadLength: 2 })
  })

  it('a topic that is not UTF-8 is its bytes', () => {
    const { topicName } = decode(packet(0x30, hex('0003 61ff62')), '3.1.1').packet as Publish
    expect(topicName).toEqual(new IllFormedText('61ff62'))
  })

  it('Correlation Data is bytes, also where it looks like text', () => {
    const { packet: publish } = decode(packet(0x30, string('a'), properties([0x09, ...string('text')])), '5.0')
    expect(publish).toMatchObject({ properties: [{ id: 9, name: 'correlationData', value: Uint8Array.from(utf8('text')) }] })
  })

  it('an unknown property is the rest of its block', () => {
    const { packet: publish } = decode(packet(0x30, string('a'), properties([0x01, 0], [0x04, 1, 2, 3]), utf8('x')), '5.0')
    expect(publish).toMatchObject({
      properties: [{ id: 1, name: 'payloadFormatIndicator', value: 0 }, { id: 4, name: null, value: Uint8Array.of(1, 2, 3) }], payloadLength: 1,
    })
  })

  it('all four bytes of a Four Byte Integer count', () => {
    expect(decode(packet(0x20, hex('0000'), properties(hex('11 fffffffe'))), '5.0', 'server-to-client').packet).toMatchObject({ properties: [{ value: 0xfffffffe }] })
  })

  it.each([
    ['2 bytes: neither code nor properties on the wire', hex('0011'), undefined, []],
    ['3 bytes: a code', hex('0011 10'), 0x10, []],
    ['4 bytes: a code and a Property Length of 0', hex('0011 10 00'), 0x10, []],
  ])('PUBACK of 5.0 with %s', (_form, body, reasonCode, properties) => {
    expect(decode(packet(0x40, body), '5.0', 'server-to-client').packet).toEqual({ type: 'PUBACK', flags: 0, packetIdentifier: 17, reasonCode, properties })
  })

  it('PUBACK before 5.0 has neither', () => {
    expect(decode(packet(0x40, hex('0011')), '3.1.1').packet).toEqual({ type: 'PUBACK', flags: 0, packetIdentifier: 17, reasonCode: undefined, properties: undefined })
  })

  it('SUBSCRIBE of 5.0', () => {
    expect(decode(packet(0x82, hex('0001 00'), string('a'), hex('1d'), string('b'), hex('02')), '5.0').packet).toMatchObject({
      subscriptions: [
        { topicFilter: 'a', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 1 },
        { topicFilter: 'b', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
    })
  })

  it('SUBSCRIBE of 3.1.1', () => {
    expect(decode(packet(0x82, hex('0001'), string('a'), hex('01')), '3.1.1').packet).toMatchObject({
      subscriptions: [{ topicFilter: 'a', qos: 1, noLocal: undefined, retainAsPublished: undefined, retainHandling: undefined }],
    })
  })

  it('CONNACK in the old form on a connection of 5.0', () => {
    expect(decode(packet(0x20, hex('00 01')), '5.0', 'server-to-client').packet).toEqual({
      type: 'CONNACK', flags: 0, sessionPresent: false, reasonCode: 1, properties: undefined,
    })
  })

  it('CONNACK of 3.1 has no Session Present', () => {
    expect(decode(packet(0x20, hex('00 00')), '3.1', 'server-to-client').packet).toMatchObject({ sessionPresent: undefined, reasonCode: 0 })
  })

  it('DISCONNECT of one byte has a code', () => {
    expect(decode(packet(0xe0, [0x8e]), '5.0', 'server-to-client').packet).toEqual({ type: 'DISCONNECT', flags: 0, reasonCode: 0x8e, properties: [] })
  })

  it('type 15 is AUTH in 5.0 and reserved before', () => {
    expect(VERSIONS.map((version) => decode(packet(0xf0), version).packet.type)).toEqual(['RESERVED', 'RESERVED', 'AUTH'])
  })
})

describe('the version of a CONNECT', () => {
  it.each([
    ['MQIsdp', 0x03, '3.1'],
    ['MQTT', 0x04, '3.1.1'],
    ['MQTT', 0x05, '5.0'],
    ['MQIsdp', 0x83, '3.1'],
    ['MQTT', 0x84, '3.1.1'],
    ['MQTT', 0x85, '5.0'],
    // Names and levels that do not belong together: the version whose rule says so.
    ['MQTT', 0x03, '3.1'],
    ['MQIsdp', 0x04, '3.1'],
    ['MQIsdp', 0x05, '5.0'],
    ['mqtt', 0x05, '5.0'],
    // No version.
    ['mqtt', 0x04, null],
    ['MQTT', 0x06, null],
    ['MQTT', 0x00, null],
    ['MQTTX', 0x04, null],
    ['MQIsdpx', 0x03, null],
    ['', 0x04, null],
  ] as const)('%s with level %i', (name, level, expected) => {
    // What a later level looks like is not known; the form of 5.0 is tried.
    const bytes = packet(0x10, string(name), [level], hex('02 003c'), (level & 0x7f) >= 5 ? [0] : [], string('id'))
    for (const told of VERSIONS) {
      const { packet: connect } = decode(bytes, told)
      expect(connectVersion(connect as Connect)).toBe(expected)
      // Whatever version the connection was thought to have, the CONNECT is read in its own.
      expect(connect).toMatchObject({ clientIdentifier: 'id' })
    }
  })

  it('is not known where the CONNECT ends before its level', () => {
    expect(connectVersion(decode(packet(0x10, string('MQTT')), '3.1.1').packet as Connect)).toBeNull()
  })

  it('where no version has name and level, nothing is reported but that, and no statement is broken', () => {
    // Reserved flags, a reserved connect flag, an empty identifier, and bytes left over.
    const { problems } = decode(packet(0x13, string('MQTT'), hex('09 19 003c'), string(''), hex('ff')), '3.1.1')
    expect(problems).toMatchObject([{ code: 'connect.unknown-protocol-level', statements: [] }])
  })
})

describe('a very large PUBLISH, of which the first bytes are at hand', () => {
  const whole = packet(0x30, string('a/b'), properties([0x01, 1]), new Array<number>(1_000).fill(0xff))

  it('is located, and its payload is not judged', () => {
    const decoder = new PacketDecoder(LIMITS)
    const publish = decoder.decode(whole, 0, 100, whole.length, '5.0', 'client-to-server', null)
    expect(publish).toMatchObject({ topicName: 'a/b', payloadStart: 11, payloadLength: 1_000 })
    expect(decoder.problems).toEqual([])
  })

  it('is judged when it is all at hand', () => {
    expect(decode(whole, '5.0').problems).toMatchObject([{ code: 'property.payload-not-utf8', start: 11, end: 12 }])
  })

  it('has the same problem from the one who saw its payload go by', () => {
    expect(invalidPayload(11, 1_011, '5.0')).toEqual({
      code: 'property.payload-not-utf8', severity: 'error', statements: [], start: 11, end: 1_011, message: 'The Payload Format Indicator is 1 and the payload is not valid UTF-8',
    })
  })

  it('has no payload yet where its properties are not all at hand', () => {
    const decoder = new PacketDecoder(LIMITS)
    const bytes = packet(0x30, string('a/b'), properties([0x03, ...string('x'.repeat(500))]))
    expect(decoder.decode(bytes, 0, 100, bytes.length, '5.0', 'client-to-server', null)).toMatchObject({ topicName: 'a/b', payloadStart: -1, payloadLength: 0 })
    expect(codes(decoder.problems)).toEqual(['packet.incomplete'])
  })
})

describe('several defects in one packet', () => {
  it('are all reported, in the order of their bytes', () => {
    const bytes = packet(0x38, string('a/+/b'), properties([0x01, 2], [0x01, 0], [0x23, 0, 0], [0x27, 0, 0, 0, 1]))
    expect(decode(bytes, '5.0').problems).toMatchObject([
      { code: 'publish.dup-on-qos0', start: 0, end: 1 },
      { code: 'topic.wildcard', start: 6, end: 7 },
      { code: 'property.not-zero-or-one', start: 10, end: 12 },
      { code: 'property.duplicate', start: 12, end: 14 },
      { code: 'property.zero', start: 14, end: 17 },
      { code: 'property.misplaced', start: 17, end: 22 },
    ])
  })

  it('an AUTH of length 0 is the code 0x00, which a client does not send, and has no method', () => {
    expect(decode(packet(0xf0), '5.0', 'client-to-server').problems).toMatchObject([
      { code: 'reason-code.wrong-sender', statements: ['MQTT-3.15.2-1'], start: 1, end: 2 }, { code: 'auth.no-method', start: 1, end: 2 },
    ])
    for (const direction of ['server-to-client', null] as const) expect(codes(decode(packet(0xf0), '5.0', direction).problems)).toEqual(['auth.no-method'])
  })

  it('go on behind a block of properties that cannot be read', () => {
    const bytes = packet(0x82, hex('0000'), properties([0x04, 1]), string('a#'), hex('c3'))
    expect(codes(decode(bytes, '5.0').problems)).toEqual([
      'packet-identifier.zero', 'property.unknown', 'topic-filter.number-sign-misplaced', 'subscribe.qos-3', 'subscribe.reserved-option-bits',
    ])
  })

  it('a filter that is wrong in several ways', () => {
    expect(codes(decode(packet(0x82, hex('0001 00'), string('$share/+/'), hex('00')), '5.0').problems)).toEqual([
      'topic-filter.share-name-wildcard', 'topic-filter.share-without-filter',
    ])
    expect(codes(decode(packet(0x82, hex('0001 00'), string('$share/'), hex('00')), '5.0').problems)).toEqual([
      'topic-filter.share-name-empty', 'topic-filter.share-without-filter',
    ])
  })

  it('a crafted packet of many defects lists a limited number of them', () => {
    const defects = Array.from({ length: 200_000 }, (_, index) => (index % 2 === 0 ? 0x01 : 0x02))
    const { problems } = decode(packet(0x30, string('a'), properties(defects)), '5.0')
    expect(problems).toHaveLength(LIMITS.problemsPerPacket + 1)
    expect(problems.at(-1)).toMatchObject({ code: 'packet.more-problems' })
  })
})

describe('what is kept', () => {
  it('packets and problems do not change when the next packet is decoded, and do not refer to its bytes', () => {
    const bytes = packet(0x30, string('a/+'), properties([0x09, 0, 1, 7]))
    const first = decode(bytes, '5.0')
    const copy = structuredClone(first)
    bytes.fill(0xff)
    decode(packet(0x82, hex('0000 00')), '5.0')
    expect(first).toEqual(copy)
  })

  it('a packet without problems shares one frozen list', () => {
    expect(decode(packet(0xc0), '3.1.1').problems).toBe(decode(packet(0xc0), '5.0').problems)
    expect(Object.isFrozen(decode(packet(0xc0), '3.1.1').problems)).toBe(true)
  })
})

describe('messages', () => {
  it('show text from the wire safely, and not too much of it', () => {
    const evil = `a/+/\u001b[2J\u202e${'x'.repeat(500)}`
    const { message } = decode(packet(0x30, string(evil)), '3.1.1').problems.find(({ code }) => code === 'topic.wildcard')!
    expect(message).toContain('a/+/\\x1b[2J\\u{202e}xxx')
    expect(message.length).toBeLessThan(200)
  })
})

it('a packet of no bytes is a mistake of the caller', () => {
  expect(() => new PacketDecoder(LIMITS).decode(new Uint8Array(4), 2, 2, 2, '3.1.1', null, null)).toThrow(RangeError)
})

it('a packet of which not even the Remaining Length is at hand', () => {
  const { packet: publish, problems } = decode(Uint8Array.of(0x30), '3.1.1')
  expect(publish).toMatchObject({ type: 'PUBLISH', topicName: undefined, payloadStart: -1 })
  expect(problems).toMatchObject([{ code: 'packet.incomplete', start: 0, end: 1 }])
})

it.each(VERSIONS)('Packet Identifiers are two bytes, most significant first, in %s', (version) => {
  expect(decode(packet(0x62, uint16(0x1234)), version).packet).toMatchObject({ packetIdentifier: 0x1234 })
})
