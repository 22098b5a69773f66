import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Times } from '../../../src/analysis/statistics/times.ts'
import { nearestRank } from './nearest-rank.ts'

function of(times: readonly number[], precision = 0.01): Times {
  const made = new Times(precision)
  for (const time of times) made.add(time)
  return made
}

test('none', () => {
  const none = of([])
  expect([none.count, none.least, none.percentile(50), none.greatest]).toEqual([0, null, null, null])
})

test('of one, all are the same and exact', () => {
  const one = of([41_071_000])
  expect([one.least, one.percentile(50), one.percentile(99), one.greatest]).toEqual([41_071_000, 41_071_000, 41_071_000, 41_071_000])
})

test('of a few, the high percentiles are the greatest', () => {
  const few = of([3, 1_000, 12_857_000])
  expect([few.percentile(95), few.percentile(99)]).toEqual([12_857_000, 12_857_000])
  expect(few.percentile(1)).toBe(3)
})

test('p95 of 20 is the 19th', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => (index + 1) * 1e6)
  expect(of(twenty, 0.001).percentile(95)! / 19e6).toBeCloseTo(1, 2)
})

test('zero, and clocks that were set back', () => {
  const times = of([-5_000_000, -1_000, 0, 0, 1_000])
  expect([times.count, times.least, times.percentile(50), times.greatest]).toEqual([5, -5_000_000, 0, 1_000])
  expect(times.percentile(40)! / -1_000).toBeCloseTo(1, 1)
})

describe('whatever the times are', () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1e9 }), fc.maxSafeInteger(), fc.constant(7), fc.integer({ min: -1e12, max: 0 }))

  test.each([[0.01], [0.001]])('percentiles are within %d of the exact ones', (precision) => {
    fc.assert(fc.property(fc.array(time, { minLength: 1, maxLength: 300 }), fc.constantFrom(1, 25, 50, 90, 95, 99, 100), (times, percent) => {
      const exact = nearestRank(times, percent)
      const told = of(times, precision).percentile(percent)!
      // Half a nanosecond more, since whole ones are told.
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.abs(exact) * precision * (1 + 1e-9) + 0.5)
    }))
  })

  test('count, least and greatest are exact', () => {
    fc.assert(fc.property(fc.array(time, { minLength: 1, maxLength: 300 }), (times) => {
      const made = of(times)
      expect([made.count, made.least! + 0, made.greatest! + 0]).toEqual([times.length, Math.min(...times) + 0, Math.max(...times) + 0])
    }))
  })
})
