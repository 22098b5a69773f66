import { describe, expect, test } from 'vitest'
import { ElapsedHours } from '../../src/tcp/elapsed-hours.ts'

const MINUTE = 60e9

/** How many hours are over after these times, in minutes. */
function hours(...minutes: number[]): number {
  const elapsed = new ElapsedHours()
  return minutes.filter((minute) => elapsed.pass(minute * MINUTE)).length
}

const each = (from: number, to: number, step: number) => Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step)

describe('hours of a capture', () => {
  test.each([
    ['none without times', [NaN, NaN], 0],
    ['none at first', [1e6], 0],
    ['ten of ten', each(0, 600, 1), 10],
    ['one at a time, however long nothing comes', [0, 10_000, 20_000], 2],
    ['frames that swap places make none', Array.from({ length: 1_000 }, (_, index) => index % 2), 0],
    ['two interfaces whose clocks are half an hour apart make none', Array.from({ length: 1_000 }, (_, index) => (index % 2) * 30 + index / 100), 0],
    ['they go on after the clock was set back', [...each(0, 600, 1), ...each(0, 600, 1)], 20],
    ['they go on after the clock was set forward', [...each(0, 60, 1), ...each(1e7, 1e7 + 120, 1)], 4],
    ['they go on after one frame from the future', [0, 1e7, ...each(1, 601, 1)], 11],
    ['they go on where the clock is set back again and again', [...each(0, 50, 1), ...each(0, 50, 1), ...each(0, 50, 1), ...each(0, 50, 1)], 2],
  ] as const)('%s', (_name, minutes, expected) => {
    expect(hours(...minutes)).toBe(expected)
  })
})
