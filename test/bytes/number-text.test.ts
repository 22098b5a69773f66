import { expect, test } from 'vitest'
import { grouped } from '../../src/bytes/number-text.ts'

test.each([[0, '0'], [999, '999'], [1000, '1,000'], [4711, '4,711'], [123456, '123,456'], [1234567890, '1,234,567,890']])('%d', (count, text) => {
  expect(grouped(count)).toBe(text)
  expect(grouped(count)).toBe(count.toLocaleString('en-US'))
})
