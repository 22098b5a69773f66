import { describe, expect, it } from 'vitest'
import { EXCHANGE_FIELDS } from '../../../src/analysis/fields.ts'
import { compileFilter, formatFilterError } from '../../../src/analysis/filter/filter.ts'
import { readerOf } from '../build.ts'
import { EXCHANGES, type ExchangeName } from '../exchanges.ts'

/** The language is tested with packets (matching.test.ts); here is what it does with exchanges. */

function shows(text: string, name: ExchangeName): boolean {
  const result = compileFilter(text, EXCHANGE_FIELDS)
  if (!result.ok) throw new Error(formatFilterError(text, result.error))
  return result.filter.matches(EXCHANGES[name](), readerOf())
}

function table(title: string, rows: readonly (readonly [filter: string, exchange: ExchangeName, expected: boolean])[]): void {
  describe(title, () => {
    it.each(rows)('%s · %s · %s', (filter, name, expected) => {
      expect(shows(filter, name)).toBe(expected)
    })
  })
}

table('presence', [
  ['', 'publish', true],
  ['mqtt.exchange', 'without a time, partly seen', true],
  ['mqtt.exchange.time', 'publish', true],
  ['mqtt.exchange.time', 'ping that is not answered', false],
  ['mqtt.exchange.reason_code', 'ping that is not answered', false],
  ['mqtt.topic', 'subscribe', true],
  ['mqtt.topic', 'connect that is refused', false],
  ['tcp and ip and frame', 'publish', true],
  ['ipv6', 'publish at QoS 2, from the server over IPv6', true],
])

table('times are in seconds: publish took 0.004083, publish sent again 1.5', [
  ['mqtt.exchange.time > 0.5', 'publish sent again', true],
  ['mqtt.exchange.time > 0.5', 'publish', false],
  ['mqtt.exchange.time == 0.004083', 'publish', true],
  ['mqtt.exchange.time < 0.004083', 'publish', false],
  ['mqtt.exchange.time <= 1.5', 'publish sent again', true],
  ['mqtt.exchange.time > 1', 'ping that is not answered', false],
  ['not mqtt.exchange.time > 1', 'ping that is not answered', true],
  ['0.001 < mqtt.exchange.time < 0.005', 'publish', true],
  ['mqtt.exchange.time in {0.001 .. 0.005}', 'publish', true],
  ['mqtt.exchange.time > 0', 'without a time, partly seen', false],
  ['mqtt.exchange.leg > 0.04', 'publish at QoS 2, from the server over IPv6', true],
  ['all mqtt.exchange.leg > 0.04', 'publish at QoS 2, from the server over IPv6', false],
  ['count(mqtt.exchange.leg) == 3', 'publish at QoS 2, from the server over IPv6', true],
  ['mqtt.exchange.time - max(mqtt.exchange.leg) > 0.0001', 'publish at QoS 2, from the server over IPv6', true],
  ['frame.time_relative > 12', 'publish', true],
  ['frame.time >= "2023-11-14 22:13:32"', 'publish', true],
  ['frame.time < "2023-11-14 22:13:32"', 'publish', false],
])

table('words and codes', [
  ['mqtt.exchange.kind == "publish-qos1"', 'publish', true],
  ['mqtt.exchange.kind == publish-qos1', 'publish', true],
  ['mqtt.exchange.kind == publish-qos2', 'publish', false],
  ['mqtt.exchange.kind matches "^publish"', 'publish at QoS 2, from the server over IPv6', true],
  ['mqtt.exchange.kind in {subscribe, unsubscribe}', 'subscribe', true],
  ['mqtt.exchange.outcome == partly-seen', 'without a time, partly seen', true],
  ['mqtt.exchange.outcome != complete', 'publish', false],
  ['mqtt.exchange.certainty == likely', 'publish sent again', true],
  ['mqtt.exchange.initiator == server', 'publish at QoS 2, from the server over IPv6', true],
  ['mqtt.exchange.reason_code >= 0x80', 'subscribe', true],
  ['mqtt.exchange.reason_code == "Not authorized"', 'subscribe', true],
  ['mqtt.exchange.reason_code == "Refused: not authorized"', 'connect that is refused', true],
  ['mqtt.exchange.reason_code == "no matching subscribers"', 'publish sent again', true],
  ['mqtt.exchange.reason_code == Success', 'publish', true],
  ['mqtt.exchange.retransmitted > 0', 'publish sent again', true],
  ['mqtt.exchange.retransmitted > 0', 'publish', false],
  ['mqtt.exchange.packets > 2', 'publish sent again', true],
  ['mqtt.exchange.number in {10..12}', 'publish', true],
])

table('what packets have too', [
  ['mqtt.exchange.time > 0.001 && mqtt.clientid == "plc-7"', 'publish', true],
  ['mqtt.clientid == "plc-7"', 'connect that is refused', false],
  ['topic_matches(mqtt.topic, "plant/+/temp")', 'publish', true],
  ['topic_matches("plant/7/temp", mqtt.topic)', 'subscribe', true],
  ['mqtt.topic contains "$share"', 'subscribe', true],
  ['mqtt.topic == "a\\xffb"', 'publish with a topic that is not UTF-8', true],
  ['lower(mqtt.clientid) == "plc-7" and len(mqtt.topic) == 12', 'publish', true],
  ['mqtt.topic[0:5] == "plant"', 'publish', true],
  ['mqtt.qos == 2', 'publish at QoS 2, from the server over IPv6', true],
  ['mqtt.qos == "At least once"', 'publish', true],
  ['mqtt.msgid == 17', 'publish', true],
  ['mqtt.version == "3.1.1"', 'connect that is refused', true],
  ['tcp.stream == 3 and tcp.port == 1883', 'publish', true],
  ['ip.src == 10.0.0.21', 'publish', true],
  ['ip.addr == 10.0.0.0/24', 'publish', true],
  ['ipv6.src == 2001:db8::2', 'publish at QoS 2, from the server over IPv6', true],
  ['frame.number == 45', 'publish', true],
  ['frame.number > 45', 'publish', false],
])

it('names the fields that it looks at', () => {
  const result = compileFilter('mqtt.exchange.time > 1 or mqtt.topic', EXCHANGE_FIELDS)
  expect(result.ok ? result.filter.fields.map(({ name }) => name) : []).toEqual(['mqtt.exchange.time', 'mqtt.topic'])
})
