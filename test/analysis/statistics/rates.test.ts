import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Rates } from '../../../src/analysis/statistics/rates.ts'
import { CLIENT, SERVER, UNKNOWN } from '../../../src/analysis/statistics/traffic.ts'

const MILLISECOND = 1e6
const SECOND = 1e9
const DAY = 86_400 * SECOND

/** Starts, in milliseconds, with how many packets. */
const counts = (rates: Rates, most = 70) => rates.columns(most).columns.map(({ start, packets: { client, server, unknown } }) => [start / MILLISECOND, client + server + unknown])

test('none', () => {
  expect(new Rates(64).columns(70).columns).toEqual([])
})

test('packets and bytes, by who sent them', () => {
  const rates = new Rates(64, SECOND)
  rates.add(0.2 * SECOND, CLIENT, 10)
  rates.add(0.9 * SECOND, CLIENT, 5)
  rates.add(1.0 * SECOND, SERVER, 7)
  rates.add(1.5 * SECOND, UNKNOWN, 1)
  expect(rates.columns(70)).toEqual({
    interval: SECOND,
    columns: [
      { start: 0, packets: { client: 2, server: 0, unknown: 0 }, bytes: { client: 15, server: 0, unknown: 0 } },
      { start: SECOND, packets: { client: 0, server: 1, unknown: 1 }, bytes: { client: 0, server: 7, unknown: 1 } },
    ],
  })
})

test('columns without a packet are there', () => {
  const rates = new Rates(64, MILLISECOND)
  for (const time of [2, 5]) rates.add(time * MILLISECOND, CLIENT, 1)
  expect(counts(rates)).toEqual([[2, 1], [3, 0], [4, 0], [5, 1]])
})

test('packets that are older than the first one', () => {
  const rates = new Rates(64, MILLISECOND)
  for (const time of [1, -2, 0, -0.5]) rates.add(time * MILLISECOND, CLIENT, 1)
  expect(counts(rates)).toEqual([[-2, 1], [-1, 1], [0, 1], [1, 1]])
})

test('packets without a time are only counted', () => {
  const rates = new Rates(64)
  rates.add(NaN, CLIENT, 1)
  expect([rates.untimed, rates.columns(70).columns]).toEqual([1, []])
})

describe('a chosen interval', () => {
  test('is doubled until the capture fits', () => {
    const rates = new Rates(4, SECOND)
    for (const second of [0, 1, 2, 3]) rates.add(second * SECOND, CLIENT, 1)
    expect([rates.widened, rates.columns(70).interval]).toEqual([false, SECOND])
    rates.add(4 * SECOND, CLIENT, 1)
    expect([rates.widened, counts(rates)]).toEqual([true, [[0, 2], [2_000, 2], [4_000, 1]]])
    rates.add(31 * SECOND, CLIENT, 1)
    expect(counts(rates)).toEqual([[0, 5], [8_000, 0], [16_000, 0], [24_000, 1]])
  })

  test('has all its columns, however many fit a plot', () => {
    const rates = new Rates(1_024, SECOND)
    for (let second = 0; second < 500; second++) rates.add(second * SECOND, CLIENT, 1)
    expect(rates.columns(70).columns).toHaveLength(500)
  })
})

describe('an interval that suits the capture', () => {
  test.each([
    [69e3, 1e3], [13.5 * SECOND, 0.2 * SECOND], [60 * SECOND, SECOND], [600 * SECOND, 10 * SECOND], [3_600 * SECOND, 60 * SECOND], [DAY, 1_800 * SECOND], [7 * DAY, 4 * 3_600 * SECOND],
    [365 * DAY, 10 * DAY],
  ])('of %d ns: %d ns', (length, interval) => {
    const rates = new Rates(8_192)
    for (let part = 0; part <= 100; part++) rates.add((length * part) / 100, CLIENT, 1)
    expect(rates.columns(70).interval).toBe(interval)
  })

  test('makes neither too many columns nor too few, whatever the length', () => {
    fc.assert(fc.property(fc.double({ min: 5, max: 18.5, noNaN: true }), fc.integer({ min: -1e9, max: 1e12 }), (exponent, first) => {
      const rates = new Rates(8_192)
      const length = Math.floor(10 ** exponent)
      rates.add(first, CLIENT, 1)
      rates.add(first + length, CLIENT, 1)
      const { columns } = rates.columns(70)
      expect(columns.length).toBeLessThanOrEqual(70)
      expect(columns.length).toBeGreaterThanOrEqual(24)
    }))
  })
})

test('no packet is lost or made up, whatever the times are', () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -1e12, max: 1e12 }), fc.maxSafeInteger(), fc.constant(Number.MAX_VALUE), fc.constant(-Infinity))
  fc.assert(fc.property(fc.array(fc.tuple(time, fc.constantFrom(CLIENT, SERVER, UNKNOWN), fc.nat(1000)), { maxLength: 200 }), fc.option(fc.integer({ min: 1, max: 1e12 })), (packets, interval) => {
    const rates = new Rates(32, interval)
    for (const [at, by, bytes] of packets) rates.add(at, by, bytes)
    const { columns, interval: width } = rates.columns(20)
    const timed = packets.filter(([at]) => Number.isFinite(at) && at !== Number.MAX_VALUE)
    expect(rates.untimed).toBe(packets.length - timed.length)
    for (const [by, name] of (['client', 'server', 'unknown'] as const).entries()) {
      const own = timed.filter(([, sender]) => sender === by)
      expect(columns.reduce((sum, column) => sum + column.packets[name], 0)).toBe(own.length)
      expect(columns.reduce((sum, column) => sum + column.bytes[name], 0)).toBe(own.reduce((sum, [, , bytes]) => sum + bytes, 0))
    }
    expect(columns.length).toBeLessThanOrEqual(interval === null ? 20 : 32)
    // Each packet is in the column of its time, as far as doubles can tell.
    for (const { start, packets: { client, server, unknown } } of columns) {
      if (Math.abs(start) > 1e15) continue
      expect(client + server + unknown).toBe(timed.filter(([at]) => at >= start && at < start + width).length)
    }
  }))
})

