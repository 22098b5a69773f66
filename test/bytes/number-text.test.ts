import { describe, expect, test } from 'vitest'
import { grouped, rateText, shortened } from '../../src/bytes/number-text.ts'

test.each([[0, '0'], [999, '999'], [1000, '1,000'], [4711, '4,711'], [123456, '123,456'], [1234567890, '1,234,567,890']])('%d', (count, text) => {
  expect(grouped(count)).toBe(text)
  expect(grouped(count)).toBe(count.toLocaleString('en-US'))
})

describe('shortened', () => {
  test.each([
    [0, '0'], [9_999, '9,999'], [10_000, '10.0k'], [12_345, '12.3k'], [99_949, '99.9k'], [99_950, '100k'], [999_499, '999k'], [999_500, '1.00M'], [1_234_567, '1.23M'],
    [999_499_999, '999M'], [999_500_000, '1.00G'], [5e12, '5.00T'], [Number.MAX_SAFE_INTEGER, '9.01P'],
  ])('%d', (count, text) => {
    expect(shortened(count)).toBe(text)
    expect(text.length).toBeLessThanOrEqual(5)
  })
})

test.each([[0, '0.00'], [0.0625, '0.06'], [4.366, '4.37'], [9.996, '10.0'], [99.94, '99.9'], [99.96, '100'], [812.4, '812'], [1_020, '1,020'], [53_623.1, '53.6k']])('%d a second', (rate, text) => {
  expect(rateText(rate)).toBe(text)
})
