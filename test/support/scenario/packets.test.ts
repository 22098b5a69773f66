/** Each packet of a scenario comes out of the pipeline with the values that its line names. */
import { describe, expect, test } from 'vitest'
import { PROPERTIES } from '../../../src/mqtt/properties.ts'
import { play, type SeenPacket } from './played.ts'

function only(line: string, version = '5.0'): SeenPacket {
  const { packets } = play(line, version)
  expect(packets.length, line).toBe(1)
  return packets[0]!
}

/** Behind a CONNECT and its CONNACK. */
function later(line: string, version = '5.0'): SeenPacket {
  const { packets } = play(`a > CONNECT cleanStart\na < CONNACK\n${line}`, version)
  expect(packets.length, line).toBe(3)
  return packets[2]!
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const LEGAL: readonly [line: string, fields: object][] = [
  ['a > PUBLISH topicName=plant/7/temp payload=21.5', { flags: 0, dup: false, qos: 0, retain: false, topicName: 'plant/7/temp', packetIdentifier: undefined, payloadLength: 4 }],
  ['a < PUBLISH dup retain qos=2 packetIdentifier=513 topicName=t', { flags: 0x0d, dup: true, qos: 2, retain: true, topicName: 't', packetIdentifier: 513, payloadLength: 0 }],
  ['a > SUBSCRIBE packetIdentifier=1 topicFilter=a/+ qos=1 topicFilter=#', { packetIdentifier: 1, subscriptions: [{ topicFilter: 'a/+', qos: 1 }, { topicFilter: '#', qos: 0 }] }],
  ['a < SUBACK packetIdentifier=1 reasonCodes=0,1,2', { packetIdentifier: 1, reasonCodes: [0, 1, 2] }],
  ['a > UNSUBSCRIBE packetIdentifier=2 topicFilter=a/+ topicFilter=#', { packetIdentifier: 2, topicFilters: ['a/+', '#'] }],
  ['a > PINGREQ', { flags: 0 }],
  ['a < PINGRESP', { flags: 0 }],
  ['a > PUBACK packetIdentifier=3', { packetIdentifier: 3 }],
  ['a > PUBREC packetIdentifier=3', { packetIdentifier: 3 }],
  ['a > PUBREL packetIdentifier=3', { flags: 2, packetIdentifier: 3 }],
  ['a > PUBCOMP packetIdentifier=3', { packetIdentifier: 3 }],
  ['a > DISCONNECT', { flags: 0 }],
]

describe.each(['3.1', '3.1.1', '5.0'])('MQTT %s', (version) => {
  test.each(LEGAL)('%s', (line, fields) => {
    const { packet, problems, direction } = later(line, version)
    expect(packet.type).toBe(line.split(' ')[2])
    expect(packet).toMatchObject(fields)
    expect(problems).toEqual([])
    expect(direction).toBe(line.includes('>') ? 'client-to-server' : 'server-to-client')
  })

  test('CONNECT with nothing but its defaults', () => {
    const { packet, problems, version: seen } = only('plc-7 > CONNECT', version)
    expect(seen).toBe(version)
    expect(problems).toEqual([])
    expect(packet).toMatchObject({
      type: 'CONNECT', protocolName: version === '3.1' ? 'MQIsdp' : 'MQTT', clientIdentifier: 'plc-7', connectFlags: 0, keepAlive: 60, will: undefined, userName: undefined,
      password: undefined,
    })
  })

  test('CONNECT with all that it can have', () => {
    const { packet, problems } = only('a > CONNECT cleanStart clientIdentifier=plc-7 keepAlive=0 willTopic=w willPayload="a b" willQos=2 willRetain userName=u password=p', version)
    expect(problems).toEqual([])
    expect(packet).toMatchObject({
      clientIdentifier: 'plc-7', connectFlags: 0xf6, cleanStart: true, keepAlive: 0, will: { topic: 'w', payload: bytes('a b') }, willQos: 2, willRetain: true, userName: 'u',
      password: bytes('p'),
    })
  })

  test('UNSUBACK', () => {
    const { packet, problems } = later(`a < UNSUBACK packetIdentifier=2${version === '5.0' ? ' reasonCodes=0,17' : ''}`, version)
    expect(problems).toEqual([])
    expect(packet).toMatchObject({ packetIdentifier: 2, reasonCodes: version === '5.0' ? [0, 17] : [] })
  })
})

describe('MQTT 5.0 alone', () => {
  test.each([
    ['a < PUBACK packetIdentifier=3 reasonCode=0x10', { packetIdentifier: 3, reasonCode: 0x10, properties: [] }],
    ['a < PUBREC packetIdentifier=3 reasonString="no room"', { packetIdentifier: 3, reasonCode: 0, properties: [{ id: 31, name: 'reasonString', value: 'no room' }] }],
    ['a < DISCONNECT reasonCode=0x8b', { reasonCode: 0x8b }],
    ['a > DISCONNECT reasonCode=4 sessionExpiryInterval=0', { reasonCode: 4, properties: [{ id: 17, name: 'sessionExpiryInterval', value: 0 }] }],
    [
      'a > SUBSCRIBE packetIdentifier=1 subscriptionIdentifier=200 topicFilter=a qos=2 noLocal retainAsPublished retainHandling=2 topicFilter=b',
      {
        properties: [{ id: 11, name: 'subscriptionIdentifier', value: 200 }],
        subscriptions: [
          { topicFilter: 'a', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }, { topicFilter: 'b', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        ],
      },
    ],
  ])('%s', (line, fields) => {
    const { packet, problems } = later(line)
    expect(packet).toMatchObject(fields)
    expect(problems).toEqual([])
  })

  test('AUTH', () => {
    const { packets } = play('a > CONNECT authenticationMethod=m authenticationData=0x00ff\na < AUTH reasonCode=0x18 authenticationMethod=m authenticationData="0x00ff"')
    expect(packets.map(({ problems }) => problems)).toEqual([[], []])
    expect(packets[1]!.packet).toMatchObject({ type: 'AUTH', reasonCode: 0x18, properties: [{ value: 'm' }, { value: bytes('0x00ff') }] })
    expect(packets[0]!.packet).toMatchObject({ properties: [{ value: 'm' }, { value: Uint8Array.from([0, 255]) }] })
  })

  const VALUES = {
    'byte': ['1', 1], 'two-byte-integer': ['513', 513], 'four-byte-integer': ['0xfffefdfc', 0xfffefdfc], 'variable-byte-integer': ['268435455', 268_435_455],
    'utf8-string': ['"ä b"', 'ä b'], 'binary-data': ['0x00ff', Uint8Array.from([0, 255])], 'utf8-string-pair': ['a:b:c', ['a', 'b:c']],
  } as const

  test.each(PROPERTIES.map(({ name, type }) => [name, type] as const))('the property %s, in a packet that it does not belong to too', (name, type) => {
    const [text, value] = VALUES[type]
    const { packet } = later(`a < UNSUBACK packetIdentifier=1 reasonCodes= ${name}=${text} ${name}=${text}`)
    expect(packet).toMatchObject({ properties: [{ name, value }, { name, value }] })
  })

  test('behind willTopic a property is the will’s; one that only one of the two can have is where it can be', () => {
    const { packet, problems } = only('a > CONNECT userProperty=of:connect willDelayInterval=5 willTopic=w userProperty=of:will receiveMaximum=10')
    expect(problems).toEqual([])
    expect(packet).toMatchObject({
      properties: [{ value: ['of', 'connect'] }, { name: 'receiveMaximum' }], will: { topic: 'w', properties: [{ name: 'willDelayInterval' }, { value: ['of', 'will'] }] },
    })
  })
})

describe('what the standard forbids', () => {
  test.each([
    ['a > PUBLISH dup topicName=t', 'publish.dup-on-qos0'],
    ['a > PUBLISH qos=3 packetIdentifier=1 topicName=t', 'publish.qos-3'],
    ['a > PUBLISH qos=1 packetIdentifier=0 topicName=t', 'packet-identifier.zero'],
    ['a > PUBLISH topicName=a/#', 'topic.wildcard'],
    ['a > PUBLISH topicName="a\\u0000"', 'text.null-character'],
    ['a > PUBLISH topicName=0xff', 'text.ill-formed-utf8'],
    ['a > PUBLISH topicName=t sessionExpiryInterval=1', 'property.misplaced'],
    ['a < PUBACK packetIdentifier=1 reasonCode=0x42', 'reason-code.unknown'],
    ['a > SUBSCRIBE packetIdentifier=1', 'subscribe.no-filters'],
    ['a > SUBSCRIBE packetIdentifier=1 topicFilter=a qos=3', 'subscribe.qos-3'],
    ['a > PINGREQ flags=0x0f', 'fixed-header.reserved-flags'],
    ['a > PINGREQ remainingLength=0', null],
    ['a > bytes e0 01 00', null],
    ['a > bytes 3002 0000', 'property.length-missing'],
  ])('%s', (line, code) => {
    expect(later(line).problems[0] ?? null).toBe(code)
  })

  test.each([
    ['a > CONNECT connectFlags=1', 'connect.reserved-flag'],
    ['a > CONNECT willQos=1', 'connect.will-bits-without-will'],
    ['a > CONNECT protocolName=MQTTX', 'connect.protocol-name'],
    ['a > CONNECT receiveMaximum=1 receiveMaximum=1', 'property.duplicate'],
  ])('%s', (line, code) => {
    expect(only(line).problems[0]).toBe(code)
  })

  test('remainingLength is what is written, whatever follows', () => {
    const { packets } = play('a > CONNECT\na > PINGREQ remainingLength=2\na > bytes 61 62')
    expect(packets.map(({ packet }) => packet.type)).toEqual(['CONNECT', 'PINGREQ'])
  })
})

test('a CONNECT chooses the version of its connection by protocolLevel', () => {
  const { packets } = play('a > CONNECT protocolLevel=4\na < CONNACK\nb > CONNECT protocolLevel=0x83\nb < CONNACK\na connects\na > CONNECT\na < CONNACK')
  expect(packets.map(({ version, problems }) => [version, problems])).toEqual([
    ['3.1.1', []], ['3.1.1', []], ['3.1', ['connect.bridge']], ['3.1', []], ['5.0', []], ['5.0', []],
  ])
})
