import { describe, expect, it } from 'vitest'
import { EXCHANGE_FIELDS, PACKET_FIELDS, tablesWith } from '../../../src/analysis/fields.ts'
import type { FieldValue } from '../../../src/mqtt/field.ts'
import { readerOf } from '../build.ts'
import { EXCHANGE_NAMES, EXCHANGES, type ExchangeName } from '../exchanges.ts'

const SERVER = 'publish at QoS 2, from the server over IPv6'
const UNKNOWN = 'without a time, partly seen'

/** What each field has in some of the sample exchanges: a field that is not here is not tested, and the first test says so. */
const EXPECTED: Readonly<Record<string, Partial<Readonly<Record<ExchangeName, readonly FieldValue[]>>>>> = {
  frame: { publish: [true] },
  'frame.number': { publish: [42, 45], [SERVER]: [42, 43, 46, 47], 'ping that is not answered': [42] },
  'frame.time': { publish: [12_004_118_000], [UNKNOWN]: [] },
  'frame.time_epoch': { publish: [12_004_118_000], [UNKNOWN]: [] },
  'frame.time_relative': { publish: [12_004_118_000], [UNKNOWN]: [] },
  ip: { publish: [true], [SERVER]: [] },
  'ip.src': { publish: ['10.0.0.21'], [SERVER]: [] },
  'ip.dst': { publish: ['10.0.0.2'], [SERVER]: [] },
  'ip.addr': { publish: ['10.0.0.21', '10.0.0.2'], [SERVER]: [] },
  'ip.src_host': { publish: ['10.0.0.21'], [SERVER]: [] },
  'ip.dst_host': { publish: ['10.0.0.2'], [SERVER]: [] },
  'ip.host': { publish: ['10.0.0.21', '10.0.0.2'], [SERVER]: [] },
  ipv6: { publish: [], [SERVER]: [true] },
  'ipv6.src': { publish: [], [SERVER]: ['2001:db8::2'] },
  'ipv6.dst': { publish: [], [SERVER]: ['2001:db8::21'] },
  'ipv6.addr': { publish: [], [SERVER]: ['2001:db8::2', '2001:db8::21'] },
  'ipv6.src_host': { publish: [], [SERVER]: ['2001:db8::2'] },
  'ipv6.dst_host': { publish: [], [SERVER]: ['2001:db8::21'] },
  'ipv6.host': { publish: [], [SERVER]: ['2001:db8::2', '2001:db8::21'] },
  tcp: { publish: [true] },
  'tcp.srcport': { publish: [50_122], [SERVER]: [1883] },
  'tcp.dstport': { publish: [1883], [SERVER]: [50_122] },
  'tcp.port': { publish: [50_122, 1883] },
  'tcp.stream': { publish: [3], [SERVER]: [9] },
  'mqtt.version': { publish: ['5.0'], 'connect that is refused': ['3.1.1'], [UNKNOWN]: [] },
  'mqtt.version.certainty': { publish: ['seen'], [UNKNOWN]: [] },
  'mqtt.clientid': { publish: ['plc-7'], 'connect that is refused': ['gw'], [UNKNOWN]: [] },
  'mqtt.msgid': { publish: [17], subscribe: [1], 'ping that is not answered': [] },
  'mqtt.qos': { publish: [1], [SERVER]: [2], subscribe: [] },
  'mqtt.topic': {
    publish: ['plant/7/temp'], subscribe: ['plant/+/temp', '$share/g/a/#'], 'publish with a topic that is not UTF-8': [Uint8Array.of(0x61, 0xff, 0x62)], [UNKNOWN]: [],
  },
  'mqtt.exchange': { publish: [true], [UNKNOWN]: [true] },
  'mqtt.exchange.number': { publish: [12] },
  'mqtt.exchange.kind': { publish: ['publish-qos1'], [SERVER]: ['publish-qos2'], 'ping that is not answered': ['ping'] },
  'mqtt.exchange.initiator': { publish: ['client'], [SERVER]: ['server'] },
  'mqtt.exchange.outcome': { publish: ['complete'], 'ping that is not answered': ['open'], [UNKNOWN]: ['partly-seen'] },
  'mqtt.exchange.certainty': { publish: ['certain'], 'publish sent again': ['likely'], [UNKNOWN]: ['unsure'] },
  'mqtt.exchange.time': { publish: [4_083_000], [SERVER]: [41_129_000], 'ping that is not answered': [], [UNKNOWN]: [] },
  'mqtt.exchange.leg': { publish: [4_083_000], [SERVER]: [42_000, 40_978_000, 109_000], 'publish sent again': [1_500_000_000], 'ping that is not answered': [] },
  'mqtt.exchange.reason_code': { publish: [0], subscribe: [0x87], 'ping that is not answered': [] },
  'mqtt.exchange.packets': { publish: [2], [SERVER]: [4], 'publish sent again': [9] },
  'mqtt.exchange.retransmitted': { publish: [0], 'publish sent again': [7] },
  'mqtt.exchange.resumed': { publish: [0], 'publish sent again': [1] },
  'mqtt.exchange.network_time': { publish: [], 'publish sent again': [250_000] },
  'mqtt.exchange.cause': { publish: [], 'publish sent again': ['away', 'server'] },
}

