import { describe, expect, test } from 'vitest'
import { JsonRenderer, NdjsonRenderer, packetObject } from '../../src/report/packet-json.ts'
import { PACKET_SCHEMA } from '../../src/report/schema/packet.ts'
import { ascii, bytes, CLOCK, connection, decoded, event, packetBytes, prefixed, publish } from './build.ts'
import { AUTHENTICATION_DATA, DUP_PROBLEM, PASSWORD, SAMPLES } from './samples.ts'
import { checkAgainst } from './schema-check.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'

const OPTIONS = { showSecrets: false, payloadBytes: 4096 }
const line = (shown: PacketEvent, options = OPTIONS) => new NdjsonRenderer(() => CLOCK, options).packet(shown, null)
const fieldsOf = (shown: PacketEvent, options = OPTIONS) => JSON.parse(line(shown, options)).fields

// `fields` is open in the envelope: what it holds depends on the type.
const differences = checkAgainst({ ...PACKET_SCHEMA, properties: { ...PACKET_SCHEMA.properties, fields: {} } })

describe('every packet type', () => {
  test.each(Object.entries(SAMPLES))('%s is what the schema says', (_name, sample) => {
    const text = line(sample())
    expect(text.endsWith('}\n')).toBe(true)
    expect(differences(JSON.parse(text))).toEqual([])
  })

  test.each(Object.entries(SAMPLES))('%s: the text is that of the object, keys in the same order', (_name, sample) => {
    const shown = sample()
    expect(line(shown)).toBe(`${JSON.stringify(packetObject(shown, null, CLOCK, OPTIONS))}\n`)
  })
})

test('the example: a PUBLISH as a whole', () => {
  const shown = decoded(packetBytes(0x30, prefixed('plant/7/temp'), [3, 0x23, 0, 5], ascii('21.5 C')), { number: 17, frame: 42, time: 0 })
  expect(JSON.parse(line(shown))).toEqual({
    schema: 'mqtap.packet/1', number: 17, frame: 42, time: '1700000000.123456789', firstSeenFrame: 42, firstSeenTime: '1700000000.123456789',
    stream: 3, source: '10.0.0.21:50122', destination: '10.0.0.2:1883', direction: 'client-to-server', clientId: 'plc-7',
    version: '5.0', versionCertainty: 'seen', type: 'PUBLISH', length: 26,
    fields: {
      dup: false, qos: 0, retain: false, topicName: 'plant/7/temp', properties: [{ id: 35, name: 'topicAlias', value: 5 }],
      payloadLength: 6, payload: '32312e352043',
    },
    exchange: null, problems: [],
  })
})

test('a CONNECT as a whole, secrets hidden', () => {
  expect(fieldsOf(SAMPLES['CONNECT 5.0 with all it may have']!())).toEqual({
    flags: 0, protocolName: 'MQTT', protocolLevel: 5, connectFlags: 0xee, userNameFlag: true, passwordFlag: true, willRetain: true, willQos: 1, willFlag: true,
    cleanStart: true, keepAlive: 30,
    properties: [
      { id: 17, name: 'sessionExpiryInterval', value: 3600 }, { id: 33, name: 'receiveMaximum', value: 20 },
      { id: 21, name: 'authenticationMethod', value: 'PLAIN' }, { id: 22, name: 'authenticationData', value: '***' },
      { id: 38, name: 'userProperty', value: ['a', ''] },
    ],
    clientIdentifier: 'plc-7',
    will: { properties: [{ id: 1, name: 'payloadFormatIndicator', value: 1 }], topic: 'plant/7/state', payloadLength: 4, payload: '676f6e65' },
    userName: 'alice', password: '***',
  })
})

describe('what is absent on the wire is absent', () => {
  test.each([
    ['no properties before 5.0', SAMPLES['PUBACK 3.1.1']!(), { flags: 0, packetIdentifier: 17 }],
    ['the short form of 5.0', SAMPLES.PUBREC!(), { flags: 0, packetIdentifier: 17, properties: [] }],
    ['a code without a Property Length', SAMPLES.PUBCOMP!(), { flags: 0, packetIdentifier: 17, reasonCode: 0x92, properties: [] }],
    ['a ping', SAMPLES.PINGREQ!(), { flags: 0 }],
    ['subscription options before 5.0', SAMPLES['SUBSCRIBE 3.1.1']!(), { flags: 2, packetIdentifier: 1, subscriptions: [{ topicFilter: 'a/#', qos: 1 }] }],
    [
      'subscription options of 5.0', SAMPLES['SUBSCRIBE 5.0']!(),
      {
        flags: 2, packetIdentifier: 1, properties: [{ id: 11, name: 'subscriptionIdentifier', value: 7 }],
        subscriptions: [
          { topicFilter: 'a/#', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 },
          { topicFilter: 'b c', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        ],
      },
    ],
    ['bridge only where the bit is set', SAMPLES['CONNECT 3.1.1 of a bridge, no client identifier']!(), expect.objectContaining({ bridge: true, protocolLevel: 0x84 })],
  ])('%s', (_name, shown, fields) => {
    expect(fieldsOf(shown)).toEqual(fields)
  })
})

describe('payloads', () => {
  test('cut at --payload-bytes, and said so', () => {
    expect(fieldsOf(publish({}, ascii('abcdef')), { ...OPTIONS, payloadBytes: 4 })).toMatchObject({ payloadLength: 6, payload: '61626364', payloadTruncated: true })
  })

  test('whole: nothing is said', () => {
    expect(fieldsOf(publish({}, ascii('abcd')), { ...OPTIONS, payloadBytes: 4 })).not.toHaveProperty('payloadTruncated')
  })

  test('of a very large PUBLISH only the bytes at hand', () => {
    const shown = publish({ payloadLength: 5_000_000 }, ascii('abcd'), { length: 5_000_010 })
    expect(fieldsOf(shown)).toMatchObject({ payloadLength: 5_000_000, payload: '61626364', payloadTruncated: true })
  })

  test('that could not be located', () => {
    expect(Object.keys(fieldsOf(publish({ payloadStart: -1 })))).toEqual(['dup', 'qos', 'retain', 'topicName'])
  })
})

describe('text', () => {
  test('that is not UTF-8 stands as its bytes', () => {
    expect(fieldsOf(SAMPLES['PUBLISH binary, topic not UTF-8']!()).topicName).toEqual({ hex: '66ff' })
  })

  test('is exact, and nothing in it reaches a terminal raw', () => {
    const topicName = 'a\u001b[2J\u009b\u202e"\\\u007f\u2028é𝄞\ud800'
    const text = line(publish({ topicName }))
    expect(JSON.parse(text).fields.topicName).toBe(topicName)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/)
    expect(text).toContain('é𝄞')
  })

  test('user properties are arrays: no key comes from the wire', () => {
    const shown = publish({ properties: [{ id: 38, name: 'userProperty', value: ['__proto__', 'x'] }] })
    expect(fieldsOf(shown).properties).toEqual([{ id: 38, name: 'userProperty', value: ['__proto__', 'x'] }])
  })
})

