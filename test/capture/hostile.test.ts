import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import type { CaptureProblem, Frame } from '../../src/capture/frame.ts'
import {
  NANOSECONDS, bytes, data, enhancedPacket, found, interfaceBlock, join, oldPacket, option, pcapHeader, pcapRecord, read, readWhole, secrets, section, simplePacket, statistics,
  text, timeResolution, u64,
} from './build.ts'

/** Damaged and random files: whatever the bytes are, what holds for every file must hold. */

const SEEDS: readonly Uint8Array[] = [
  join(pcapHeader('little'), ...[0, 1, 2].map((n) => pcapRecord('little', { seconds: n, fraction: n }, data(n * 9)))),
  join(pcapHeader('big', { magic: NANOSECONDS }), ...[3, 1].map((n) => pcapRecord('big', { seconds: n, fraction: n }, data(n * 9)))),
  join(
    section('little', { options: [option('little', 1, text('comment'))] }),
    interfaceBlock('little', 1, [option('little', 2, text('eth0')), timeResolution('little', 9)]),
    enhancedPacket('little', 1n << 33n, data(9), { options: [option('little', 1, text('look'))] }),
    secrets('little', 1, data(5)),
    simplePacket('little', data(6)),
    statistics('little', 0, [option('little', 5, u64('little', 3n))]),
    section('big'),
    interfaceBlock('big', 101),
    oldPacket('big', 5n, data(3), { drops: 3 }),
    enhancedPacket('big', 6n, data(4)),
  ),
]

const mutated = fc.tuple(
  fc.constantFrom(...SEEDS),
  fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff)), { maxLength: 4 }),
  fc.array(fc.nat(), { maxLength: 3 }),
).map(([seed, changes, cuts]) => {
  const file = seed.slice()
  for (const [at, value] of changes) file[at % file.length] = value
  const places = [0, ...cuts.map((cut) => cut % file.length).sort((a, b) => a - b), file.length]
  return { file, chunks: places.slice(1).map((end, index) => file.subarray(places[index], end)) }
})

describe('a damaged file', () => {
  it('is read the same however it is cut', () => {
    fc.assert(
      fc.property(mutated, ({ file, chunks }) => {
        expect(found(read([chunks]))).toEqual(found(readWhole(file)))
      }),
      { numRuns: 1_500 },
    )
  })

  it('gives frames that lie inside its bytes, in order, and at most one problem, which lies inside it too', () => {
    fc.assert(
      fc.property(mutated, ({ file }) => {
        let number = 0
        let last = 0
        const problems: CaptureProblem[] = []
        const sink = {
          frame(frame: Frame) {
            expect(frame.number).toBe(++number)
            expect(frame.start).toBeGreaterThanOrEqual(last)
            expect(frame.end).toBeGreaterThanOrEqual(frame.start)
            expect(frame.end).toBeLessThanOrEqual(file.length)
            last = frame.end
          },
          interface: () => undefined,
          problem: (problem: CaptureProblem) => problems.push(problem),
          dropped: () => undefined,
        }
        const parser = new CaptureParser(sink, LIMITS.capture)
        parser.begin()
        parser.push(file)
        parser.finish()
        expect(problems.length).toBeLessThanOrEqual(1)
        for (const { offset, message } of problems) {
          expect(offset).toBeLessThanOrEqual(file.length)
          expect(message).toMatch(/^the .*[^.]$/)
        }
      }),
      { numRuns: 1_500 },
    )
  })
})

it('random bytes behind any magic number are read the same however they are cut', () => {
  const beginnings = [bytes(), pcapHeader('little'), pcapHeader('big'), section('little'), join(section('big'), interfaceBlock('big'))]
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 120 }), fc.nat(200), (beginning, rest, cut) => {
      const file = join(beginning, rest)
      expect(found(read([[file.subarray(0, cut), file.subarray(cut)]]))).toEqual(found(readWhole(file)))
    }),
    { numRuns: 1_000 },
  )
})
