import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { printable } from '../../../src/bytes/printable.ts'
import { withPauses } from '../../../src/report/ladder/ladder.ts'
import { answered, draw, lines, note, part, sent, TITLE } from './build.ts'
import type { ArrowRow, LadderRow } from '../../../src/report/ladder/ladder.ts'
import type { TimeStyle } from '../../../src/report/time-format.ts'
import type { Drawing } from './build.ts'

const SOURCE = readFileSync(new URL('../../../src/report/ladder/layout.ts', import.meta.url), 'utf8')

test('the sketch at the top of layout.ts is what it draws', () => {
  const rows: LadderRow[] = [
    note(11_000, 'TCP connection opened', { remark: '0.412 + 0.038 ms' }),
    sent(11_000.901, 'CONNECT', ['clean', 'ka 30 s', 'will q1'], part(1, 'begins', { kind: 'connect' })),
    answered(11_004.32, 'CONNACK Success', [], part(1, 'ends', { kind: 'connect', leg: 3.419 })),
    sent(12_004.118, 'PUBLISH #17 q1 plant/7/temp', ['4 B'], part(2, 'begins')),
    answered(12_045.189, 'PUBACK #17', [], part(2, 'ends', { leg: 41.071, cause: { cause: 'nagle', duration: 40_900_000 } })),
    sent(12_200, 'PUBLISH #18 q2 plant/7/alarm', ['12 B'], part(3, 'begins', { kind: 'publish-qos2' })),
    answered(12_204.41, 'PUBREC #18', [], part(3, 'goes-on', { kind: 'publish-qos2', leg: 4.41 })),
    sent(12_204.9, 'PUBREL #18', [], part(3, 'goes-on', { kind: 'publish-qos2', leg: 0.49 })),
    sent(12_514.99, 'PUBLISH #19 q1 DUP plant/7/setpoint', ['4 B'], { dup: true, ...part(4, 'begins') }),
    answered(12_518.004, 'PUBACK #19 Not authorized', [], { mark: '!', ...part(4, 'ends', { leg: 3.014 }) }),
    sent(14_310.077, 'TCP sent 4 bytes again', [], { kind: 'tcp', number: null }),
    answered(14_314.977, 'PUBCOMP #18', [], part(3, 'ends', { kind: 'publish-qos2', leg: 2110.077, total: 2114.977, cause: { cause: 'retransmission', duration: 2.1e9 } })),
    { kind: 'gap', by: 'server', bytes: 1204 },
    sent(44_511, 'PINGREQ', [], part(5, 'begins', { kind: 'ping' })),
    note(89_511, 'capture ends, no PINGRESP', { mark: '~', ...part(5, 'ends', { kind: 'ping', remark: 'open' }) }),
  ]
  const sketch = /```\n([\s\S]*?) \* ```/.exec(SOURCE)![1]!.trimEnd().split('\n').map((line) => line.slice(3))
  expect(draw({ title: TITLE, rows })).toEqual(sketch)
})

describe('a row', () => {
  const rows: readonly LadderRow[] = [
    note(NaN, 'began before the capture'),
    sent(1, 'PUBLISH q0 plant/7/temp', ['4 B', 'alias 5']),
    answered(2, 'PUBLISH q0 plant/7/temp', ['4 B', 'alias 5']),
    answered(3, 'PUBLISH #65535 q1 DUP plant/7/temp', ['4 B'], { dup: true, ...part(7, 'begins') }),
    sent(4, 'SUBSCRIBE #1 plant/+/temp q0, plant/+/alarm q1, plant/+/order q2, plant/+/state q2'),
    answered(5, 'CONNACK not authorized', [], { mark: '!', ...part(8, 'alone', { kind: 'connect', remark: 'request not seen' }) }),
    sent(6, 'PUBLISH q3 a', [], { mark: '!', remark: 'QoS 3 is not a QoS: bits 2-1 of byte 1 are both set (0x36)' }),
    answered(7, 'TCP receive window closed', [], { kind: 'tcp' }),
    { kind: 'left-out', packets: 1234 },
    { kind: 'gap', by: 'client', bytes: 1 },
    sent(8, 'PUBACK #65535', [], part(7, 'ends', { leg: 2110.077, cause: { cause: 'server', duration: 2.1e9 } })),
    sent(9, 'PINGREQ', [], part(9, 'begins', { kind: 'ping' })),
    note(9, 'taken over by stream 12', { mark: '~' }),
    answered(10, 'TCP RST', [], { kind: 'tcp' }),
    note(10, 'ended without PINGRESP', { mark: '~', ...part(9, 'ends', { kind: 'ping', remark: 'abandoned' }) }),
  ]

  test.each([60, 80, 120])('of every kind, in %i columns', (width) => {
    expect(lines(rows, { width })).toEqual(EXPECTED[width as keyof typeof EXPECTED].split('\n').slice(1, -1))
  })

  test.each<[number, string]>([
    [0.042, '    0.042 ms'], [41.071, '   41.071 ms'], [9999.9994, ' 9999.999 ms'], [10_000, '    10.000 s'], [86_400_000, ' 86400.000 s'], [-0.5, '   -0.500 ms'],
  ])('a leg of %d ms', (leg, text) => {
    expect(lines([answered(1, 'PUBACK #1', [], part(1, 'alone', { leg }))])[0]).toContain(`    ${text} 1 qos1`)
  })
})

