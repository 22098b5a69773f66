import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import {
  END_OF_OPTIONS, block, bytes, data, enhancedPacket, hex, interfaceBlock, join, oldPacket, option, readWhole, secrets, section, simplePacket, statistics, text,
  timeOffset, timeResolution, u16, u32, u64,
} from './build.ts'
import type { Order } from './build.ts'

const ORDERS: readonly Order[] = ['little', 'big']
/** 2023-11-14 22:13:20 UTC. */
const SECOND = 1_700_000_000n

describe.each(ORDERS)('a %s-endian pcapng file', (order) => {
  it('gives frames with the times, lengths and link types of their interfaces', () => {
    const file = join(
      section(order),
      interfaceBlock(order, 1, [option(order, 2, text('eth0')), END_OF_OPTIONS], 65_535),
      interfaceBlock(order, 113, [timeResolution(order, 9)]),
      enhancedPacket(order, SECOND * 1_000_000n + 7n, data(5), { originalLength: 60 }),
      enhancedPacket(order, SECOND * 1_000_000_000n + 7_001n, data(4, 1), { interfaceId: 1 }),
      enhancedPacket(order, SECOND * 1_000_000n, bytes()),
    )
    const { frames, interfaces, problems, parser } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.format).toBe('pcapng')
    expect(parser.clock).toEqual({ epochSeconds: 1_700_000_000, epochNanoseconds: 7_000 })
    expect(interfaces).toEqual([
      { id: 0, linkType: 1, snapLength: 65_535, name: 'eth0' },
      { id: 1, linkType: 113, snapLength: 0, name: null },
    ])
    expect(frames).toEqual([
      { number: 1, time: 0, linkType: 1, interfaceId: 0, hex: 'a0a1a2a3a4', originalLength: 60 },
      { number: 2, time: 1, linkType: 113, interfaceId: 1, hex: '01020304', originalLength: 4 },
      { number: 3, time: -7_000, linkType: 1, interfaceId: 0, hex: '', originalLength: 0 },
    ])
  })

  it('with Simple Packet Blocks gives frames without a time, cut by the snapshot length', () => {
    const file = join(section(order), interfaceBlock(order, 101, [], 4), simplePacket(order, data(3)), simplePacket(order, data(4), 1_500))
    const { frames, problems, parser } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.clock).toBeNull()
    expect(frames.map(({ time, hex: content, originalLength }) => [time, content, originalLength])).toEqual([[NaN, 'a0a1a2', 3], [NaN, 'a0a1a2a3', 1_500]])
  })

  it('with old Packet Blocks gives frames and counts their drops', () => {
    const file = join(
      section(order),
      interfaceBlock(order),
      interfaceBlock(order),
      oldPacket(order, 1_000_000n, data(3), { interfaceId: 1, drops: 2 }),
      oldPacket(order, 1_000_001n, data(4), { interfaceId: 1, drops: 0xffff, originalLength: 9 }),
      oldPacket(order, 1_000_002n, data(2), { interfaceId: 1, drops: 3 }),
      oldPacket(order, 1_000_002n, data(1), { drops: 0 }),
    )
    const { frames, problems, dropped } = readWhole(file)
    expect(problems).toEqual([])
    expect(frames.map(({ time, interfaceId, hex: content, originalLength }) => [time, interfaceId, content, originalLength])).toEqual([
      [0, 1, 'a0a1a2', 3], [1_000, 1, 'a0a1a2a3', 9], [2_000, 1, 'a0a1', 2], [2_000, 0, 'a0', 1],
    ])
    expect(dropped).toEqual([[1, 2], [1, 5]])
  })

  it('tells what an interface dropped, as its statistics and its packets say', () => {
    const file = join(
      section(order),
      interfaceBlock(order),
      interfaceBlock(order),
      enhancedPacket(order, 1n, data(1), { options: [option(order, 4, u64(order, 5n))] }),
      statistics(order, 0, [option(order, 4, u64(order, 900n)), option(order, 5, u64(order, 3n)), option(order, 7, u64(order, 4n)), END_OF_OPTIONS]),
      statistics(order, 1, [option(order, 5, u64(order, 0n))]),
      statistics(order, 1, [option(order, 4, u64(order, 7n))]),
      statistics(order, 9, [option(order, 5, u64(order, 7n))]),
      enhancedPacket(order, 1n, data(1), { options: [option(order, 4, u64(order, 4_294_967_296n))] }),
    )
    expect(readWhole(file).dropped).toEqual([[0, 5], [0, 7], [1, 0], [0, 4_294_967_301]])
  })

  it('keeps decryption secrets as they stand', () => {
    const file = join(section(order), secrets(order, 0x544c534b, text('CLIENT_RANDOM 00 11')), interfaceBlock(order), secrets(order, 1, bytes(1), 400))
    const { parser, problems } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.secrets.map(({ type, data: value }) => [type, hex(value)])).toEqual([[0x544c534b, hex(text('CLIENT_RANDOM 00 11'))]])
    expect(parser.secretsLeftOut).toBe(1)
  })

  it('skips blocks that it does not know, whatever their length', () => {
    const file = join(
      section(order),
      block(order, 4, data(20)),
      interfaceBlock(order),
      block(order, 0x0bad, data(40)),
      block(order, 0x4000_0bad),
      enhancedPacket(order, 1n, data(4)),
      block(order, 0xfedcba98, data(400)),
    )
    const { frames, problems } = readWhole(file)
    expect(problems).toEqual([])
    expect(frames.length).toBe(1)
  })
})

