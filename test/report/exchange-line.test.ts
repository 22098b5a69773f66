import { describe, expect, test } from 'vitest'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { ExchangeLineRenderer } from '../../src/report/exchange-line.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES } from '../../src/session/exchange.ts'
import { CLOCK, connection, exchange, QOS_2_STEPS, step } from './build.ts'
import type { TimeStyle } from '../../src/report/time-format.ts'
import type { Exchange } from '../../src/session/exchange.ts'

const renderer = ({ palette = PLAIN, header = false, style = 'relative' as TimeStyle } = {}) =>
  new ExchangeLineRenderer({ palette, header, time: new TimeColumn(style, true, () => CLOCK) })

function render(exchanges: readonly Exchange[], options: Parameters<typeof renderer>[0] = {}): string {
  const lines = renderer(options)
  return lines.begin() + exchanges.map((shown) => lines.item(shown)).join('') + lines.end()
}

const line = (changes: Partial<Exchange> = {}) => render([exchange(changes)])
/** What stands behind the duration. */
const info = (changes: Partial<Exchange> = {}) => /(?: -|\d\.\d{3})(?: (.*))?\n$/.exec(line(changes))?.[1]

test('columns', () => {
  const shown = [
    exchange(),
    exchange({ number: 13, kind: 'publish-qos2', packetIdentifier: 18, outcome: 'open', steps: QOS_2_STEPS.slice(0, 2), topic: 'plant/7/state', reasonCode: null }),
    exchange({ number: 2, kind: 'ping', packetIdentifier: null, topic: null, reasonCode: null, steps: [step('PINGREQ', 'client', -12e9), step('PINGRESP', 'server')] }),
    exchange({ number: 65_000, initiator: 'server', packetIdentifier: 65_535 }),
  ]
  expect(render(shown, { header: true })).toBe([
    '    NO       TIME CLIENT     DIR EXCHANGE         ID OUTCOME            MS INFO',
    '    12  12.004118 plc-7      ->  PUBLISH QoS 1    17 complete        4.083 plant/7/temp',
    '    13  12.004118 plc-7      ->  PUBLISH QoS 2    18 open            0.042 plant/7/state  seen PUBLISH, PUBREC',
    '     2   0.004118 plc-7      ->  PING                complete    12000.000',
    ' 65000  12.004118 plc-7      <-  PUBLISH QoS 1 65535 complete        4.083 plant/7/temp',
    '',
  ].join('\n'))
})

test.each(EXCHANGE_KINDS)('%s has its name', (kind) => {
  expect(line({ kind })).toMatch(/ -> {2}[A-Z]+(?: QoS [12])? +17 complete {8}/)
})

test.each(EXCHANGE_OUTCOMES)('%s stands as a word', (outcome) => {
  expect(line({ outcome })).toContain(` 17 ${outcome.padEnd(11)} `)
})

describe('what it is about', () => {
  test.each<[string, Partial<Exchange>, string | undefined]>([
    ['a topic', {}, 'plant/7/temp'],
    ['a topic that is no single word', { topic: 'a b' }, '"a b"'],
    ['a topic that is no text', { topic: new IllFormedText('ff00') }, '0xff00'],
    ['a topic that was not seen', { topic: null }, '(topic not known)'],
    ['CONNECT', { kind: 'connect', topic: null }, 'MQTT 5.0  plc-7'],
    ['CONNECT without an identifier', { kind: 'connect', topic: null, connection: connection({ clientIdentifier: '', version: null }) }, 'MQTT'],
    ['PING', { kind: 'ping', topic: null }, undefined],
    ['filters, granted as asked', {
      kind: 'subscribe', topic: null, filters: [{ topicFilter: 'a/#', qos: 2, reasonCode: 2 }, { topicFilter: 'b', qos: 0, reasonCode: 0 }],
    }, 'a/# QoS 2, b QoS 0'],
    ['filters, one granted with less and one refused', {
      kind: 'subscribe', topic: null, reasonCode: 0x87, filters: [{ topicFilter: 'a/#', qos: 2, reasonCode: 1 }, { topicFilter: 'b', qos: 0, reasonCode: 0x87 }],
    }, 'a/# QoS 2 (Granted QoS 1), b QoS 0 (Not authorized)'],
    ['filters that are not answered', { kind: 'subscribe', topic: null, outcome: 'open', steps: [step('SUBSCRIBE', 'client')], reasonCode: null, filters: [{ topicFilter: 'a/#', qos: 2, reasonCode: null }] }, 'a/# QoS 2'],
    ['filters that are given up', {
      kind: 'unsubscribe', topic: null, filters: [{ topicFilter: 'a', qos: null, reasonCode: 0 }, { topicFilter: 'b', qos: null, reasonCode: 0x11 }],
    }, 'a, b (No subscription existed)'],
    ['before 5.0, a refused filter', {
      kind: 'subscribe', topic: null, connection: connection({ version: '3.1.1' }), filters: [{ topicFilter: 'a', qos: 1, reasonCode: 0x80 }],
    }, 'a QoS 1 (Failure)'],
    ['very many filters', {
      kind: 'unsubscribe', topic: null, filters: Array.from({ length: 22 }, () => ({ topicFilter: 'a', qos: null, reasonCode: null })),
    }, `${Array.from({ length: 20 }, () => 'a').join(', ')} +2 more`],
  ])('%s', (_name, changes, expected) => {
    expect(info(changes)).toBe(expected)
  })
})

