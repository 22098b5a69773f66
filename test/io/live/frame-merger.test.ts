import { describe, expect, test } from 'vitest'
import { Frame, type CaptureClock } from '../../../src/capture/frame.ts'
import { FrameMerger } from '../../../src/io/live/frame-merger.ts'

const CLOCK: CaptureClock = { epochSeconds: 1_700_000_000, epochNanoseconds: 500 }
const SECOND = 1e9

/** A merger, and what it hands on: number of the frame and its time. */
function merger(captures: number): { readonly merger: FrameMerger; readonly told: [number, number][] } {
  const told: [number, number][] = []
  return { merger: new FrameMerger(captures, (frame) => void told.push([frame.buffer[frame.start]!, frame.time])), told }
}

/** Its bytes are its number. */
function frame(number: number, time: number): Frame {
  const made = new Frame()
  made.time = time
  made.buffer = Uint8Array.of(0, number)
  made.start = 1
  made.end = 2
  made.originalLength = 1
  return made
}

describe('one capture', () => {
  test('frames go on at once, and times never run backwards', () => {
    const { merger: one, told } = merger(1)
    one.push(0, frame(1, 0), CLOCK, 0)
    one.push(0, frame(2, 500), CLOCK, 0)
    one.push(0, frame(3, 400), CLOCK, 0)
    one.push(0, frame(4, 600), CLOCK, 0)
    expect(told).toEqual([[1, 0], [2, 500], [3, 500], [4, 600]])
  })

  test('where the clock is set back, times go on from where they were', () => {
    const { merger: one, told } = merger(1)
    one.push(0, frame(1, 100 * SECOND), CLOCK, 0)
    one.push(0, frame(2, 10 * SECOND), CLOCK, 0)
    one.push(0, frame(3, 12 * SECOND), CLOCK, 0)
    expect(told).toEqual([[1, 100 * SECOND], [2, 100 * SECOND], [3, 102 * SECOND]])
  })

  test('the clock and the time of the last frame', () => {
    const { merger: one } = merger(1)
    expect([one.clock, one.time]).toEqual([null, NaN])
    one.push(0, frame(1, 7), CLOCK, 0)
    expect([one.clock, one.time]).toEqual([CLOCK, 7])
  })
})

describe('several captures', () => {
  const LATER: CaptureClock = { epochSeconds: 1_700_000_001, epochNanoseconds: 0 }

  test('their frames come in the order of time, each with its own clock', () => {
    const { merger: two, told } = merger(2)
    two.push(0, frame(1, 0), CLOCK, 0)
    two.push(0, frame(3, 2 * SECOND), CLOCK, 0)
    two.push(1, frame(2, 0), LATER, 10)
    two.push(1, frame(4, 3 * SECOND), LATER, 10)
    two.release(10)
    expect(told).toEqual([[1, 0], [2, SECOND - 500], [3, 2 * SECOND]])
    two.end(0)
    two.release(10)
    expect(told.at(-1)).toEqual([4, 4 * SECOND - 500])
  })

  test('a silent one is waited for a while only', () => {
    const { merger: two, told } = merger(2)
    two.push(0, frame(1, 0), CLOCK, 1_000)
    two.release(2_000)
    expect(told).toEqual([])
    two.release(2_200)
    expect(told).toEqual([[1, 0]])
  })

  test('a frame that comes too late has the time of the one before it', () => {
    const { merger: two, told } = merger(2)
    two.push(0, frame(1, 5 * SECOND), CLOCK, 0)
    two.release(5_000)
    two.push(1, frame(2, 4 * SECOND), CLOCK, 5_000)
    two.end(0)
    two.release(5_000)
    expect(told).toEqual([[1, 5 * SECOND], [2, 5 * SECOND]])
  })

  test('at the end all of them come', () => {
    const { merger: two, told } = merger(2)
    two.push(0, frame(1, 0), CLOCK, 0)
    two.release(Infinity)
    expect(told).toHaveLength(1)
  })
})