describe('each field of an exchange', () => {
  it('is tested, with a value', () => {
    const tested = Object.entries(EXPECTED).filter(([, samples]) => Object.values(samples).some((values) => values.length > 0)).map(([name]) => name)
    expect(tested.sort()).toEqual(EXCHANGE_FIELDS.sources.map(({ field }) => field.name).sort())
  })

  it.each(Object.entries(EXPECTED))('%s', (name, samples) => {
    const values = (sample: string) => readerOf().values(EXCHANGES[sample as ExchangeName](), EXCHANGE_FIELDS.get(name)!)
    expect(Object.fromEntries(Object.keys(samples).map((sample) => [sample, values(sample)]))).toEqual(samples)
  })

  it('has values of the form that its kind promises', () => {
    const reader = readerOf()
    const wrong: string[] = []
    for (const source of EXCHANGE_FIELDS.sources) {
      for (const name of EXCHANGE_NAMES) {
        for (const value of reader.values(EXCHANGES[name](), source)) {
          const right = {
            presence: value === true, boolean: typeof value === 'boolean', number: Number.isSafeInteger(value), time: Number.isFinite(value),
            duration: Number.isFinite(value), text: typeof value === 'string' || value instanceof Uint8Array, bytes: value instanceof Uint8Array,
            address4: /^[\d.]+$/.test(String(value)), address6: /^[0-9a-f:]+$/.test(String(value)),
          }[source.kind]
          if (!right) wrong.push(`${source.field.name} of ${name}: ${String(value)}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('has no absolute time before the capture has a clock', () => {
    const values = (name: string) => readerOf(null).values(EXCHANGES.publish(), EXCHANGE_FIELDS.get(name)!)
    expect([values('frame.time'), values('frame.time_epoch'), values('frame.time_relative')]).toEqual([[], [], [12_004_118_000]])
  })
})

describe('beside the fields of packets', () => {
  it('a field that both have is one, with the same kind and the same names of values', () => {
    for (const source of EXCHANGE_FIELDS.sources) {
      const { field, kind, names } = PACKET_FIELDS.get(source.field.name) ?? source
      expect({ field: source.field, kind: source.kind, names: source.names }).toEqual({ field, kind, names })
      expect(source.field).toBe(field)
    }
  })

  it('all others are mqtt.exchange', () => {
    const others = EXCHANGE_FIELDS.sources.map(({ field }) => field.name).filter((name) => PACKET_FIELDS.get(name) === undefined)
    expect(others.filter((name) => !/^mqtt\.exchange(\.|$)/.test(name))).toEqual([])
    expect(PACKET_FIELDS.sources.map(({ field }) => field.name).filter((name) => name.startsWith('mqtt.exchange'))).toEqual([])
  })

  it('what stands for a field of packets is a field of exchanges alone, or of both', () => {
    for (const [packets, exchanges] of EXCHANGE_FIELDS.insteadOf) {
      expect(tablesWith(packets)).toEqual([PACKET_FIELDS])
      expect(tablesWith(exchanges)).toContain(EXCHANGE_FIELDS)
    }
  })

  it.each([
    ['mqtt.topic', ['packets', 'exchanges']], ['mqtt.msgtype', ['packets']], ['mqtt.exchange.time', ['exchanges']], ['mqtt.nothing', []],
  ])('%s: %j', (name, of) => {
    expect(tablesWith(name).map((table) => table.of)).toEqual(of)
  })
})

describe('names of fields', () => {
  it('are completed', () => {
    expect(EXCHANGE_FIELDS.complete('mqtt.exchange.r')).toEqual(['mqtt.exchange.reason_code', 'mqtt.exchange.resumed', 'mqtt.exchange.retransmitted'])
    expect(EXCHANGE_FIELDS.complete('mqtt.msg')).toEqual(['mqtt.msgid'])
  })

  it.each([
    ['a letter is missing', 'mqtt.exchange.tme', 'mqtt.exchange.time'],
    ['the beginning is missing', 'outcome', 'mqtt.exchange.outcome'],
    ['the middle is missing', 'mqtt.reason_code', 'mqtt.exchange.reason_code'],
    ['it is written in capitals', 'MQTT.Exchange.Kind', 'mqtt.exchange.kind'],
  ])('the nearest, where %s', (_, wrong, expected) => {
    expect(EXCHANGE_FIELDS.nearest(wrong)).toBe(expected)
  })

  it('are found by the words that a field may have', () => {
    expect(EXCHANGE_FIELDS.search('superseded').map(({ name }) => name)).toEqual(['mqtt.exchange.outcome'])
  })
})