describe('how it went', () => {
  test.each<[string, Partial<Exchange>, string]>([
    ['a PUBACK that refuses', { outcome: 'failed', reasonCode: 0x87 }, 'plant/7/temp  Not authorized'],
    ['a PUBACK that says more than success', { reasonCode: 0x10 }, 'plant/7/temp  No matching subscribers'],
    ['a code that the packet does not have', { outcome: 'failed', reasonCode: 0xee }, 'plant/7/temp  0xee (no code of this packet)'],
    ['a CONNACK of 3.1.1', {
      kind: 'connect', topic: null, outcome: 'failed', reasonCode: 5, connection: connection({ version: '3.1.1' }), steps: [step('CONNECT', 'client'), step('CONNACK', 'server')],
    }, 'MQTT 3.1.1  plc-7  Refused: not authorized'],
    ['a DISCONNECT in place of the answer', {
      kind: 'authenticate', topic: null, outcome: 'failed', reasonCode: 0x87, steps: [step('AUTH', 'client'), step('DISCONNECT', 'server')],
    }, 'DISCONNECT: Not authorized'],
    ['a DISCONNECT without a code', { kind: 'connect', topic: null, outcome: 'failed', reasonCode: null, steps: [step('CONNECT', 'client'), step('DISCONNECT', 'server')] }, 'MQTT 5.0  plc-7  DISCONNECT'],
    ['a refused SUBSCRIBE of which only the answer was seen', {
      kind: 'subscribe', topic: null, outcome: 'partly-seen', reasonCode: 0x87, steps: [step('SUBACK', 'server')], certainty: 'unsure',
    }, 'Not authorized  seen SUBACK'],
    ['legs of QoS 2', { kind: 'publish-qos2', steps: QOS_2_STEPS }, 'plant/7/temp  legs 0.042, 40.978, 0.109 ms'],
    ['no answer at all', { outcome: 'abandoned', reasonCode: null, steps: [step('PUBLISH', 'client')] }, 'plant/7/temp'],
    ['an answer without its request', { outcome: 'partly-seen', topic: null, steps: [step('PUBACK', 'server')], certainty: 'unsure' }, '(topic not known)  seen PUBACK'],
    ['sent again', {
      retransmitted: 2, steps: [step('PUBLISH', 'client'), step('PUBLISH', 'client', 1e6, { dup: true, again: true }), step('PUBACK', 'server', 4_083_000)],
    }, 'plant/7/temp  2 sent again'],
    ['never answered, although sent again', {
      outcome: 'open', reasonCode: null, retransmitted: 1, steps: [step('PUBLISH', 'client'), step('PUBLISH', 'client', 1e6, { dup: true, again: true })],
    }, 'plant/7/temp  1 sent again'],
    ['likely', { certainty: 'likely' }, 'plant/7/temp  likely'],
    ['unsure', { certainty: 'unsure', outcome: 'abandoned' }, 'plant/7/temp  seen PUBLISH, PUBACK  unsure'],
  ])('%s', (_name, changes, expected) => {
    expect(info(changes)).toBe(expected)
  })
})