describe('secrets', () => {
  const secretSamples = ['CONNECT 5.0 with all it may have', 'AUTH'].map((name) => [name, SAMPLES[name]!()] as const)

  test.each(secretSamples)('%s: hidden', (_name, shown) => {
    const text = line(shown)
    for (const secret of [PASSWORD, AUTHENTICATION_DATA]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(Buffer.from(secret).toString('hex'))
    }
  })

  test('shown as hex where the user asks for them', () => {
    const fields = fieldsOf(secretSamples[0]![1], { ...OPTIONS, showSecrets: true })
    expect(fields.password).toBe(Buffer.from(PASSWORD).toString('hex'))
    expect(fields.properties).toContainEqual({ id: 22, name: 'authenticationData', value: Buffer.from(AUTHENTICATION_DATA).toString('hex') })
  })

  test('behind an unknown property, where they cannot be told apart', () => {
    const unknown = (hex: string) => event({ type: 'AUTH', flags: 0, reasonCode: 0x18, properties: [{ id: 0x7f, name: null, value: bytes(hex) }] })
    expect(fieldsOf(unknown('0016000178')).properties[0].value).toBe('***')
    expect(fieldsOf(unknown('0001')).properties[0].value).toBe('0001')
  })
})

describe('times', () => {
  test.each([
    ['before the first frame of the capture', -123_456_790, '1699999999.999999999'],
    ['far behind it', 8_999_999_999_999_999, '1709000000.123456788'],
    ['a frame without a time', NaN, null],
  ])('%s', (_name, time, text) => {
    expect(JSON.parse(line(event({ type: 'PINGREQ', flags: 0 }, { time, firstSeenTime: time }))).time).toBe(text)
  })

  test('first seen earlier, in another frame', () => {
    const shown = event({ type: 'PINGREQ', flags: 0 }, { frame: 9, time: 2e9, firstSeenFrame: 7, firstSeenTime: 1e9 })
    expect(JSON.parse(line(shown))).toMatchObject({ frame: 9, time: '1700000002.123456789', firstSeenFrame: 7, firstSeenTime: '1700000001.123456789' })
  })

  test('no clock at all', () => {
    expect(JSON.parse(new NdjsonRenderer(() => null, OPTIONS).packet(event({ type: 'PINGREQ', flags: 0 }), null))).toMatchObject({ time: null, firstSeenTime: null })
  })
})

test('what is known of a connection changes while it goes on', () => {
  const renderer = new NdjsonRenderer(() => CLOCK, OPTIONS)
  const changing = connection({ clientIdentifier: '', version: null, versionCertainty: null })
  const ping = () => JSON.parse(renderer.packet(event({ type: 'PINGREQ', flags: 0 }, { connection: changing }), null))
  expect(ping()).toMatchObject({ clientId: '', version: null, versionCertainty: null })
  changing.clientIdentifier = 'auto-1'
  changing.version = '5.0'
  changing.versionCertainty = 'inferred'
  expect(ping()).toMatchObject({ clientId: 'auto-1', version: '5.0', versionCertainty: 'inferred' })
  expect(JSON.parse(renderer.packet(event({ type: 'PINGRESP', flags: 0 }, { connection: changing, sender: 1 }), null))).toMatchObject({
    source: '10.0.0.2:1883', destination: '10.0.0.21:50122', direction: 'server-to-client',
  })
})

test('problems have their statements and their bytes', () => {
  const { problems } = JSON.parse(line(SAMPLES['PUBLISH with a problem']!()))
  expect(problems).toEqual([DUP_PROBLEM])
})

describe('-f json is an array', () => {
  const render = (events: PacketEvent[]) => {
    const renderer = new JsonRenderer(() => CLOCK, OPTIONS)
    return renderer.begin() + events.map((shown) => renderer.packet(shown, null)).join('') + renderer.end()
  }

  test.each([0, 1, 3])('of %i packets', (number) => {
    const parsed = JSON.parse(render(Array.from({ length: number }, () => SAMPLES.PINGREQ!())))
    expect(parsed).toHaveLength(number)
  })

  test('of the objects of -f ndjson', () => {
    const shown = SAMPLES['PUBLISH QoS 0']!()
    expect(JSON.parse(render([shown]))).toEqual([JSON.parse(line(shown))])
  })
})
