import { expect, test } from 'vitest'
import { sequenceDistance } from '../../src/bytes/sequence.ts'

test.each<[situation: string, a: number, b: number, distance: number]>([
  ['equal', 7, 7, 0],
  ['later', 1010, 1000, 10],
  ['earlier', 1000, 1010, -10],
  ['later, across the wrap of unsigned numbers', 5, 0xfffffffb, 10],
  ['earlier, across the wrap of unsigned numbers', 0xfffffffb, 5, -10],
  ['later, across the change of sign', 0x80000003 | 0, 0x7ffffffe, 5],
  ['signed and unsigned forms of one number', -1, 0xffffffff, 0],
  ['the farthest that counts as later', 0x7fffffff, 0, 0x7fffffff],
  ['just beyond half of the circle counts as earlier', 0x80000001, 0, -0x7fffffff],
])('%s', (_situation, a, b, distance) => {
  expect(sequenceDistance(a, b)).toBe(distance)
})
