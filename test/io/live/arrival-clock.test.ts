import { expect, test } from 'vitest'
import { ArrivalClock } from '../../../src/io/live/arrival-clock.ts'

/** Two clocks over one true time, which goes on by `step` milliseconds with each reading. */
function clocks(start: number, step: number): { timeOfDay: () => number; monotonic: () => number; set: (now: number) => void } {
  let elapsed = 0
  return {
    timeOfDay: () => Math.floor(start + (elapsed += step)),
    monotonic: () => 77.5 + elapsed,
    set: (now) => (elapsed = now - start),
  }
}

test('the time of day to a microsecond, though it is told in whole milliseconds', () => {
  const { timeOfDay, monotonic, set } = clocks(1_700_000_000_000.25, 0.0005)
  const clock = new ArrivalClock(timeOfDay, monotonic)
  set(1_700_000_000_999.5)
  clock.read()
  expect(clock.seconds).toBe(1_700_000_000)
  expect(Math.abs(clock.nanoseconds - 999_500_000)).toBeLessThan(1_000)
  set(1_700_000_001_000.25)
  clock.read()
  expect(clock.seconds).toBe(1_700_000_001)
  expect(Math.abs(clock.nanoseconds - 250_000)).toBeLessThan(1_000)
})

test('a reading that was held up does not count', () => {
  let readings = 0
  let elapsed = 0
  const timeOfDay = () => Math.floor(1_700_000_000_000 + (elapsed += 0.01))
  // The second change of the millisecond is noticed 5 ms late.
  const monotonic = () => ((readings += 1) === 2 ? elapsed + 5 : elapsed)
  const clock = new ArrivalClock(timeOfDay, monotonic)
  elapsed = 500
  clock.read()
  expect(Math.abs(clock.nanoseconds - 500_000_000)).toBeLessThan(20_000)
})

test('it never runs backwards, whatever the time of day does', () => {
  let step = 0
  const clock = new ArrivalClock(() => Date.now() - step)
  step = 3_600_000
  let before = 0n
  for (let reading = 0; reading < 10_000; reading++) {
    clock.read()
    const time = BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanoseconds)
    expect(time >= before).toBe(true)
    before = time
  }
  expect(Math.abs(Number(before / 1_000_000n) - Date.now())).toBeLessThan(1_000)
})
