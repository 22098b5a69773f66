import { describe, expect, it } from 'vitest'
import { PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import { compileFilter, formatFilterError, type Filter } from '../../../src/analysis/filter/filter.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import { ascii, block, field, packet, packetEvent, readerOf } from '../build.ts'
import { PACKETS, type PacketName } from '../packets.ts'

function compiled(text: string): Filter<PacketEvent> {
  const result = compileFilter(text, PACKET_FIELDS)
  if (!result.ok) throw new Error(formatFilterError(text, result.error))
  return result.filter
}

/** Whether the filter shows the packet. */
function shows(text: string, event: PacketEvent): boolean {
  return compiled(text).matches(event, readerOf())
}

type Row = readonly [filter: string, packet: PacketName, expected: boolean]

function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows)('%s · %s · %s', (filter, name, expected) => {
      expect(shows(filter, PACKETS[name]())).toBe(expected)
    })
  })
}

table('presence', [
  ['', 'unframed', true],
  ['  \t\n ', 'publish', true],
  ['mqtt', 'publish', true],
  ['mqtt', 'unframed', false],
  ['not mqtt', 'unframed', true],
  ['mqtt.unframed', 'unframed', true],
  ['mqtt.unframed', 'publish', false],
  ['tcp', 'publish', true],
  ['frame', 'publish', true],
  ['ip', 'publish', true],
  ['ipv6', 'publish', false],
  ['ipv6', 'publish over IPv6 from the server', true],
  ['mqtt.topic', 'publish', true],
  ['mqtt.topic', 'puback', false],
  ['not mqtt.topic', 'puback', true],
  ['mqtt.property.topic_alias', 'publish', true],
  ['mqtt.property.topic_alias', 'publish with an empty payload', false],
  ['mqtt.property.user_property', 'connect', true],
  ['mqtt.will_properties', 'connect', true],
  ['mqtt.dupflag', 'publish at QoS 0', true],
  ['mqtt.msg', 'puback', false],
  ['mqtt.len', 'a length without an end', false],
  ['mqtt.problem', 'publish at QoS 3', true],
  ['mqtt.malformed', 'publish at QoS 3', true],
  ['mqtt.malformed', 'pingreq', false],
])

table('equality of one value', [
  ['mqtt.qos == 1', 'publish', true],
  ['mqtt.qos eq 1', 'publish', true],
  ['mqtt.qos any_eq 1', 'publish', true],
  ['mqtt.qos == 2', 'publish', false],
  ['mqtt.qos == 1', 'pingreq', false],
  ['mqtt.qos != 2', 'publish', true],
  ['mqtt.qos ne 2', 'publish', true],
  ['mqtt.qos != 1', 'publish', false],
  ['mqtt.qos != 1', 'pingreq', false],
  ['not mqtt.qos == 1', 'pingreq', true],
  ['!mqtt.qos == 1', 'pingreq', true],
  ['!(mqtt.qos == 1)', 'publish', false],
  ['1 == mqtt.qos', 'publish', true],
  ['"plant/7/temp" == mqtt.topic', 'publish', true],
])

