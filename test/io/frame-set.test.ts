import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameSet } from '../../src/io/frame-set.ts'

test('holds what was added, and nothing else', () => {
  fc.assert(fc.property(fc.array(fc.nat(200_000)), fc.nat(200_000), (added, asked) => {
    const frames = new FrameSet()
    for (const frame of added) frames.add(frame)
    expect(added.every((frame) => frames.has(frame))).toBe(true)
    expect(frames.has(asked)).toBe(added.includes(asked))
  }))
})

test('ten million frames', () => {
  const frames = new FrameSet()
  frames.add(10_000_000)
  expect([frames.has(10_000_000), frames.has(9_999_999), frames.has(10_000_001), frames.has(40_000_000)]).toEqual([true, false, false, false])
})
