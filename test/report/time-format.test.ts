import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { durationText } from '../../src/bytes/number-text.ts'
import { epochText, TimeColumn, timeStyle } from '../../src/report/time-format.ts'
import { CLOCK } from './build.ts'
import type { TimeStyle } from '../../src/report/time-format.ts'

const column = (style: TimeStyle, utc = true, clock = CLOCK) => new TimeColumn(style, utc, () => clock)

describe('styles', () => {
  test.each([
    ['relative', '12.004118000'],
    ['delta', '2.004118000'],
    ['epoch', '1700000012.127574789'],
    ['clock', '22:13:32.127574789'],
    ['date', '2023-11-14 22:13:32.127574789'],
    ['iso', '2023-11-14T22:13:32.127574789Z'],
    ['utc-clock', '22:13:32.127574789'],
    ['utc-date', '2023-11-14 22:13:32.127574789'],
  ] as const)('%s', (style, text) => {
    const made = column(style)
    made.text(1, 0)
    expect(made.text(12_004_118_000, 10_000_000_000)).toBe(text)
  })

  test.each([
    ['r', 'relative'], ['d', 'delta'], ['dd', 'delta'], ['e', 'epoch'], ['a', 'clock'], ['ad', 'date'], ['u', 'utc-clock'], ['ud', 'utc-date'],
    ['iso', 'iso'], ['relative', 'relative'], ['R', null], ['toString', null], ['', null],
  ])('-t %s is %s', (name, style) => {
    expect(timeStyle(name)).toBe(style)
  })
})

describe('digits', () => {
  test('microseconds, until a time needs nanoseconds; from then on all have nine', () => {
    const made = column('relative')
    expect([1_000, 1_500_000_000, 1, 2_000].map((time) => made.text(time, NaN))).toEqual(['0.000001', '1.500000', '0.000000001', '0.000002000'])
  })

  test.each([
    ['nine nines', 999_999_999, '0.999999999'],
    ['the last moment that is exact: 104 days', 9_007_199_254_740_991, '9007199.254740991'],
    ['before the first frame', -1, '-0.000000001'],
    ['a whole second before it', -1_000_000_000, '-1.000000'],
    ['none', NaN, '-'],
  ])('%s', (_name, time, text) => {
    expect(column('relative').text(time, NaN)).toBe(text)
  })

  test.each([
    ['carry into the next second', 876_543_211, '1700000001.000000000'],
    ['just below it', 876_543_210, '1700000000.999999999'],
    ['no time', NaN, null],
  ])('machine output: %s', (_name, time, text) => {
    expect(epochText(CLOCK, time)).toBe(text)
  })

  test.each([
    ['a quarter second before 1970', { epochSeconds: -1, epochNanoseconds: 750_000_000 }, '-0.250000000'],
    ['a whole second before 1970', { epochSeconds: -1, epochNanoseconds: 0 }, '-1.000000000'],
    ['1970 itself', { epochSeconds: 0, epochNanoseconds: 0 }, '0.000000000'],
  ])('%s', (_name, clock, text) => {
    expect(epochText(clock, 0)).toBe(text)
    expect(column('epoch', true, clock).text(0, NaN)).toBe(text.replace(/000$/, ''))
  })

  test('a year that no calendar has is shown as the number it is', () => {
    expect(column('date', true, { epochSeconds: 1e14, epochNanoseconds: 0 }).text(0, NaN)).toBe('100000000000000.000000')
  })

  test('no clock: absolute times are unknown', () => {
    expect(epochText(null, 0)).toBeNull()
    expect(new TimeColumn('date', true, () => null).text(0, NaN)).toBe('-')
  })
})

describe('local time', () => {
  const before = process.env.TZ
  beforeAll(() => void (process.env.TZ = 'Asia/Kolkata'))
  afterAll(() => void (before === undefined ? delete process.env.TZ : (process.env.TZ = before)))

  test.each([
    ['date', false, '2023-11-15 03:43:20.123456789'],
    ['iso', false, '2023-11-15T03:43:20.123456789+05:30'],
    ['iso', true, '2023-11-14T22:13:20.123456789Z'],
    ['utc-date', false, '2023-11-14 22:13:20.123456789'],
  ] as const)('%s with --utc %s', (style, utc, text) => {
    expect(column(style, utc).text(0, NaN)).toBe(text)
  })
})

test.each([
  [0, '0ns'], [999, '999ns'], [1_000, '1.00us'], [9_994, '9.99us'], [9_996, '10.0us'], [186_400, '186us'], [999_499, '999us'], [999_500, '1.00ms'],
  [4_083_000, '4.08ms'], [42_049_000, '42.0ms'], [507_000_000, '507ms'], [59_940_000_000, '59.9s'], [59_960_000_000, '1m00s'], [185_000_000_000, '3m05s'],
  [3_599_600_000_000, '1h00m'], [7_800_000_000_000, '2h10m'], [86_400_000_000_000, '1d00h'], [-1_500_000_000, '-1.50s'],
])('%i ns is %s long', (nanoseconds, text) => {
  expect(durationText(nanoseconds)).toBe(text)
})
