import { describe, expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { ratePlot } from '../../src/report/rate-plot.ts'
import type { RateColumns } from '../../src/analysis/statistics/rates.ts'

const SECOND = 1e9

const rates = (packets: readonly number[], first = 0, interval = SECOND): RateColumns => ({
  interval,
  columns: packets.map((client, index) => ({ start: (first + index) * interval, packets: { client, server: 0, unknown: 0 }, bytes: { client: 0, server: 0, unknown: 0 } })),
})
const text = (columns: RateColumns, unicode = true, palette = PLAIN) => ratePlot(columns, { palette, unicode }).split('\n')

test('packets per second, with times below', () => {
  expect(text(rates([0, 10, 50, 50, 20, 0, 0, 0, 30, 0]))).toEqual([
    '  50.0 ┤ ╭─╮',
    '  40.0 ┤ │ │',
    '  30.0 ┤ │ │   ╭╮',
    '  20.0 ┤ │ ╰╮  ││',
    '  10.0 ┤╭╯  │  ││',
    '     0 ┤╯   ╰──╯╰',
    '        0s   10.0s',
    '',
  ])
})

test('in ASCII', () => {
  const lines = text(rates([0, 10, 50, 50, 20, 0, 0, 0, 30, 0]), false)
  expect(lines.join('')).toMatch(/^[ -~]*$/)
  expect(lines[0]).toBe("  50.0 | .-.")
})

describe('too little to draw', () => {
  test.each([[0], [1], [2]])('%d columns', (number) => {
    expect(text(rates(Array.from({ length: number }, () => 5)))).toEqual([''])
  })
})

test('what is longer goes on below, at the same scale', () => {
  const lines = text(rates(Array.from({ length: 150 }, (_, index) => (index === 149 ? 100 : 1)), 30))
  expect(lines).toHaveLength(3 * 7 + 1)
  expect(lines.filter((line) => line.startsWith('   100 '))).toHaveLength(3)
  expect([lines[6], lines[13], lines[20]].map((line) => line?.trim().split(/ +/))).toEqual([['30.0s', '1m40s'], ['1m40s', '2m50s'], ['2m50s', '3m00s']])
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('large rates fit', () => {
  const lines = text(rates([1, 1e9, 1e6], 0, 1000))
  expect(lines[0]!.slice(0, 8)).toBe(' 1.00P ┤')
})

test('colour is only colour', () => {
  const columns = rates([1, 2, 3])
  expect(text(columns, true, ANSI).join('\n').replace(/\x1b\[[\d;]*m/g, '')).toBe(text(columns).join('\n'))
})