table('equality of several values: subscribe has "plant/+/temp" and "$share/g/a/#"', [
  ['mqtt.topic == "plant/+/temp"', 'subscribe', true],
  ['mqtt.topic == "x"', 'subscribe', false],
  ['mqtt.topic != "plant/+/temp"', 'subscribe', false],
  ['mqtt.topic all_ne "plant/+/temp"', 'subscribe', false],
  ['mqtt.topic != "x"', 'subscribe', true],
  ['mqtt.topic ~= "plant/+/temp"', 'subscribe', true],
  ['mqtt.topic !== "plant/+/temp"', 'subscribe', true],
  ['mqtt.topic any_ne "plant/+/temp"', 'subscribe', true],
  ['mqtt.topic === "plant/+/temp"', 'subscribe', false],
  ['mqtt.topic all_eq "plant/+/temp"', 'subscribe', false],
  ['mqtt.topic === "plant/7/temp"', 'publish', true],
  ['any mqtt.topic == "plant/+/temp"', 'subscribe', true],
  ['all mqtt.topic == "plant/+/temp"', 'subscribe', false],
  ['any mqtt.topic != "plant/+/temp"', 'subscribe', true],
  ['all mqtt.topic != "x"', 'subscribe', true],
  ['all mqtt.topic contains "/"', 'subscribe', true],
  ['all mqtt.topic matches "^plant"', 'subscribe', false],
  ['all mqtt.topic == "x"', 'pingreq', false],
  ['mqtt.topic === "x"', 'pingreq', false],
  ['all tcp.port > 1024', 'publish', true],
  ['all tcp.port > 2000', 'publish', false],
  ['tcp.port == 1883', 'publish', true],
  ['tcp.port != 1883', 'publish', false],
  ['ip.addr == 10.0.0.2', 'publish', true],
])

table('order', [
  ['mqtt.len > 30', 'publish', true],
  ['mqtt.len gt 35', 'publish', false],
  ['mqtt.len >= 35', 'publish', true],
  ['mqtt.len ge 35', 'publish', true],
  ['mqtt.len < 35', 'publish', false],
  ['mqtt.len lt 36', 'publish', true],
  ['mqtt.len <= 35', 'publish', true],
  ['mqtt.len le 34', 'publish', false],
  ['30 < mqtt.len', 'publish', true],
  ['30 < mqtt.len < 40', 'publish', true],
  ['30 < mqtt.len < 35', 'publish', false],
  ['mqtt.topic > "plant/7"', 'publish', true],
  ['mqtt.topic < "plant/7"', 'publish', false],
  ['mqtt.msg >= 32:31', 'publish', true],
  ['ip.src > 10.0.0.20', 'publish', true],
  ['ip.src > 10.0.0.21', 'publish', false],
  ['ip.src < 192.168.0.1', 'publish', true],
  ['mqtt.qos > -1', 'publish', true],
])

table('numbers in all spellings', [
  ['mqtt.msgid == 4660', 'publish', true],
  ['mqtt.msgid == 0x1234', 'publish', true],
  ['mqtt.msgid == 0X1234', 'publish', true],
  ['mqtt.msgid == 011064', 'publish', true],
  ['mqtt.msgid == 0o11064', 'publish', true],
  ['mqtt.msgid == 0b1001000110100', 'publish', true],
  ['mqtt.len == 35', 'publish', true],
  ["mqtt.len == '#'", 'publish', true],
  ["mqtt.len == '\\x23'", 'publish', true],
  ["mqtt.len == '\\043'", 'publish', true],
  ['mqtt.property.session_expiry_interval == 120', 'connect', true],
])

table('names of codes', [
  ['mqtt.msgtype == PUBLISH', 'publish', true],
  ['mqtt.msgtype == publish', 'publish', true],
  ['mqtt.msgtype == "Publish Message"', 'publish', true],
  ['mqtt.msgtype == PUBACK', 'publish', false],
  ['mqtt.msgtype in {PUBLISH, PUBACK}', 'puback', true],
  ['mqtt.msgtype in {CONNECT .. CONNACK}', 'connack', true],
  ['mqtt.connack.reason_code == "Not authorized"', 'connack', true],
  ['mqtt.suback.reason_code == "not authorized"', 'suback', true],
  ['mqtt.conack.val == "Connection accepted"', 'connack of 3.1.1', true],
  ['mqtt.ver == "MQTT 5.0"', 'connect', true],
  ['mqtt.qos == "At least once"', 'publish', true],
  ['mqtt.property_id == "Topic Alias"', 'publish', true],
  ['mqtt.type == "UNFRAMED"', 'unframed', true],
])

