import { describe, expect, it } from 'vitest'
import { PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import { compileColumns, type Column } from '../../../src/analysis/fields/columns.ts'
import { durationText, epochText } from '../../../src/analysis/fields/time-text.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import { ascii, CLOCK, field, packet, packetEvent, readerOf } from '../build.ts'
import { PACKETS } from '../packets.ts'

function textOf(column: Column, event: PacketEvent): string {
  let text = ''
  const add = (part: unknown) => ((text += String(part)), true)
  column.write(event, { write: add, writeNumber: add })
  return text
}

function line(names: string, event: PacketEvent, showSecrets = false, clock: typeof CLOCK | null = CLOCK): string {
  const sources = names.split(' ').map((name) => PACKET_FIELDS.get(name)!)
  return compileColumns(sources, readerOf(clock), { showSecrets }).map((column) => textOf(column, event)).join('\t')
}

const damagedConnect = () => packetEvent(packet(0x10, field('MQTT'), 4, 0x02, [0, 60], field('c'), field('left over')), { version: '3.1.1' })

describe('a line of fields', () => {
  it.each([
    ['numbers and text, with tabs between', 'frame.number mqtt.msgtype mqtt.topic mqtt.msgid', PACKETS.publish(), '42\t3\tplant/7/temp\t4660'],
    ['nothing where a field is absent', 'frame.number mqtt.topic mqtt.msgid', PACKETS.pingreq(), '60\t\t'],
    ['flags as 1 and 0', 'mqtt.dupflag mqtt.retain', PACKETS.publish(), '1\t1'],
    ['a flag that is not set', 'mqtt.dupflag', PACKETS['publish at QoS 0'](), '0'],
    ['a comma between several values', 'mqtt.topic mqtt.suback.reason_code', PACKETS.subscribe(), 'plant/+/temp,$share/g/a/#\t'],
    ['several values of the tree', 'mqtt.suback.reason_code', PACKETS.suback(), '1,135'],
    ['a value of 0', 'mqtt.qos', PACKETS['publish at QoS 0'](), '0'],
    ['presence', 'mqtt tcp ip ipv6 mqtt.properties mqtt.unframed', PACKETS.publish(), '1\t1\t1\t\t1\t'],
    ['bytes as hex', 'mqtt.msg mqtt.property.correlation_data', PACKETS.publish(), '32312e352043\t010203'],
    ['an empty text', 'mqtt.topic mqtt.len', packetEvent(packet(0x30, field(''), 0)), '\t3'],
    ['text that is not UTF-8 as hex', 'mqtt.topic', PACKETS['publish with a topic that is not UTF-8'](), '61ff62'],
    ['addresses and ports', 'ip.src ip.dst ip.addr tcp.srcport tcp.dstport tcp.port', PACKETS.publish(),
      '10.0.0.21\t10.0.0.2\t10.0.0.21,10.0.0.2\t50122\t1883\t50122,1883'],
    ['IPv6 from the server', 'ip.src ipv6.src ipv6.dst tcp.stream', PACKETS['publish over IPv6 from the server'](), '\t2001:db8::2\t2001:db8::21\t9'],
    ['bit sets in hex, as Wireshark has them', 'mqtt.hdrflags mqtt.conflags mqtt.conack.flags mqtt.property_id', PACKETS.connect(), '0x10\t0xce\t\t0x11,0x26,0x18,0x08'],
    ['times as Wireshark has them', 'frame.time_epoch frame.time_relative frame.time', PACKETS.publish(),
      '1700001500.123460245\t1500.000003456\tNov 14, 2023 22:38:20.123460245 UTC'],
    ['no time where the frame has none', 'frame.number frame.time frame.time_epoch frame.time_relative', PACKETS['without a time'](), '42\t\t\t'],
    ['what is known of the connection', 'mqtt.number mqtt.type mqtt.clientid mqtt.version mqtt.version.certainty mqtt.direction mqtt.length',
      packetEvent(packet(0xc0), { number: 17 }), '17\tPINGREQ\tplc-7\t5.0\tseen\tclient-to-server\t2'],
    ['what is not known of it', 'mqtt.clientid mqtt.version mqtt.version.certainty mqtt.direction',
      packetEvent(packet(0xd0), { version: null, direction: null, clientIdentifier: null }), '\t\t\t'],
    ['problems', 'mqtt.malformed mqtt.problem mqtt.problem.code mqtt.problem.severity', packetEvent(packet(0x38, field('a'), 0)), '1\t1\tpublish.dup-on-qos0\terror'],
    ['bytes in no packet', 'mqtt mqtt.unframed mqtt.unframed.reason mqtt.type mqtt.length mqtt.msgtype', PACKETS.unframed(), '\t1\tgap\tUNFRAMED\t100\t'],
    ['both halves of a user property', 'mqtt.property.user_property.key mqtt.property.user_property.value', PACKETS.connect(), 'site\tnorth'],
  ] satisfies [string, string, PacketEvent, string][])('%s', (_, names, event, expected) => {
    expect(line(names, event)).toBe(expected)
  })

  it('has no absolute time before the capture has a clock', () => {
    expect(line('frame.time frame.time_epoch frame.time_relative', PACKETS.publish(), false, null)).toBe('\t\t1500.000003456')
  })
})

describe('control characters in text', () => {
  it.each([
    ['a line break', 'a\nb', 'a\\x0ab'],
    ['a tab', 'a\tb', 'a\\x09b'],
    ['an escape sequence', '\u001b[31mred', '\\x1b[31mred'],
    ['DEL and C1', '\u007f\u009b', '\\x7f\\x9b'],
    ['a NUL', 'a\0', 'a\\x00'],
    ['a backslash, which is none', 'a\\b', 'a\\b'],
    ['letters beyond ASCII, which are none', 'größe/温度', 'größe/温度'],
  ])('%s', (_, topic, expected) => {
    expect(line('mqtt.topic', packetEvent(packet(0x30, field(topic), 0)))).toBe(expected)
  })
})

describe('secrets', () => {
  it('are masked', () => {
    expect(line('mqtt.username mqtt.passwd mqtt.passwd_len', PACKETS.connect())).toBe('anna\t***\t6')
    expect(line('mqtt.property.authentication_data mqtt.prop_secret', PACKETS.auth())).toBe('***\t***')
  })

  it('are masked where a damaged CONNECT does not tell what they are', () => {
    expect(line('mqtt.undecoded', damagedConnect())).toBe('***')
    expect(line('mqtt.undecoded', packetEvent(packet(0xc0, ascii('more'))))).toBe('6d6f7265')
  })

  it('show when the user asks for them', () => {
    expect(line('mqtt.passwd', PACKETS.connect(), true)).toBe('secret')
    expect(line('mqtt.property.authentication_data', PACKETS.auth(), true)).toBe('090807')
    expect(line('mqtt.undecoded', damagedConnect(), true)).toContain('6c656674')
  })
})

describe('times as text', () => {
  it.each([
    ['the first frame', CLOCK, 0, '1700000000.123456789'],
    ['just before the next second', CLOCK, 876_543_210, '1700000000.999999999'],
    ['the next second', CLOCK, 876_543_211, '1700000001.000000000'],
    ['a clock that steps back', CLOCK, -123_456_790, '1699999999.999999999'],
    ['before 1970', { epochSeconds: -1, epochNanoseconds: 0 }, 123_456_789, '-0.876543211'],
    ['a whole second before 1970', { epochSeconds: -2, epochNanoseconds: 0 }, 0, '-2.000000000'],
  ])('since 1970: %s', (_, clock, time, expected) => {
    expect(epochText(clock, time)).toBe(expected)
  })

  it.each([[0, '0.000000000'], [3456, '0.000003456'], [90_000_000_001, '90.000000001'], [-1, '-0.000000001']])('a span of %d ns', (time, expected) => {
    expect(durationText(time)).toBe(expected)
  })

  it('a date with a day of one digit has a blank before it, as in Wireshark', () => {
    const clock = { epochSeconds: 1_701_493_205, epochNanoseconds: 0 }
    expect(line('frame.time', packetEvent(packet(0xc0), { time: 0 }), false, clock)).toBe('Dec  2, 2023 05:00:05.000000000 UTC')
  })
})