describe('the times of a pcapng interface', () => {
  const first = 1_700_000_000_123_456_789n
  it.each([
    ['microseconds, as no option says otherwise', [], 1_700_000_000_123_456n, 1_700_000_003_999_999n, 3_876_543_000],
    ['10⁻⁶ s', [timeResolution('little', 6)], 1_700_000_000_123_456n, 1_700_000_003_999_999n, 3_876_543_000],
    ['10⁻⁷ s', [timeResolution('little', 7)], 17_000_000_001_234_567n, 17_000_000_001_234_568n, 100],
    ['10⁻⁸ s', [timeResolution('little', 8)], 170_000_000_012_345_678n, 170_000_000_012_345_679n, 10],
    ['10⁻⁹ s', [timeResolution('little', 9)], first, first + 1n, 1],
    ['10⁻⁹ s, running backwards over a change of the high word', [timeResolution('little', 9)], first, first - 5_000_000_001n, -5_000_000_001],
    ['10⁻⁹ s, an hour on', [timeResolution('little', 9)], first, first + 3_600_000_000_001n, 3_600_000_000_001],
    ['10⁻¹² s, cut to nanoseconds', [timeResolution('little', 12)], 1_700_000_123_456_789_999n, 1_700_000_123_456_790_001n, 1],
    ['10⁻³ s', [timeResolution('little', 3)], 1_700_000_000_123n, 1_700_000_000_124n, 1_000_000],
    ['1 s', [timeResolution('little', 0)], 1_700_000_000n, 1_700_000_002n, 2_000_000_000],
    ['2⁻¹⁰ s', [timeResolution('little', 0x8a)], 1_740_800_000_000n, 1_740_800_000_001n, 976_562],
    ['2⁻³⁰ s', [timeResolution('little', 0x9e)], SECOND << 30n, (SECOND << 30n) + (1n << 29n), 500_000_000],
    ['2⁻¹²⁷ s, of which 64 bits count nothing', [timeResolution('little', 0xff)], 1n, 2n, 0],
  ])('%s', (_name, options, one, two, difference) => {
    const file = join(section('little'), interfaceBlock('little', 1, options), enhancedPacket('little', one, data(1)), enhancedPacket('little', two, data(1)))
    expect(readWhole(file).frames.map(({ time }) => time)).toEqual([0, difference])
  })

  it.each([
    ['nothing', 6, 0n, 1_500_000n, { epochSeconds: 1, epochNanoseconds: 500_000_000 }],
    ['seconds added', 6, 1_700_000_000n, 1_500_000n, { epochSeconds: 1_700_000_001, epochNanoseconds: 500_000_000 }],
    ['seconds taken off', 9, -3n, 10_000_000_007n, { epochSeconds: 7, epochNanoseconds: 7 }],
    ['more taken off than there is', 6, -2n, 1_500_000n, { epochSeconds: -1, epochNanoseconds: 500_000_000 }],
  ])('with an offset: %s', (_name, resolution, offset, ticks, clock) => {
    for (const order of ORDERS) {
      const options = [timeOffset(order, offset), timeResolution(order, resolution)]
      const file = join(section(order), interfaceBlock(order, 1, options), enhancedPacket(order, ticks, data(1)))
      expect(readWhole(file).parser.clock).toEqual(clock)
    }
  })

  it('have one clock for interfaces of different resolution and offset', () => {
    const file = join(
      section('little'),
      interfaceBlock('little', 1, [timeResolution('little', 9)]),
      interfaceBlock('little', 1, [timeResolution('little', 6), timeOffset('little', 1_000n)]),
      enhancedPacket('little', 2_000_000_000_001n, data(1)),
      enhancedPacket('little', 1_000_000_001n, data(1), { interfaceId: 1 }),
      enhancedPacket('little', 2_000_000_000_003n, data(1)),
    )
    expect(readWhole(file).frames.map(({ time }) => time)).toEqual([0, 999, 2])
  })
})