describe('the last packets', () => {
  const recent = (rates: Rates, length: number, most: number) => {
    const { interval, columns } = rates.recent(length, most)
    return [interval, ...columns.map(({ start, packets }) => [start / SECOND, packets.client])]
  }
  const eachSecond = (seconds: number, ...options: [number?]) => {
    const rates = new Rates(64, ...options)
    for (let second = 0; second < seconds; second++) rates.add(second * SECOND, CLIENT, 1)
    return rates
  }

  test('none', () => {
    expect(new Rates(64).recent(SECOND, 10).columns).toEqual([])
  })

  test('until the last one, with columns that were passed in silence', () => {
    const rates = new Rates(64)
    for (const second of [0, 10, 12, 15]) rates.add(second * SECOND, CLIENT, 1)
    expect(recent(rates, 5 * SECOND, 5)).toEqual([SECOND, [11, 0], [12, 1], [13, 0], [14, 0], [15, 1]])
  })

  test('all of a capture that is shorter', () => {
    expect(recent(eachSecond(3), 60 * SECOND, 60)).toEqual([SECOND, [0, 1], [1, 1], [2, 1]])
  })

  test('in wider columns where there is room for few', () => {
    expect(recent(eachSecond(20), 10 * SECOND, 5)).toEqual([2 * SECOND, [10, 2], [12, 2], [14, 2], [16, 2], [18, 2]])
  })

  test('in one bucket, where that is longer', () => {
    expect(recent(eachSecond(1_000), SECOND, 10)).toEqual([20 * SECOND, [980, 20]])
  })

  test('whatever interval was chosen', () => {
    expect(recent(eachSecond(60, SECOND), 20 * SECOND, 4)).toEqual([5 * SECOND, [40, 5], [45, 5], [50, 5], [55, 5]])
  })

  test('until now, where nothing has come since', () => {
    const now = (second: number) => eachSecond(3).recent(5 * SECOND, 5, second * SECOND).columns.map(({ start, packets }) => [start / SECOND, packets.client])
    expect(now(4.5)).toEqual([[0, 1], [1, 1], [2, 1], [3, 0], [4, 0]])
    expect(now(1_000)).toEqual([[996, 0], [997, 0], [998, 0], [999, 0], [1_000, 0]])
    // A time before the last packet changes nothing.
    expect(now(1)).toEqual([[0, 1], [1, 1], [2, 1]])
  })

  test('and all of them, in columns that have room for the time until now', () => {
    const { interval, columns } = eachSecond(3).columns(10, 99 * SECOND)
    expect([interval, columns.length, columns[0]!.packets.client]).toEqual([10 * SECOND, 10, 3])
    expect(new Rates(64).columns(10, 99 * SECOND).columns).toEqual([])
  })

  test('never more columns than there is room for, and never a packet twice', () => {
    fc.assert(fc.property(fc.array(fc.nat(10_000_000), { minLength: 1 }), fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 40 }), (times, length, most) => {
      const rates = new Rates(64)
      for (const time of times) rates.add(time * MILLISECOND, CLIENT, 1)
      const { columns } = rates.recent(length * MILLISECOND, most)
      expect(columns.length).toBeGreaterThan(0)
      expect(columns.length).toBeLessThanOrEqual(most)
      expect(columns.reduce((sum, { packets }) => sum + packets.client, 0)).toBeLessThanOrEqual(times.length)
      expect(columns[columns.length - 1]!.packets.client).toBeGreaterThan(0)
    }))
  })
})

describe('since a time', () => {
  const since = (rates: Rates, second: number) => {
    const { start, packets, bytes } = rates.since(second * SECOND)
    return [start / SECOND, packets, bytes]
  }
  const rates = new Rates(64, SECOND)
  for (const second of [1, 2, 3.5]) rates.add(second * SECOND, SERVER, 10)

  test('all from the bucket on that it is in', () => {
    expect(since(rates, 2.5)).toEqual([2, { client: 0, server: 2, unknown: 0 }, { client: 0, server: 20, unknown: 0 }])
    expect(rates.end).toBe(4 * SECOND)
  })

  test('before the first packet, and behind the last one', () => {
    expect(since(rates, -5)).toEqual([-5, { client: 0, server: 3, unknown: 0 }, { client: 0, server: 30, unknown: 0 }])
    expect(since(rates, 60)).toEqual([60, { client: 0, server: 0, unknown: 0 }, { client: 0, server: 0, unknown: 0 }])
  })

  test('of none', () => {
    const none = new Rates(64)
    expect([none.end, none.since(SECOND).packets]).toEqual([NaN, { client: 0, server: 0, unknown: 0 }])
  })
})
