import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { MICROSECONDS, MODIFIED, NANOSECONDS, bytes, data, join, modifiedRecord, pcapHeader, pcapRecord, readWhole, u32 } from './build.ts'
import type { Order } from './build.ts'

const ORDERS: readonly Order[] = ['little', 'big']

describe.each(ORDERS)('a %s-endian pcap file', (order) => {
  it('of microseconds gives frames with their numbers, times, lengths and bytes', () => {
    const file = join(
      pcapHeader(order, { snapLength: 4, linkType: 113 }),
      pcapRecord(order, { seconds: 1_700_000_000, fraction: 999_999 }, data(3)),
      pcapRecord(order, { seconds: 1_700_000_001, fraction: 1 }, data(4, 0x10), 1_500),
      pcapRecord(order, { seconds: 1_700_000_000, fraction: 999_998 }, bytes()),
    )
    const { frames, interfaces, problems, parser } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.format).toBe('pcap')
    expect(parser.clock).toEqual({ epochSeconds: 1_700_000_000, epochNanoseconds: 999_999_000 })
    expect(interfaces).toEqual([{ id: 0, linkType: 113, snapLength: 4, name: null }])
    expect(frames).toEqual([
      { number: 1, time: 0, linkType: 113, interfaceId: 0, hex: 'a0a1a2', originalLength: 3 },
      { number: 2, time: 2_000, linkType: 113, interfaceId: 0, hex: '10111213', originalLength: 1_500 },
      { number: 3, time: -1_000, linkType: 113, interfaceId: 0, hex: '', originalLength: 0 },
    ])
  })

  it('of nanoseconds keeps all nine digits, a hundred days on too', () => {
    const file = join(
      pcapHeader(order, { magic: NANOSECONDS }),
      pcapRecord(order, { seconds: 1_700_000_000, fraction: 123_456_789 }, data(1)),
      pcapRecord(order, { seconds: 1_700_000_000, fraction: 123_456_790 }, data(1)),
      pcapRecord(order, { seconds: 1_708_640_000, fraction: 123_456_788 }, data(1)),
    )
    const { frames, parser } = readWhole(file)
    expect(parser.clock).toEqual({ epochSeconds: 1_700_000_000, epochNanoseconds: 123_456_789 })
    expect(frames.map(({ time }) => time)).toEqual([0, 1, 8_640_000 * 1e9 - 1])
  })

  it('of the modified kind has record headers of 24 bytes', () => {
    const file = join(
      pcapHeader(order, { magic: MODIFIED }),
      modifiedRecord(order, { seconds: 10, fraction: 0 }, data(5)),
      modifiedRecord(order, { seconds: 11, fraction: 5 }, data(2, 0x50)),
    )
    const { frames, problems } = readWhole(file)
    expect(problems).toEqual([])
    expect(frames.map(({ time, hex }) => [time, hex])).toEqual([[0, 'a0a1a2a3a4'], [1_000_005_000, '5051']])
  })
})

describe('what a pcap file may have', () => {
  it('a link type with bits about the frame check sequence above it', () => {
    const { interfaces, frames } = readWhole(join(pcapHeader('little', { linkType: 0x2400_0065 }), pcapRecord('little', { seconds: 1, fraction: 0 }, data(1))))
    expect(interfaces[0]!.linkType).toBe(101)
    expect(frames[0]!.linkType).toBe(101)
  })

  it('times after 2038', () => {
    const { parser } = readWhole(join(pcapHeader('little'), pcapRecord('little', { seconds: 4_000_000_000, fraction: 7 }, data(1))))
    expect(parser.clock).toEqual({ epochSeconds: 4_000_000_000, epochNanoseconds: 7_000 })
  })

  it('a fraction of more than a second, as a damaged clock writes it', () => {
    const file = join(pcapHeader('little'), pcapRecord('little', { seconds: 5, fraction: 2_500_000 }, data(1)), pcapRecord('little', { seconds: 8, fraction: 0 }, data(1)))
    const { parser, frames } = readWhole(file)
    expect(parser.clock).toEqual({ epochSeconds: 7, epochNanoseconds: 500_000_000 })
    expect(frames[1]!.time).toBe(500_000_000)
  })

  it('no record at all', () => {
    const { frames, problems, interfaces } = readWhole(pcapHeader('big'))
    expect([frames, problems, interfaces.length]).toEqual([[], [], 1])
  })

  it('a frame as long as a claimed snapshot length above the usual limit', () => {
    const size = LIMITS.capture.frameBytes + 1
    const record = join(u32('little', 1), u32('little', 0), u32('little', size), u32('little', size), new Uint8Array(0))
    const file = new Uint8Array(24 + 16 + size)
    file.set(pcapHeader('little', { snapLength: size }))
    file.set(record, 24)
    const { frames, problems } = readWhole(file)
    expect(problems).toEqual([])
    expect(frames[0]!.originalLength).toBe(size)
  })
})

describe('what is wrong with a pcap file', () => {
  const first = pcapRecord('little', { seconds: 1, fraction: 0 }, data(4))
  const second = pcapRecord('little', { seconds: 2, fraction: 0 }, data(8))
  const whole = join(pcapHeader('little'), first, second)

  it.each([
    ['cut off in its header', whole.subarray(0, 10), 0, { code: 'cut-off', offset: 10, message: 'the file ends at byte 10, inside its 24-byte pcap header' }],
    ['cut off in the first record header', whole.subarray(0, 30), 0,
      { code: 'cut-off', offset: 24, message: 'the file ends inside a packet record that begins at byte 24; no frame came before it' }],
    ['cut off in the second record header', whole.subarray(0, 45), 1,
      { code: 'cut-off', offset: 44, message: 'the file ends inside a packet record that begins at byte 44; the one frame before it was read' }],
    ['cut off in a frame', join(whole, first.subarray(0, 18)), 2,
      { code: 'cut-off', offset: 68, message: 'the file ends inside a packet record that begins at byte 68; the 2 frames before it were read' }],
    ['a record longer than is possible', join(whole, u32('little', 3), u32('little', 0), u32('little', 4_000_000_000), u32('little', 60), first), 2, {
      code: 'impossible-length',
      offset: 68,
      message: 'the packet record at byte 68 claims to hold 4,000,000,000 bytes, where at most 262,144 bytes are possible; the 2 frames before it were read',
    }],
    ['of an unknown version', join(pcapHeader('little', { major: 7 }), first), 0, { code: 'unknown-format', offset: 4, message: 'the file is pcap of version 7.4 (byte 4); only 2.x is known' }],
  ])('%s', (_name, file, frames, problem) => {
    const seen = readWhole(file)
    expect(seen.frames.length).toBe(frames)
    expect(seen.problems).toEqual([problem])
  })

  it('is nothing where the file ends between two records', () => {
    const seen = readWhole(whole.subarray(0, 44))
    expect(seen.frames.length).toBe(1)
    expect(seen.problems).toEqual([])
  })

  it.each([
    ['a snapshot length that is no limit', 0xffffffff, LIMITS.capture.recordBytes + 1, '16,777,216'],
    ['a snapshot length that is too small', 96, LIMITS.capture.frameBytes + 1, '262,144'],
  ])('a record beyond every limit, with %s', (_name, snapLength, length, most) => {
    const file = join(pcapHeader('little', { snapLength, magic: MICROSECONDS }), u32('little', 3), u32('little', 0), u32('little', length), u32('little', length))
    const [problem] = readWhole(file).problems
    expect(problem!.code).toBe('impossible-length')
    expect(problem!.message).toContain(`at most ${most} bytes`)
  })
})
