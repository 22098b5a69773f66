import { expect, test } from 'vitest'
import { DistinctCount } from '../../src/report/distinct-count.ts'

test('counts each text once, however many there are', () => {
  const count = new DistinctCount(1_000_000)
  for (let round = 0; round < 2; round++) for (let number = 0; number < 200_000; number++) count.add(`text client-${number}`)
  for (const text of ['', ' ', '\0', 'ab', 'ba', 'é', 'e\u0301']) count.add(text)
  expect(count.size).toBe(200_007)
})

test('counts no further than it may', () => {
  const count = new DistinctCount(3)
  for (const text of ['a', 'b', 'c', 'd', 'a']) count.add(text)
  expect(count.size).toBe(3)
})