const EXPECTED = {
  60: String.raw`
           | began before the capture  |
0.001000   |-- PUBLISH q0 plant/7/t… ->|
0.002000   |<- PUBLISH q0 plant/7/t… --|
0.003000   |<<- PUBLISH #65535 q1 D… --|  .
0.004000   |-- SUBSCRIBE #1 plant/+… ->|  |
0.005000 ! |<- CONNACK not authoriz… --|  |   request not s…
0.006000 ! |-- PUBLISH q3 a ---------->|  |   QoS 3 is not …
0.007000   |<. TCP receive window c… ..|  |
  ... 1,234 more packets ...
  // 1 byte missing from the capture, client to broker //
0.008000   |-- PUBACK #65535 --------->|  '-- 2110.077 ms
0.009000   |-- PINGREQ --------------->|  .
0.009000 ~ |  taken over by stream 12  |  |
0.010000   |<............... TCP RST ..|  |
0.010000 ~ |  ended without PINGRESP   |  '-- abandoned
`,
  80: String.raw`
           |     began before the capture     |
0.001000   |-- PUBLISH q0 plant/7/temp 4 B -->|
0.002000   |<-- PUBLISH q0 plant/7/temp 4 B --|
0.003000   |<<- PUBLISH #65535 q1 DUP plan… --|  .
0.004000   |-- SUBSCRIBE #1 plant/+/temp q… ->|  |
0.005000 ! |<------- CONNACK not authorized --|  |   8 connect  request not seen
0.006000 ! |-- PUBLISH q3 a ----------------->|  |   QoS 3 is not a QoS: bits 2…
0.007000   |<.... TCP receive window closed ..|  |
  ... 1,234 more packets ...
  // 1 byte missing from the capture, client to broker //
0.008000   |-- PUBACK #65535 ---------------->|  '-- 2110.077 ms broker 2.10 s
0.009000   |-- PINGREQ ---------------------->|  .
0.009000 ~ |     taken over by stream 12      |  |
0.010000   |<...................... TCP RST ..|  |
0.010000 ~ |      ended without PINGRESP      |  '-- 9 ping  abandoned
`,
  120: String.raw`
           |                began before the capture                 |
0.001000   |-- PUBLISH q0 plant/7/temp 4 B alias 5 ----------------->|
0.002000   |<----------------- PUBLISH q0 plant/7/temp 4 B alias 5 --|
0.003000   |<<------------- PUBLISH #65535 q1 DUP plant/7/temp 4 B --|  .
0.004000   |-- SUBSCRIBE #1 plant/+/temp q0, plant/+/alarm q1, pl… ->|  |
0.005000 ! |<------------------------------ CONNACK not authorized --|  |   8 connect  request not seen
0.006000 ! |-- PUBLISH q3 a ---------------------------------------->|  |   QoS 3 is not a QoS: bits 2-1 of byte 1 are …
0.007000   |<........................... TCP receive window closed ..|  |
  ... 1,234 more packets ...
  // 1 byte missing from the capture, client to broker //
0.008000   |-- PUBACK #65535 --------------------------------------->|  '-- 2110.077 ms broker 2.10 s  7 qos1
0.009000   |-- PINGREQ --------------------------------------------->|  .
0.009000 ~ |                 taken over by stream 12                 |  |
0.010000   |<............................................. TCP RST ..|  |
0.010000 ~ |                 ended without PINGRESP                  |  '-- 9 ping  abandoned
`,
}