describe('the sections of a pcapng file', () => {
  it('each have their byte order and their interfaces; numbers go on', () => {
    const file = join(
      section('little', { length: 60n }),
      interfaceBlock('little', 1),
      interfaceBlock('little', 113),
      enhancedPacket('little', 5n, data(1), { interfaceId: 1 }),
      section('big'),
      interfaceBlock('big', 101),
      enhancedPacket('big', 6n, data(2), { interfaceId: 0 }),
      section('little'),
      interfaceBlock('little', 228),
      simplePacket('little', data(3)),
    )
    const { frames, problems, interfaces } = readWhole(file)
    expect(problems).toEqual([])
    expect(interfaces.map(({ id, linkType }) => [id, linkType])).toEqual([[0, 1], [1, 113], [2, 101], [3, 228]])
    expect(frames.map(({ number, time, linkType, interfaceId }) => [number, time, linkType, interfaceId])).toEqual([
      [1, 0, 113, 1], [2, 1_000, 101, 2], [3, NaN, 228, 3],
    ])
  })
})

describe('the comments of a pcapng file', () => {
  it('are kept with the frame they belong to', () => {
    const file = join(
      section('little', { options: [option('little', 1, text('recorded in the plant')), option('little', 4, text('some tool')), END_OF_OPTIONS] }),
      interfaceBlock('little', 1, [option('little', 1, text('the switch’s mirror port'))]),
      enhancedPacket('little', 1n, data(3)),
      enhancedPacket('little', 1n, data(4), { options: [option('little', 2, bytes(1, 0, 0, 0)), option('little', 1, text('look')), option('little', 1, text('here')), END_OF_OPTIONS] }),
      statistics('little', 0, [option('little', 1, text('the end'))]),
    )
    const { parser, problems } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.comments).toEqual([
      { frame: null, text: 'recorded in the plant' },
      { frame: null, text: 'the switch’s mirror port' },
      { frame: 2, text: 'look' },
      { frame: 2, text: 'here' },
      { frame: null, text: 'the end' },
    ])
  })

  it('end where a packet’s options are damaged, and the frame stays', () => {
    const damaged = join(u16('little', 1), u16('little', 500), text('abcd'))
    const file = join(
      section('little'),
      interfaceBlock('little'),
      enhancedPacket('little', 1n, data(4), { options: [option('little', 1, text('sound')), damaged] }),
      enhancedPacket('little', 2n, data(4)),
    )
    const { parser, problems, frames } = readWhole(file)
    expect([problems, frames.length]).toEqual([[], 2])
    expect(parser.comments).toEqual([{ frame: 1, text: 'sound' }])
  })

  it('and the secrets, names and interfaces are limited', () => {
    const limits = { ...LIMITS.capture, comments: 2, commentBytes: 8, nameBytes: 3, secrets: 2, secretBytes: 8, interfaces: 2 }
    const comment = (value: string) => option('little', 1, text(value))
    const file = join(
      section('little', { options: [comment('four'), comment('fives'), comment('for'), comment('x')] }),
      interfaceBlock('little', 1, [option('little', 2, text('ethernet'))]),
      secrets('little', 1, data(4)),
      secrets('little', 1, data(5)),
      secrets('little', 1, data(3)),
      secrets('little', 1, data(1)),
      interfaceBlock('little'),
      enhancedPacket('little', 2n, data(4)),
      interfaceBlock('little'),
    )
    const { parser, problems, interfaces, frames } = readWhole(file, limits)
    expect(parser.comments.map((kept) => kept.text)).toEqual(['four', 'for'])
    expect(parser.commentsLeftOut).toBe(2)
    expect(parser.secrets.map((kept) => kept.data.length)).toEqual([4, 3])
    expect(parser.secretsLeftOut).toBe(2)
    expect(interfaces.map(({ name }) => name)).toEqual(['eth', null])
    expect(frames.length).toBe(1)
    const at = file.length - interfaceBlock('little').length
    expect(problems).toEqual([
      { code: 'bad-block', offset: at, message: `the section describes more than 2 interfaces, the next one at byte ${at}; the one frame before it was read` },
    ])
  })
})