table('flags', [
  ['mqtt.retain == 1', 'publish', true],
  ['mqtt.retain == true', 'publish', true],
  ['mqtt.retain == TRUE', 'publish', true],
  ['mqtt.retain == True', 'publish', true],
  ['mqtt.retain == 2', 'publish', true],
  ['mqtt.retain == 0', 'publish', false],
  ['mqtt.retain == false', 'publish at QoS 0', true],
  ['mqtt.retain == "Set"', 'publish', true],
  ['mqtt.retain == "Not set"', 'publish', false],
  ['mqtt.retain == mqtt.dupflag', 'publish', true],
  ['mqtt.conflag.cleansess == 1', 'connect', true],
])

table('text', [
  ['mqtt.clientid == "plc-7"', 'pingreq', true],
  ['mqtt.clientid == plc-7', 'pingreq', true],
  ['mqtt.clientid == "plc-7"', 'connect', true],
  ['mqtt.clientid == "old"', 'connect of 3.1', true],
  ['mqtt.topic == "plant/7/temp"', 'publish through an alias', true],
  ['mqtt.topic == "Plant/7/temp"', 'publish', false],
  ['upper(mqtt.topic) == "PLANT/7/TEMP"', 'publish', true],
  ['lower(mqtt.protoname) == "mqtt"', 'connect', true],
  ['mqtt.topic contains "7/t"', 'publish', true],
  ['mqtt.topic contains "8"', 'publish', false],
  ['mqtt.topic contains 7', 'publish', true],
  ['mqtt.topic contains ""', 'publish', true],
  ['mqtt.topic == "\\x70\\154ant\\u002f7/temp"', 'publish', true],
  ['mqtt.topic == r"plant/7/temp"', 'publish', true],
  ["mqtt.topic == 'c'", 'unsubscribe', true],
  ['mqtt.version == "5.0"', 'publish', true],
  ['mqtt.version == 5.0', 'publish', true],
  ['mqtt.version.certainty == "seen"', 'publish', true],
  ['mqtt.direction == "server-to-client"', 'puback', true],
  ['mqtt.direction == client-to-server', 'puback', false],
  ['mqtt.property.reason_string contains "entry"', 'connack', true],
  ['mqtt.property.response_topic == "reply/7"', 'connect', true],
  ['mqtt.property.user_property.key == "site" && mqtt.property.user_property.value == "north"', 'connect', true],
  ['mqtt.problem.code == "publish.qos-3"', 'publish at QoS 3', true],
  ['mqtt.problem.severity == "error"', 'publish at QoS 3', true],
  ['mqtt.problem.message contains "QoS 3"', 'publish at QoS 3', true],
  ['mqtt.problem.statement contains "MQTT-3.3.1"', 'publish at QoS 3', true],
  ['mqtt.unframed.reason == "gap"', 'unframed', true],
])