describe('the result', () => {
  const row = (changes: Parameters<typeof part>[2], place: 'ends' | 'goes-on' = 'ends'): ArrowRow => answered(1, 'PUBACK #1', [], part(12, place, { leg: 41.071, ...changes }))
  const shown = (one: ArrowRow, width: number) => /\|  ...\s(.*)$/.exec(lines([one], { width })[0]!.padEnd(100))![1]!.trim()
  const slow = { cause: { cause: 'network', duration: 40_900_000 } } as const

  test.each<[string, ArrowRow, Readonly<Record<number, string>>]>([
    ['an end', row({}), { 60: '41.071 ms', 80: '41.071 ms 12 qos1', 120: '41.071 ms 12 qos1' }],
    ['a leg', row({}, 'goes-on'), { 60: '41.071 ms', 80: '41.071 ms', 120: '41.071 ms' }],
    ['a slow one', row(slow), { 60: '41.071 ms', 80: '41.071 ms network 40.9 ms', 120: '41.071 ms network 40.9 ms  12 qos1' }],
    ['several legs', row({ kind: 'publish-qos2', total: 83.25 }), { 60: '41.071 ms', 80: '41.071 ms qos2 83.250 ms', 120: '41.071 ms 12 qos2 83.250 ms' }],
    ['what is not certain', row({ ...slow, remark: 'likely' }), { 60: '41.071 ms', 80: '41.071 ms likely', 120: '41.071 ms network 40.9 ms  likely  12 qos1' }],
  ])('%s', (_name, one, texts) => {
    for (const [width, text] of Object.entries(texts)) expect([width, shown(one, Number(width))]).toEqual([width, text])
  })
})

describe('times', () => {
  const rows = [sent(1000, 'A'), sent(1000.25, 'B'), { kind: 'gap', by: 'client', bytes: 3 } as const, sent(900, 'C'), sent(3000, 'D')]
  const times = (options: Drawing) => lines(rows, options).map((line) => /^ *(\S*)/.exec(line)![1])

  test.each<[TimeStyle, string[]]>([
    ['relative', ['1.000000', '1.000250', '//', '0.900000', '...', '3.000000']],
    ['delta', ['0.000000', '0.000250', '//', '-0.100250', '...', '2.100000']],
    ['utc-clock', ['22:13:21.123456789', '22:13:21.123706789', '//', '22:13:21.023456789', '...', '22:13:23.123456789']],
  ])('%s', (style, expected) => {
    expect(times({ style })).toEqual(expected)
  })

  test('long ones take from the results; very long ones have no room in a narrow terminal', () => {
    expect(lines([sent(1, 'PINGREQ')], { style: 'iso', width: 80 })).toEqual(['2023-11-14T22:13:20.124456789Z   |-- PINGREQ ------------->|'])
    expect(lines([sent(1, 'PINGREQ', [], { mark: '!' })], { style: 'iso', width: 60 })).toEqual(['! |-- PINGREQ ---------------------->|'])
  })
})

describe('pauses', () => {
  test.each<[string, LadderRow[], number[]]>([
    ['none at the beginning', [sent(5000, 'A')], []],
    ['almost a second', [sent(0, 'A'), sent(999.999, 'B')], []],
    ['a second', [sent(0, 'A'), sent(1000, 'B')], [1e9]],
    ['times that step back and go on', [sent(2000, 'A'), sent(0, 'B'), sent(2500, 'C')], []],
    ['rows without a time', [sent(0, 'A'), note(NaN, 'x'), { kind: 'gap', by: 'client', bytes: 1 }, sent(1500, 'B')], [1.5e9]],
    ['what was left out was no pause', [sent(0, 'A'), { kind: 'left-out', packets: 7 }, sent(9000, 'B')], []],
  ])('%s', (_name, rows, lengths) => {
    expect(withPauses(rows).flatMap((row) => (row.kind === 'pause' ? [row.length] : []))).toEqual(lengths)
  })
})