describe('what is wrong with a pcapng file', () => {
  const start = join(section('little'), interfaceBlock('little'), enhancedPacket('little', 1n, data(4)))
  const at = start.length
  const packet = enhancedPacket('little', 2n, data(5))
  const kept = 'the one frame before it was read'
  const altered = (value: Uint8Array, offset: number, replacement: Uint8Array) => {
    const copy = value.slice()
    copy.set(replacement, offset)
    return copy
  }
  const length = (value: number) => u32('little', value)

  it.each([
    ['cut off in a block’s header', packet.subarray(0, 5), 'cut-off', 'the file ends inside a block that begins at byte 84'],
    ['cut off in a packet', packet.subarray(0, 30), 'cut-off', 'the file ends inside an Enhanced Packet Block that begins at byte 84'],
    ['cut off before a packet’s last length', packet.subarray(0, 38), 'cut-off', 'the file ends inside an Enhanced Packet Block that begins at byte 84'],
    ['cut off in a section’s start', section('little').subarray(0, 10), 'cut-off', 'the file ends inside a Section Header Block that begins at byte 84'],
    ['cut off in an interface', interfaceBlock('little').subarray(0, 9), 'cut-off', 'the file ends inside an Interface Description Block that begins at byte 84'],
    ['cut off in a skipped block', block('little', 99, data(40)).subarray(0, 20), 'cut-off', 'the file ends inside a block of 52 bytes that begins at byte 84'],
    ['cut off in a skipped block’s last length', block('little', 99, data(40)).subarray(0, 50), 'cut-off', 'the file ends inside a block of 52 bytes that begins at byte 84'],
    ['a length below the smallest block', join(u32('little', 99), length(8)), 'impossible-length', 'the block at byte 84 states a length of 8 bytes, less than the 12 that it needs'],
    ['a packet too short for its header', block('little', 6, data(16)), 'impossible-length',
      'the Enhanced Packet Block at byte 84 states a length of 28 bytes, less than the 32 that it needs'],
    ['zeros, as a crashed recorder leaves them', new Uint8Array(32), 'impossible-length', 'the block at byte 84 states a length of 0 bytes, less than the 12 that it needs'],
    ['a length that is not a multiple of 4', altered(packet, 4, length(41)), 'impossible-length',
      'the Enhanced Packet Block at byte 84 states a length of 41 bytes, which is not a multiple of 4'],
    ['a packet larger than any', altered(packet, 4, length(2_147_483_648)), 'impossible-length',
      'the Enhanced Packet Block at byte 84 states a length of 2,147,483,648 bytes, where at most 16,777,216 bytes are possible'],
    ['two lengths that differ', altered(packet, 36, length(44)), 'bad-block', 'the block at byte 84 states a length of 40 bytes at its beginning and 44 bytes at its end'],
    ['two lengths of a skipped block that differ', altered(block('little', 99, data(4)), 12, length(20)), 'bad-block',
      'the block at byte 84 states a length of 16 bytes at its beginning and 20 bytes at its end'],
    ['a frame larger than its block', enhancedPacket('little', 2n, data(5), { capturedLength: 9 }), 'impossible-length',
      'the packet block at byte 84 claims to hold 9 bytes of a frame, but has room for 8 bytes'],
    ['a frame larger than its old block', oldPacket('little', 2n, data(5), { capturedLength: 4_294_967_295 }), 'impossible-length',
      'the packet block at byte 84 claims to hold 4,294,967,295 bytes of a frame, but has room for 8 bytes'],
    ['a frame larger than its simple block', simplePacket('little', data(5), 60), 'impossible-length',
      'the packet block at byte 84 claims to hold 60 bytes of a frame, but has room for 8 bytes'],
    ['an interface that was not described', enhancedPacket('little', 2n, data(5), { interfaceId: 1 }), 'bad-block',
      'the packet block at byte 84 names interface 1, but its section has described only 1'],
    ['a section without a byte order', altered(section('little'), 8, u32('little', 0x11223344)), 'bad-block',
      'the Section Header Block at byte 84 has no byte order magic'],
    ['a section of another version', section('little', { major: 2 }), 'bad-block', 'the section at byte 84 is pcapng of version 2.0; only 1.x is known'],
    ['an interface with a damaged option', interfaceBlock('little', 1, [join(u16('little', 9), u16('little', 90), bytes(9, 0, 0, 0))]), 'bad-block',
      'the Interface Description Block at byte 84 has a damaged option'],
    ['an interface with a time resolution of two bytes', interfaceBlock('little', 1, [option('little', 9, bytes(9, 9))]), 'bad-block',
      'the Interface Description Block at byte 84 has a damaged option'],
    ['an interface with a time offset of four bytes', interfaceBlock('little', 1, [option('little', 14, bytes(0, 0, 0, 9))]), 'bad-block',
      'the Interface Description Block at byte 84 has a damaged option'],
  ])('%s', (_name, rest, code, message) => {
    expect(at).toBe(84)
    const { frames, problems } = readWhole(join(start, rest))
    expect(frames.length).toBe(1)
    expect(problems).toEqual([{ code, offset: at, message: `${message}; ${kept}` }])
  })

  it('stops there, whatever follows', () => {
    const { frames, problems, parser } = readWhole(join(start, altered(packet, 36, length(44)), packet, packet))
    expect([frames.length, problems.length, parser.stopped]).toEqual([1, 1, true])
  })

  it('a packet before any interface', () => {
    const [problem] = readWhole(join(section('big'), enhancedPacket('big', 2n, data(5)))).problems
    expect(problem!.message).toBe('the packet block at byte 28 names interface 0, but its section has described none; no frame came before it')
  })

  it('is not a block of secrets beyond every limit: it is passed over', () => {
    const limits = { ...LIMITS.capture, recordBytes: 64 }
    const { frames, problems, parser } = readWhole(join(start, secrets('little', 1, data(80)), packet), limits)
    expect([frames.length, problems, parser.secrets, parser.secretsLeftOut]).toEqual([2, [], [], 1])
  })
})