describe('duration', () => {
  const duration = (steps: Exchange['steps']) => /complete +(\S+) /.exec(line({ steps }))?.[1]

  test.each([
    ['one packet only', [step('PUBACK', 'server')], '-'],
    ['no times', [step('PUBLISH', 'client', NaN), step('PUBACK', 'server', NaN)], '-'],
    ['in one frame', [step('PUBLISH', 'client'), step('PUBACK', 'server')], '0.000'],
    ['microseconds', [step('PUBLISH', 'client'), step('PUBACK', 'server', 42_000)], '0.042'],
    ['minutes', [step('PUBLISH', 'client'), step('PUBACK', 'server', 61_000_000_000)], '61000.000'],
    ['a clock that was set back', [step('PUBLISH', 'client'), step('PUBACK', 'server', -1_500_000)], '-1.500'],
  ])('%s', (_name, steps, expected) => {
    expect(duration(steps)).toBe(expected)
  })
})

test('the time of day, and none', () => {
  expect(render([exchange()], { style: 'utc-clock' })).toMatch(/^ {4}12 22:13:32\.127574789 plc-7 /)
  expect(line({ steps: [step('PUBLISH', 'client', NaN)] })).toMatch(/^ {4}12 {10}- plc-7 /)
})

test('a client without an identifier has its address, and columns grow with it', () => {
  const text = render([exchange({ connection: connection({ clientIdentifier: undefined }) }), exchange()])
  expect(text).toContain(' 10.0.0.21:50122 ->')
  expect(text).toContain(' plc-7           ->')
})

test('an identifier that becomes known takes the place of the address', () => {
  const made = connection({ clientIdentifier: undefined })
  const lines = renderer()
  expect(lines.item(exchange({ connection: made }))).toContain(' 10.0.0.21:50122 ->')
  made.clientIdentifier = 'auto-1'
  expect(lines.item(exchange({ connection: made }))).toContain(' auto-1          ->')
})

test('hostile text does not reach the terminal', () => {
  const hostile = 'a\u001b]0;owned\u0007\nb\u202e'
  const text = render([
    exchange({ topic: hostile, connection: connection({ clientIdentifier: hostile }) }),
    exchange({ kind: 'connect', connection: connection({ clientIdentifier: hostile }) }),
    exchange({ kind: 'subscribe', filters: [{ topicFilter: hostile, qos: 0, reasonCode: 0 }] }),
  ])
  expect(text).toContain('owned')
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(text.trimEnd().split('\n')).toHaveLength(3)
})

describe('what a slow one was spent with', () => {
  const slow = (changes: Parameters<typeof exchange>[0] = {}) =>
    exchange({ steps: [step('PUBLISH', 'client', 0, { segments: 208 }), step('PUBACK', 'server', 41_071_000)], ...changes })

  test('in how many segments it came, and the causes, the longest first', () => {
    expect(render([slow({ causes: [{ leg: 0, cause: 'nagle', duration: 41e6 }, { leg: 0, cause: 'server', duration: 71_000 }] })]))
      .toMatch(/plant\/7\/temp {2}in 208 segments {2}held back by Nagle 41\.000 ms, server 0\.071 ms\n$/)
  })

  test('nothing of a quick one', () => {
    expect(render([slow({ steps: [step('PUBLISH', 'client', 0, { segments: 208 }), step('PUBACK', 'server', 71_000)] })])).toMatch(/plant\/7\/temp\n$/)
  })
})

describe('colour', () => {
  const all = EXCHANGE_OUTCOMES.map((outcome, index) => exchange({ outcome, initiator: index % 2 === 0 ? 'client' : 'server' }))

  test('changes nothing but colour', () => {
    const coloured = render(all, { palette: ANSI, header: true })
    expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(render(all, { header: true }))
  })

  test.each([
    ['failed', ANSI.red],
    ['open', ANSI.yellow],
    ['abandoned', ANSI.yellow],
    ['superseded', ANSI.yellow],
    ['partly-seen', ANSI.dim],
  ] as const)('of %s', (outcome, style) => {
    expect(render([exchange({ outcome })], { palette: ANSI })).toContain(`${style}${outcome}`)
  })

  test('none of complete', () => {
    expect(render([exchange()], { palette: ANSI })).toContain(' complete ')
  })
})