table('text that is not UTF-8 (61 ff 62)', [
  ['mqtt.topic', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic == "a\\xffb"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic == "ab"', 'publish with a topic that is not UTF-8', false],
  ['mqtt.topic != "ab"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic contains "a"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic contains "\\xff"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic matches "^a.b$"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic > "a"', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic[1] == ff', 'publish with a topic that is not UTF-8', true],
  ['len(mqtt.topic) == 3', 'publish with a topic that is not UTF-8', true],
  ['mqtt.topic in {"a\\xffb", "c"}', 'publish with a topic that is not UTF-8', true],
  ['topic_matches(mqtt.topic, "#")', 'publish with a topic that is not UTF-8', false],
])

table('regular expressions', [
  ['mqtt.topic matches "PLANT"', 'publish', true],
  ['mqtt.topic ~ "PLANT"', 'publish', true],
  ['mqtt.topic matches "(?-i)PLANT"', 'publish', false],
  ['mqtt.topic matches "(?i)PLANT"', 'publish', true],
  ['mqtt.topic matches "^plant/\\\\d+/"', 'publish', true],
  ['mqtt.topic matches r"^plant/\\d+/"', 'publish', true],
  ['mqtt.topic matches r"^plant/\\D+/"', 'publish', false],
  ['mqtt.msg matches "^21"', 'publish', true],
  ['mqtt matches "plant"', 'publish', true],
  ['string(mqtt.msgid) matches "0$"', 'publish', true],
])

table('bytes', [
  ['mqtt.property.correlation_data == 01:02:03', 'publish', true],
  ['mqtt.property.correlation_data == 01-02-03', 'publish', true],
  ['mqtt.property.correlation_data == 1.2.3', 'publish', true],
  ['mqtt.property.correlation_data == 010203', 'publish', true],
  ['mqtt.property.correlation_data == "\\x01\\x02\\x03"', 'publish', true],
  ['mqtt.property.correlation_data == 01:02', 'publish', false],
  ['mqtt.property.correlation_data contains 02:03', 'publish', true],
  ['mqtt.property.correlation_data contains 0x02', 'publish', true],
  ['mqtt.property.correlation_data contains 03:02', 'publish', false],
  ['mqtt.willmsg == de:ad', 'connect', true],
  ['mqtt.msg == "21.5 C"', 'publish', true],
  ['mqtt.msg contains "5 C"', 'publish', true],
  ['mqtt contains "plant"', 'publish', true],
  ['mqtt contains 12:34', 'publish', true],
  ['mqtt[0] == 3b', 'publish', true],
  ['mqtt[0] & f0 == 30', 'publish', true],
  ['len(mqtt.msg) == 0', 'publish with an empty payload', true],
  ['len(mqtt) == 37', 'publish', true],
])

table('slices of "plant/7/temp"', [
  ['mqtt.topic[0:5] == "plant"', 'publish', true],
  ['mqtt.topic[0:5] == 70:6c:61:6e:74', 'publish', true],
  ['mqtt.topic[:5] == "plant"', 'publish', true],
  ['mqtt.topic[8:] == "temp"', 'publish', true],
  ['mqtt.topic[6] == "7"', 'publish', true],
  ['mqtt.topic[6] == 37', 'publish', true],
  ['mqtt.topic[6] == 0x37', 'publish', true],
  ["mqtt.topic[6] == '7'", 'publish', true],
  ['mqtt.topic[1-3] == "lan"', 'publish', true],
  ['mqtt.topic[-4:] == "temp"', 'publish', true],
  ['mqtt.topic[-4:4] == "temp"', 'publish', true],
  ['mqtt.topic[-4--3] == "te"', 'publish', true],
  ['mqtt.topic[0:2,-1,5-6] == "plp/7"', 'publish', true],
  ['mqtt.topic [ 0 : 2 ] == "pl"', 'publish', true],
  ['mqtt.topic[0:2] contains "l"', 'publish', true],
  ['mqtt.topic[0:2] matches "^PL$"', 'publish', true],
  ['mqtt.topic[11]', 'publish', true],
  ['mqtt.topic[12]', 'publish', false],
  ['mqtt.topic[8:5]', 'publish', false],
  ['mqtt.topic[-13]', 'publish', false],
  ['mqtt.topic[5-1000000]', 'publish', false],
  ['mqtt.topic[0:2] > "p"', 'publish', true],
  ['mqtt.topic[0:2] == mqtt.property.correlation_data[0:2]', 'publish', false],
  ['mqtt.msg[0:2] == "21"', 'publish', true],
])

table('membership', [
  ['mqtt.qos in {1 2}', 'publish', true],
  ['mqtt.qos in {0, 2}', 'publish', false],
  ['mqtt.qos in {0,2..3 , 1}', 'publish', true],
  ['mqtt.msgid in {4000..5000}', 'publish', true],
  ['mqtt.msgid in {4000 .. 4660}', 'publish', true],
  ['mqtt.msgid in {4661..5000}', 'publish', false],
  ['mqtt.msgid in {-5..-1 0x1234}', 'publish', true],
  ['mqtt.qos not in {1 2}', 'publish', false],
  ['mqtt.qos !in {0}', 'publish', true],
  ['mqtt.qos not in {1 2}', 'pingreq', true],
  ['not mqtt.qos in {1 2}', 'pingreq', true],
  ['mqtt.topic in {"a", "plant/7/temp"}', 'publish', true],
  ['mqtt.topic in {a c}', 'unsubscribe', true],
  ['all mqtt.topic in {"a/b" "c"}', 'unsubscribe', true],
  ['all mqtt.topic in {"a/b"}', 'unsubscribe', false],
  ['mqtt.topic in {"plant" .. "planu"}', 'publish', true],
  ['ip.addr in {10.0.0.5 .. 10.0.0.9, 10.0.0.16/28}', 'publish', true],
  ['ip.src in {10.1.0.0/16 192.168.0.1}', 'publish', false],
  ['mqtt.msg in {"x" 32:31:2e:35:20:43}', 'publish', true],
  ['frame.time_relative in {1500 .. 1500.5}', 'publish', true],
  ['frame.time in {"2023-11-14" .. "2023-11-15"}', 'publish', true],
  ['frame.time in {"2023-11-14" .. "2023-11-15"}', 'without a time', false],
  ['mqtt.retain in {true}', 'publish', true],
])

table('addresses', [
  ['ip.src == 10.0.0.21', 'publish', true],
  ['ip.src == "10.0.0.21"', 'publish', true],
  ['ip.src == 10.0.0.0/8', 'publish', true],
  ['10.0.0.0/8 == ip.src', 'publish', true],
  ['ip.src == 10.0.0.16/29', 'publish', true],
  ['ip.src == 10.0.0.24/29', 'publish', false],
  ['ip.src == 0.0.0.0/0', 'publish', true],
  ['ip.src == 10.0.0.21/32', 'publish', true],
  ['ip.src != 10.0.0.0/8', 'publish', false],
  ['ip.dst == 10.0.0.21', 'publish', false],
  ['ip.dst == 10.0.0.21', 'puback', true],
  ['ip.src', 'publish over IPv6 from the server', false],
  ['ipv6.dst == 2001:db8::21', 'publish over IPv6 from the server', true],
  ['ipv6.dst == 2001:0DB8:0:0:0:0:0.0.0.33', 'publish over IPv6 from the server', true],
  ['ipv6.addr == 2001:db8::/32', 'publish over IPv6 from the server', true],
  ['ipv6.addr == 2001:db9::/32', 'publish over IPv6 from the server', false],
  ['ipv6.addr == 2001:db8::20/123', 'publish over IPv6 from the server', true],
  ['ipv6.src < ipv6.dst', 'publish over IPv6 from the server', true],
  ['ipv6.src == ::1', 'publish over IPv6 from the server', false],
  ['ip.src == ip.dst', 'publish', false],
  ['string(ip.src) matches "21$"', 'publish', true],
  ['ip.host == "10.0.0.2"', 'publish', true],
  ['ipv6.src_host contains "db8"', 'publish over IPv6 from the server', true],
])

table('times: publish is at 2023-11-14 22:38:20.123460245 UTC, 1500.000003456 s after the first frame', [
  ['frame.time_relative > 1500', 'publish', true],
  ['frame.time_relative == 1500.000003456', 'publish', true],
  ['frame.time_relative < 1500.000003456', 'publish', false],
  ['frame.time_relative > -.5', 'publish', true],
  ['frame.time_epoch > 1700000000', 'publish', true],
  ['frame.time_epoch == 1700001500.123460245', 'publish', true],
  ['frame.time_epoch < 1700001500.123460245', 'publish', false],
  ['frame.time == "2023-11-14 22:38:20.123460245"', 'publish', true],
  ['frame.time == "2023-11-14T22:38:20.123460245Z"', 'publish', true],
  ['frame.time == "2023-11-14T23:38:20.123460245+01:00"', 'publish', true],
  ['frame.time == "2023-11-14 17:08:20.123460245 -0530"', 'publish', true],
  ['frame.time == 2023-11-14T22:38:20.123460245Z', 'publish', true],
  ['frame.time == "Nov 14, 2023 22:38:20.123460245"', 'publish', true],
  ['frame.time == "Nov 14, 2023 22:38:20.123460245 UTC"', 'publish', true],
  ['frame.time > "2023-11-14 22:38:20"', 'publish', true],
  ['frame.time > "2023-11-14 22:38"', 'publish', true],
  ['frame.time >= 2023-11-15', 'publish', false],
  ['frame.time < 2024-02-29', 'publish', true],
  ['"2023-11-14" <= frame.time < "2023-11-15"', 'publish', true],
  ['frame.time > 0', 'without a time', false],
  ['frame.time', 'without a time', false],
  ['frame.time_relative', 'without a time', false],
  ['frame.time > mqtt.first_seen.time', 'publish', true],
])

table('functions', [
  ['len(mqtt.topic) == 12', 'publish', true],
  ['len(mqtt.topic) == 0', 'pingreq', false],
  ['count(mqtt.topic) == 2', 'subscribe', true],
  ['count(mqtt.topic) == 0', 'pingreq', true],
  ['count(mqtt) == 1', 'publish', true],
  ['count(mqtt.property_id) == 3', 'publish', true],
  ['string(mqtt.qos) == "1"', 'publish', true],
  ['string(mqtt.retain) == "1"', 'publish', true],
  ['string(frame.time_relative) contains ".000003456"', 'publish', true],
  ['max(tcp.srcport, tcp.dstport) == 50122', 'publish', true],
  ['min(tcp.port) == 1883', 'publish', true],
  ['max(mqtt.qos, mqtt.msgid) == 4660', 'publish', true],
  ['max(mqtt.qos) > 0', 'pingreq', false],
  ['abs(mqtt.len - 45) == 10', 'publish', true],
  ['len(upper(mqtt.topic)) == 12', 'publish', true],
  ['len(string(mqtt.msgid)) == 4', 'publish', true],
  ['upper(mqtt.topic) contains "TEMP"', 'publish', true],
])

table('topic_matches', [
  ['topic_matches(mqtt.topic, "plant/+/temp")', 'publish', true],
  ['topic_matches(mqtt.topic, "plant/#")', 'publish', true],
  ['topic_matches(mqtt.topic, "plant/+")', 'publish', false],
  ['topic_matches(mqtt.topic, "+/+/temp")', 'publish through an alias', true],
  ['topic_matches(mqtt.topic, "#")', 'pingreq', false],
  ['not topic_matches(mqtt.topic, "plant/#")', 'pingreq', true],
  ['topic_matches("plant/7/temp", mqtt.topic)', 'subscribe', true],
  ['topic_matches("plant/7/hum", mqtt.topic)', 'subscribe', false],
  ['topic_matches("a/b/c", mqtt.topic)', 'subscribe', true],
  ['topic_matches(mqtt.topic, "$share/g/plant/#")', 'publish', true],
  ['topic_matches(mqtt.topic, "$share/plant")', 'publish', false],
  ['all topic_matches(mqtt.topic, "plant/#")', 'subscribe', false],
  ['topic_matches(mqtt.willtopic, "plant/+/gone") and mqtt.msgtype == CONNECT', 'connect', true],
])

table('masks and arithmetic', [
  ['mqtt.hdrflags & 0x08', 'publish', true],
  ['mqtt.hdrflags & 0x04', 'publish', false],
  ['mqtt.hdrflags bitwise_and 8', 'publish', true],
  ['mqtt.hdrflags & 0xf0 == 0x30', 'publish', true],
  ['mqtt.hdrflags & 0x08', 'pingreq', false],
  ['not mqtt.hdrflags & 8', 'pingreq', true],
  ['mqtt.len + 2 == 37', 'publish', true],
  ['mqtt.len -3 == 32', 'publish', true],
  ['mqtt.len * 2 == 70', 'publish', true],
  ['mqtt.len / 2 == 17', 'publish', true],
  ['mqtt.len % 10 == 5', 'publish', true],
  ['mqtt.len / 0 == 0', 'publish', false],
  ['mqtt.len + 2 * 3 == 41', 'publish', true],
  ['{mqtt.len + 2} * 3 == 111', 'publish', true],
  ['mqtt.len == 5 * {6 + 1}', 'publish', true],
  ['-mqtt.len == -35', 'publish', true],
  ['mqtt.length == mqtt.len + 2', 'publish', true],
  ['frame.time_relative - 1500 > 0.000003', 'publish', true],
  ['tcp.port + 1 == 1884', 'publish', true],
])

table('logic', [
  ['mqtt and tcp', 'publish', true],
  ['mqtt && ipv6', 'publish', false],
  ['mqtt or ipv6', 'publish', true],
  ['ipv6 || mqtt', 'publish', true],
  ['mqtt xor tcp', 'publish', false],
  ['mqtt ^^ ipv6', 'publish', true],
  ['mqtt xor tcp xor ip', 'publish', true],
  ['not not mqtt', 'publish', true],
  ['! ! ! mqtt', 'publish', false],
  ['mqtt or ipv6 and ipv6', 'publish', true],
  ['(mqtt or ipv6) and ipv6', 'publish', false],
  ['mqtt or tcp xor tcp', 'publish', true],
  ['not ipv6 and mqtt', 'publish', true],
  ['not (ipv6 and mqtt)', 'publish', true],
  ['(((mqtt.qos == 1)))and(tcp)', 'publish', true],
  ['mqtt.qos==1&&mqtt.retain==1', 'publish', true],
  ['mqtt.topic\n  and mqtt.qos == 1\n', 'publish', true],
])

describe('the length of text is that of its UTF-8', () => {
  it.each([['', 0], ['plant', 5], ['größe', 7], ['温度', 6], ['😀', 4], ['a\u07ff\u0800\uffff', 9]])('%j', (topic, bytes) => {
    expect(shows(`len(mqtt.topic) == ${bytes}`, packetEvent(packet(0x30, field(topic), 0)))).toBe(true)
  })
})

describe('what a filter knows of itself', () => {
  it('names the fields that it looks at, each once', () => {
    const { fields, text } = compiled('mqtt.topic == "a" or len(mqtt.topic) > 3 and frame.number in {1..9}')
    expect(fields.map(({ name }) => name)).toEqual(['mqtt.topic', 'frame.number'])
    expect(text).toContain('mqtt.topic')
  })
})

describe('a packet with very many values', () => {
  const filters = Array.from({ length: 3000 }, (_, index) => [...field(`t/${index}`), 0])
  const subscribe = packetEvent(packet(0x82, [0, 1], block(), ...filters))

  it('is compared with a literal as any other', () => {
    expect(shows('mqtt.topic == "t/2999"', subscribe)).toBe(true)
    expect(shows('mqtt.topic in {"x" "t/2999"}', subscribe)).toBe(true)
  })

  it('is not compared with itself pair by pair without end, and the reader says that the answer is incomplete', () => {
    const reader = readerOf()
    expect(compiled('mqtt.topic == mqtt.topic').matches(subscribe, reader)).toBe(true)
    expect(reader.incomplete).toBe(0)
    expect(compiled('mqtt.topic > "z" or len(mqtt.topic) + len(mqtt.topic) == 1').matches(subscribe, reader)).toBe(false)
    expect(reader.incomplete).toBe(1)
    expect(compiled('mqtt.topic === mqtt.protoname or all len(mqtt.topic) < 1000').matches(subscribe, reader)).toBe(true)
  })
})

describe('a payload of which a part is at hand', () => {
  it('is searched as far as it goes', () => {
    const whole = packetEvent(packet(0x30, field('t'), 0, ascii('abcdef')))
    const part = { ...whole, end: whole.end - 3 }
    expect(shows('mqtt contains "abc"', part)).toBe(true)
    expect(shows('mqtt contains "def"', part)).toBe(false)
    expect(shows('mqtt.len == 10', part)).toBe(true)
  })
})
