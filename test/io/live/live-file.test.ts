import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { CaptureParser } from '../../../src/capture/capture-parser.ts'
import { Frame } from '../../../src/capture/frame.ts'
import { OutputError } from '../../../src/io/errors.ts'
import { LiveFile, type RingLimits } from '../../../src/io/live/live-file.ts'

const CLOCK = { epochSeconds: 1_700_000_000, epochNanoseconds: 0 }
const ETHERNET = { id: 0, linkType: 1, snapLength: 0, name: 'eth0' }
const RING: RingLimits = { duration: null, interval: null, fileSize: null, packets: null, files: null }

let folder = ''
let now = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtap-live-file-'))
  now = new Date(2026, 10, 26, 15, 45, 0).getTime()
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(ring: RingLimits | null = null): LiveFile {
  const file = new LiveFile(join(folder, 'day.pcapng'), { application: 'test', ring, now: () => now })
  file.describe(ETHERNET)
  return file
}

function frame(time: number, length = 60): Frame {
  const made = new Frame()
  made.time = time
  made.linkType = 1
  made.buffer = new Uint8Array(length).fill(0xab)
  made.end = length
  made.originalLength = length
  return made
}

/** Frames, interfaces and drops that a file holds; throws where it is not whole. */
function contentOf(name: string): { readonly frames: number; readonly interfaces: (string | null)[]; readonly dropped: number[] } {
  const content = { frames: 0, interfaces: [] as (string | null)[], dropped: [] as number[] }
  const parser = new CaptureParser({
    frame: () => void content.frames++,
    interface: ({ name: its }) => void content.interfaces.push(its),
    problem: ({ message }) => expect.unreachable(message),
    dropped: (_id, total) => void content.dropped.push(total),
  }, LIMITS.capture)
  parser.begin()
  parser.push(readFileSync(join(folder, name)))
  parser.finish()
  return content
}

test('is readable whenever it has been flushed, also before the first frame', () => {
  const file = open()
  file.flush()
  expect(contentOf('day.pcapng')).toEqual({ frames: 0, interfaces: ['eth0'], dropped: [] })
  file.frame(frame(1), CLOCK)
  file.frame(frame(2), CLOCK)
  file.statistics(0, 7, 2, CLOCK)
  file.flush()
  expect(contentOf('day.pcapng')).toEqual({ frames: 2, interfaces: ['eth0'], dropped: [7] })
  file.close()
})

describe('rings', () => {
  const names = () => readdirSync(folder).sort()

  test('by packets; the oldest file makes room', () => {
    const file = open({ ...RING, packets: 2, files: 2 })
    for (let number = 0; number < 5; number++) file.frame(frame(number), CLOCK)
    file.close()
    expect(names()).toEqual(['day_00002_20261126154500.pcapng', 'day_00003_20261126154500.pcapng'])
    expect(names().map((name) => contentOf(name).frames)).toEqual([2, 1])
    expect(names().map((name) => contentOf(name).interfaces)).toEqual([['eth0'], ['eth0']])
  })

  test('by size', () => {
    const file = open({ ...RING, fileSize: 1_000 })
    for (let number = 0; number < 40; number++) {
      file.frame(frame(number), CLOCK)
      file.flush()
    }
    file.close()
    const sizes = names().map((name) => readFileSync(join(folder, name)).length)
    expect(sizes.length).toBeGreaterThan(2)
    expect(Math.max(...sizes)).toBeLessThan(1_200)
    expect(names().reduce((sum, name) => sum + contentOf(name).frames, 0)).toBe(40)
  })

  test('by duration, and at multiples of an interval', () => {
    const file = open({ ...RING, duration: 60 })
    file.frame(frame(1), CLOCK)
    now += 59_000
    file.frame(frame(2), CLOCK)
    now += 1_000
    file.frame(frame(3), CLOCK)
    file.close()
    expect(names().map((name) => contentOf(name).frames)).toEqual([2, 1])

    rmSync(folder, { recursive: true })
    folder = mkdtempSync(join(tmpdir(), 'mqtap-live-file-'))
    now += 50_000
    const other = open({ ...RING, interval: 60 })
    other.frame(frame(1), CLOCK)
    now += 15_000
    other.frame(frame(2), CLOCK)
    other.close()
    expect(names()).toHaveLength(2)
  })
})

test('what cannot be opened is an OutputError; what was there is written anew', () => {
  expect(() => new LiveFile(join(folder, 'none', 'x.pcapng'), { application: 'test', ring: null, now: () => now })).toThrow(OutputError)
  writeFileSync(join(folder, 'day.pcapng'), 'old')
  const file = open()
  file.close()
  expect(contentOf('day.pcapng').frames).toBe(0)
})

test.skipIf(!existsSync('/dev/full'))('a full disk is told before anything is captured', () => {
  expect(() => new LiveFile('/dev/full', { application: 'test', ring: null, now: () => now })).toThrow('/dev/full could not be written: the disk is full')
})
