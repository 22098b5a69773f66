import { describe, expect, test } from 'vitest'
import { TickClock } from '../../src/analysis/tick-clock.ts'

const SECOND = 1e9

/** Frames (`f`) and ticks (`t`), in seconds: how far each tick says that the capture has come. */
function told(...events: string[]): (number | null)[] {
  const clock = new TickClock()
  let newest = NaN
  const said: (number | null)[] = []
  for (const event of events) {
    const time = Number(event.slice(1)) * SECOND
    if (event.startsWith('f')) {
      newest = time
      if (time < clock.now) clock.contradicted(time)
    } else {
      const now = clock.tick(time, newest)
      said.push(now === null ? null : now / SECOND)
    }
  }
  return said
}

describe('how far ticks say that the capture has come', () => {
  test.each([
    ['before the first frame: nowhere', ['t-2', 't-1', 't0'], [null, null, null]],
    ['behind the newest frame: nowhere', ['f0', 't-1', 'f1.5', 't0', 't1'], [null, null, null]],
    ['in silence: on', ['f0', 't0', 't1', 't2'], [null, 1, 2]],
    ['never back', ['f0', 't5', 't4', 't6'], [5, null, 6]],
    ['a frame that comes late', ['f0', 't3', 'f3.5', 't4'], [3, 4]],
    ['the clock of the frames is set back: ticks are two seconds behind it', ['f0', 't50', 'f10', 't51', 't52', 't53', 't54'], [50, null, null, 11, 12]],
    ['it is set forward', ['f0', 't1', 'f1000', 't2', 't3', 't4', 't5'], [1, null, null, null, 1001]],
    ['it is a little slower, for days', ['f0', 't100', 'f99', 't101', 't102', 't103', 't104'], [100, null, null, 100, 101]],
    ['one of several interfaces is an hour ahead', ['f0', 'f3601', 't0', 'f1', 't1', 't2'], [null, null, null]],
  ] as const)('%s', (_name, events, expected) => {
    expect(told(...events)).toEqual(expected)
  })

  test('the end of the capture is the newest of both', () => {
    const clock = new TickClock()
    expect(clock.newest(NaN)).toBeNaN()
    clock.tick(9, 5)
    expect(clock.newest(5)).toBe(9)
    expect(clock.newest(10)).toBe(10)
  })
})