describe('the title', () => {
  const title = (changes: Partial<typeof TITLE>, width = 80) => draw({ title: { ...TITLE, ...changes }, rows: [] }, { width })

  test('a long name is cut before anything else is', () => {
    expect(title({ client: 'auto-CFF75654-5E00-9AAD-1A7C-27985A80817B' })).toEqual([
      'auto-CFF75654-5E00-9AAD-1…  MQTT 5.0  stream 3  10.0.0.21:50122 -> 10.0.0.2:1883', 'TIME   auto-CFF75654-5E0…              broker  EXCHANGE',
    ])
  })

  test('long addresses have a line of their own', () => {
    expect(title({ addresses: ['[2001:db8:85a3:8d3:1319:8a2e:370:7348]:50122', '[2001:db8::1]:1883'] })[1]).toBe('[2001:db8:85a3:8d3:1319:8a2e:370:7348]:50122 -> [2001:db8::1]:1883')
  })

  test('ends that may be either: addresses in place of client and broker', () => {
    const [first, second] = title({ endsKnown: false, client: '10.0.0.21:50122' }, 100)
    expect(first).toMatch(/10\.0\.0\.21:50122 - 10\.0\.0\.2:1883$/)
    expect(second).toMatch(/^TIME {3}10\.0\.0\.21:50122 +10\.0\.0\.2:1883 {2}EXCHANGE$/)
    const [gap] = draw({ title: { ...TITLE, endsKnown: false }, rows: [{ kind: 'gap', by: 'server', bytes: 7 }] }, { header: false }).slice(1)
    expect(gap).toBe('  // 7 bytes missing from the capture, 10.0.0.2:1883 to 10.0.0.21:50122 //')
  })
})

test('colour: a mark, a direction and a failure; what it is around stays the same', () => {
  const rows = [sent(1, 'CONNECT', [], part(1, 'begins')), answered(2, 'CONNACK not authorized', [], { mark: '!', ...part(1, 'ends', { leg: 1 }) }), note(3, 'taken over by stream 5', { mark: '~' })]
  const coloured = lines(rows, { colour: true })
  expect(coloured[1]).toBe("\u001b[2m0.002000\u001b[0m \u001b[1;31m!\u001b[0m \u001b[32m|<-------\u001b[0m \u001b[1;31mCONNACK not authorized\u001b[0m \u001b[32m--|\u001b[0m  '--    1.000 ms 1 qos1")
  expect(coloured.map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, ''))).toEqual(lines(rows))
})

describe('never wider than asked', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('a', '/', ' ', '温', '度', '🚗', '👩‍🚀', 'é', 'é', '\u202e', '\u0007', '\\', 'ｗ'), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' })), maxLength: 60 }).map((raw) => printable(raw))
  const number = fc.integer({ min: 1, max: 70_000 })
  const milliseconds = fc.double({ min: 0, max: 1e7, noNaN: true })
  const parts = fc.record({ number, place: fc.constantFrom('begins', 'goes-on', 'ends', 'alone'), leg: fc.option(milliseconds), total: fc.option(milliseconds), remark: text })
    .map(({ number: exchange, place, ...changes }) => part(exchange, place as 'begins', changes))
  const row: fc.Arbitrary<LadderRow> = fc.oneof(
    fc.tuple(milliseconds, text, fc.array(text, { maxLength: 4 }), fc.boolean(), fc.boolean(), fc.constantFrom('', '!', '~'), fc.option(parts), text).map(
      ([time, label, details, fromClient, dup, mark, exchange, remark]): LadderRow =>
        sent(time, label, details, { by: fromClient ? 'client' : 'server', dup, mark: mark as '', remark, ...(exchange ?? {}) }),
    ),
    fc.tuple(milliseconds, text, text).map(([time, words, remark]): LadderRow => note(time, words, { remark })),
    number.map((bytes): LadderRow => ({ kind: 'gap', by: 'client', bytes })),
    number.map((packets): LadderRow => ({ kind: 'left-out', packets })),
  )

  test('with any text and any width', () => {
    fc.assert(fc.property(fc.array(row, { maxLength: 12 }), text, fc.integer({ min: 40, max: 200 }), fc.constantFrom('relative', 'iso', 'date', 'delta'), (rows, client, width, style) => {
      const shown = draw({ title: { ...TITLE, client }, rows }, { width, style: style as 'iso' })
      expect(shown.filter((line) => stringWidth(line) > width || /[\n\u0007\u202e]/.test(line))).toEqual([])
    }))
  })

  test('lanes are as wide in each row', () => {
    const bare = row.map((one): LadderRow => (one.kind === 'packet' || one.kind === 'note' ? { ...one, part: null, remark: '' } : one))
    fc.assert(fc.property(fc.array(bare, { minLength: 1, maxLength: 12 }), fc.integer({ min: 40, max: 200 }), (rows, width) => {
      const ends = lines(rows, { width }).filter((line) => line.endsWith('|')).map((line) => stringWidth(line))
      expect(new Set(ends).size).toBeLessThanOrEqual(1)
    }))
  })
})
