import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Field, FieldNode } from '../../../src/mqtt/field.ts'
import { FIELDS, MQTT_FIELDS, PROPERTY_FIELDS, isSecret } from '../../../src/mqtt/fields.ts'
import { decodeWithFields, hex, packet, properties, string, utf8, walk } from './build.ts'
import { readPacketFixtures } from './fixtures.ts'
import { secretValues } from './invariants.ts'

/** The fields that Wireshark 4.0 has, if it is installed. */
function wiresharkFields(): ReadonlySet<string> | null {
  try {
    const lines = execFileSync('tshark', ['-G', 'fields'], { encoding: 'utf8', maxBuffer: 2 ** 27, stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
    return new Set(lines.map((line) => line.split('\t')).filter(([, , , , parent]) => parent === 'mqtt').map(([, , name]) => name!))
  } catch {
    return null
  }
}

describe('the list of fields', () => {
  it('has each name once', () => {
    const names = MQTT_FIELDS.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
    for (const name of names) expect(name).toMatch(/^mqtt(\.[a-z0-9_]+)*$/)
  })

  it('has those that the decoder records, and no others', () => {
    const recorded = new Set<Field>()
    for (const { bytes, version, direction } of readPacketFixtures()) {
      for (const { field } of walk(decodeWithFields(bytes, version, direction).fields)) recorded.add(field)
    }
    expect(MQTT_FIELDS.filter((field) => !recorded.has(field)).map(({ name }) => name)).toEqual([])
    expect([...recorded].filter((field) => !MQTT_FIELDS.includes(field))).toEqual([])
  })

  const known = wiresharkFields()
  it.skipIf(known === null)('says rightly which names Wireshark has', () => {
    for (const { name, wireshark } of MQTT_FIELDS) if (name !== 'mqtt') expect(known!.has(name), name).toBe(wireshark)
  })
})

describe('the field tree', () => {
  it('of a PUBLISH', () => {
    const bytes = packet(0x3b, string('a/b'), hex('0011'), properties([0x23, 0, 5], [0x26, ...string('k'), ...string('v')]), hex('ff00'))
    expect(outline(decodeWithFields(bytes, '5.0').fields)).toEqual([
      'mqtt 0-22 PUBLISH',
      '  mqtt.hdrflags 0-1 59',
      '    mqtt.msgtype 0-1 & f0 3 PUBLISH - publish message',
      '    mqtt.dupflag 0-1 & 08 true',
      '    mqtt.qos 0-1 & 06 1 QoS 1 - at least once',
      '    mqtt.retain 0-1 & 01 true',
      '  mqtt.len 1-2 20',
      '  mqtt.topic_len 2-4 3',
      '  mqtt.topic 4-7 a/b',
      '  mqtt.msgid 7-9 17',
      '  mqtt.properties 9-20',
      '    mqtt.property_len 9-10 10',
      '    mqtt.property.topic_alias 10-13 5',
      '      mqtt.property_id 10-11 35 Topic Alias',
      '      mqtt.prop_number 11-13 5',
      '    mqtt.property.user_property 13-20',
      '      mqtt.property_id 13-14 38 User Property',
      '      mqtt.property.user_property.key 14-17 k',
      '        mqtt.prop_key_len 14-16 1',
      '        mqtt.prop_key 16-17 k',
      '      mqtt.property.user_property.value 17-20 v',
      '        mqtt.prop_value_len 17-19 1',
      '        mqtt.prop_value 19-20 v',
      '  mqtt.msg 20-22 255,0',
    ])
  })

  it('of a SUBSCRIBE of 5.0', () => {
    const bytes = packet(0x82, hex('0001 00'), string('a'), hex('2e'))
    expect(outline(decodeWithFields(bytes, '5.0').fields).slice(6)).toEqual([
      '  mqtt.properties 4-5',
      '    mqtt.property_len 4-5 0',
      '  mqtt.subscription 5-9',
      '    mqtt.topic_len 5-7 1',
      '    mqtt.topic 7-8 a',
      '    mqtt.subscription_options 8-9 46',
      '      mqtt.subscription_options_reserved 8-9 & c0 0',
      '      mqtt.subscription_options_retain 8-9 & 30 2 do not send retained messages',
      '      mqtt.subscription_options_rap 8-9 & 08 true',
      '      mqtt.subscription_options_nl 8-9 & 04 true',
      '      mqtt.subscription_options_qos 8-9 & 03 2 QoS 2 - exactly once',
    ])
  })

  it('of a SUBSCRIBE of 3.1, whose header has DUP and QoS', () => {
    const bytes = packet(0x8a, hex('0001'), string('a'), hex('01'))
    expect(outline(decodeWithFields(bytes, '3.1').fields)).toEqual([
      'mqtt 0-8 SUBSCRIBE',
      '  mqtt.hdrflags 0-1 138',
      '    mqtt.msgtype 0-1 & f0 8 SUBSCRIBE - subscribe request',
      '    mqtt.dupflag 0-1 & 08 true',
      '    mqtt.qos 0-1 & 06 1 QoS 1 - at least once',
      '    mqtt.retain_reserved 0-1 & 01 0',
      '  mqtt.len 1-2 6',
      '  mqtt.msgid 2-4 1',
      '  mqtt.subscription 4-8',
      '    mqtt.topic_len 4-6 1',
      '    mqtt.topic 6-7 a',
      '    mqtt.sub.qos 7-8 1 QoS 1 - at least once',
    ])
  })

  it('of a packet that is cut short: what cannot be read is kept as it is', () => {
    const bytes = packet(0x30, hex('0009'), [0x61, 0x62])
    expect(outline(decodeWithFields(bytes, '3.1.1').fields).slice(-3)).toEqual([
      '  mqtt.len 1-2 4', '  mqtt.topic_len 2-4 9', '  mqtt.undecoded 4-6 97,98',
    ])
  })

  it('of text that is not UTF-8 holds its bytes', () => {
    const topic = [...walk(decodeWithFields(packet(0x30, hex('0002 61ff')), '3.1.1').fields)].find(({ field }) => field === FIELDS.topic)
    expect(topic?.value).toEqual(Uint8Array.of(0x61, 0xff))
  })
})

describe('secrets', () => {
  const connect = packet(
    0x10, string('MQTT'), hex('05 c2 003c'), properties([0x15, ...string('X')], [0x16, ...string('hunter2')]), string('id'), string('ada'), string('swordfish'),
  )

  it('are the password and the authentication data, with what they are shown in', () => {
    const data = String(utf8('hunter2'))
    expect(secretValues(decodeWithFields(connect, '5.0').fields)).toEqual([data, data, 'swordfish'])
    expect(MQTT_FIELDS.filter(isSecret)).toEqual([FIELDS.password, FIELDS.propertySecret, PROPERTY_FIELDS.authenticationData])
  })

  it('are in no message, whatever is wrong with them', () => {
    const situations = [
      packet(0x10, string('MQIsdp'), hex('03 c2 003c'), string('id'), string('ada'), string('swordfish-swordfish')),
      packet(0x10, string('MQIsdp'), hex('03 c2 003c'), string('id'), string('ada'), hex('000a'), utf8('swordfish'), hex('ff')),
      packet(0x10, string('MQTT'), hex('04 42 003c'), string('id'), string('swordfish')),
      packet(0x10, string('MQTT'), hex('05 02 003c'), properties([0x16, ...string('swordfish')]), string('id')),
    ]
    for (const bytes of situations) {
      const { problems } = decodeWithFields(bytes, '3.1.1')
      expect(problems).not.toEqual([])
      expect(JSON.stringify(problems)).not.toContain('swordfish')
    }
  })
})

function outline(nodes: readonly FieldNode[], indent = ''): string[] {
  return nodes.flatMap(({ field, start, end, mask, value, meaning, children }) => {
    const parts = [`${indent}${field.name} ${start}-${end}`]
    if (mask !== 0) parts.push(`& ${mask.toString(16).padStart(2, '0')}`)
    if (value !== null) parts.push(String(value))
    if (meaning !== null) parts.push(meaning)
    return [parts.join(' '), ...outline(children, `${indent}  `)]
  })
}
