import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import type { CaptureClock, CaptureInterface } from '../../src/capture/frame.ts'
import { Frame } from '../../src/capture/frame.ts'
import { PcapngWriter } from '../../src/capture/pcapng-writer.ts'
import { requireTool } from '../tools.ts'
import { data, enhancedPacket, hex, interfaceBlock, join, option, pcapHeader, pcapRecord, readWhole, section, simplePacket, text, timeResolution } from './build.ts'
import type { SeenFrame } from './build.ts'

interface Written {
  readonly time?: number
  readonly linkType?: number
  readonly interfaceId?: number
  readonly bytes: Uint8Array
  readonly originalLength?: number
}

const CLOCK: CaptureClock = { epochSeconds: 1_700_000_000, epochNanoseconds: 999_999_999 }

function write(frames: readonly Written[], clock: CaptureClock | null = CLOCK, interfaces: readonly CaptureInterface[] = []): Uint8Array {
  const pieces: Uint8Array[] = []
  const writer = new PcapngWriter('mqtap test', (bytes) => pieces.push(bytes.slice()))
  for (const description of interfaces) writer.describe(description)
  for (const { time = 0, linkType = 1, interfaceId = 0, bytes, originalLength = bytes.length } of frames) {
    const frame = new Frame()
    // Bytes in the middle of a larger buffer, as a parser gives them.
    frame.buffer = join(data(3), bytes, data(5))
    frame.start = 3
    frame.end = 3 + bytes.length
    Object.assign(frame, { time, linkType, interfaceId, originalLength })
    writer.frame(frame, clock)
  }
  writer.finish()
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}

/** Copies a capture frame by frame, as `-w` does. */
function copy(file: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  const writer = new PcapngWriter('mqtap test', (bytes) => pieces.push(bytes.slice()))
  const sink = {
    frame: (frame: Frame) => writer.frame(frame, parser.clock),
    interface: (description: CaptureInterface) => writer.describe(description),
    problem: () => undefined,
    dropped: () => undefined,
  }
  const parser = new CaptureParser(sink, LIMITS.capture)
  parser.begin()
  parser.push(file)
  parser.finish()
  writer.finish()
  return join(...pieces)
}

describe('what the writer writes, the parser reads back', () => {
  it('numbers, times to the nanosecond, link types, lengths, bytes and names', () => {
    const file = write(
      [
        { time: 0, bytes: data(5), originalLength: 1_500 },
        { time: 1, bytes: data(0), interfaceId: 7, linkType: 113 },
        { time: 3_600_000_000_123, bytes: data(4) },
        { time: -2_000_000_000, bytes: data(70_000), interfaceId: 7, linkType: 113 },
      ],
      CLOCK,
      [{ id: 7, linkType: 113, snapLength: 96, name: 'wlan0' }, { id: 8, linkType: 1, snapLength: 0, name: 'unused' }],
    )
    const { frames, interfaces, problems, parser } = readWhole(file)
    expect(problems).toEqual([])
    expect(parser.clock).toEqual(CLOCK)
    expect(interfaces).toEqual([{ id: 0, linkType: 1, snapLength: 0, name: null }, { id: 1, linkType: 113, snapLength: 96, name: 'wlan0' }])
    expect(frames.map(({ time, interfaceId, linkType, originalLength }) => [time, interfaceId, linkType, originalLength])).toEqual([
      [0, 0, 1, 1_500], [1, 1, 113, 0], [3_600_000_000_123, 0, 1, 4], [-2_000_000_000, 1, 113, 70_000],
    ])
    expect(frames[3]!.hex).toBe(hex(data(70_000)))
  })

  it.each([
    ['just below a change of the high word', 1_700_000_000, 2 ** 32 - 1],
    ['just above it', 1_700_000_000, 2 ** 32],
    ['far on', 1_700_000_000, 8_640_000 * 1e9 + 1],
    ['far back', 1_700_000_000, -8_640_000 * 1e9 - 1],
    ['after 2106', 4_500_000_000, 12_345],
    ['at 1970', 0, 0],
  ])('a time %s', (_name, epochSeconds, time) => {
    const { parser } = readWhole(write([{ time, bytes: data(1) }], { epochSeconds, epochNanoseconds: 5 }))
    const absolute = BigInt(epochSeconds) * 1_000_000_000n + 5n + BigInt(time)
    expect(BigInt(parser.clock!.epochSeconds) * 1_000_000_000n + BigInt(parser.clock!.epochNanoseconds)).toBe(absolute)
  })

  it('a time before 1970, which the format does not have, as 1970', () => {
    expect(readWhole(write([{ time: -1, bytes: data(1) }], { epochSeconds: 0, epochNanoseconds: 0 })).parser.clock).toEqual({ epochSeconds: 0, epochNanoseconds: 0 })
  })

  it('frames without a time, cut ones and whole ones, of several interfaces, among others', () => {
    const frames = [
      { time: NaN, bytes: data(3) },
      { time: NaN, bytes: data(4) },
      { time: 5, bytes: data(1) },
      { time: 6, bytes: data(2), interfaceId: 1, linkType: 101 },
      { time: NaN, bytes: data(3), originalLength: 9 },
      { time: NaN, bytes: data(3), originalLength: 8 },
      { time: NaN, bytes: data(30) },
      { time: NaN, bytes: data(6), interfaceId: 1, linkType: 101 },
      { time: 7, bytes: data(5) },
    ]
    const seen = readWhole(write(frames, CLOCK, [{ id: 0, linkType: 1, snapLength: 3, name: 'eth0' }]))
    expect(seen.problems).toEqual([])
    expect(seen.frames.map(({ time, originalLength, linkType, hex: content }) => [time, originalLength, linkType, content])).toEqual(
      frames.map(({ time, bytes, originalLength = bytes.length, linkType = 1 }) => [time - 5, originalLength, linkType, hex(bytes)]),
    )
    expect(seen.interfaces.map(({ linkType, snapLength }) => [linkType, snapLength])).toEqual([[1, 0], [101, 0], [1, 3], [1, 0], [101, 0], [1, 3]])
  })

  it.each([
    ['pcap', join(pcapHeader('big', { linkType: 101, snapLength: 96 }), pcapRecord('big', { seconds: 9, fraction: 3 }, data(96), 400), pcapRecord('big', { seconds: 8, fraction: 3 }, data(2)))],
    ['pcapng of two sections', join(
      section('big'),
      interfaceBlock('big', 113, [option('big', 2, text('lo')), timeResolution('big', 9)], 4),
      simplePacket('big', data(4), 60),
      enhancedPacket('big', 1_700_000_000_000_000_001n, data(3)),
      section('little'),
      interfaceBlock('little', 1),
      enhancedPacket('little', 1_700_000_000_000_001n, data(7), { originalLength: 8 }),
    )],
  ])('a copy of a %s has the same frames', (_name, file) => {
    const original = readWhole(file)
    const copied = readWhole(copy(file))
    expect(copied.problems).toEqual([])
    expect(copied.parser.clock).toEqual(original.parser.clock)
    const kept = ({ time, hex: content, originalLength, linkType }: SeenFrame) => [time, content, originalLength, linkType]
    expect(copied.frames.map(kept)).toEqual(original.frames.map(kept))
    expect(hex(copy(copy(file)))).toBe(hex(copy(file)))
  })

  it('nothing: a section without interfaces', () => {
    expect(readWhole(write([]))).toMatchObject({ frames: [], interfaces: [], problems: [] })
  })
})

it.skipIf(!requireTool('tshark'))('tshark reads what the writer writes', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mqtap-writer-'))
  try {
    const file = path.join(folder, 'out.pcapng')
    const frames = [
      { time: 0, bytes: data(60), originalLength: 1_514 },
      { time: 123_456_789, bytes: data(33), interfaceId: 4, linkType: 101 },
      { time: 5_000_000_000, bytes: data(61) },
    ]
    writeFileSync(file, write(frames, CLOCK, [{ id: 4, linkType: 101, snapLength: 65_535, name: 'tun0' }]))
    const fields = ['frame.number', 'frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.interface_name', 'frame.encap_type']
    const output = execFileSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    expect(output.trimEnd().split('\n').map((line) => line.split('\t'))).toEqual([
      ['1', '1700000000.999999999', '60', '1514', 'unknown', '1'],
      ['2', '1700000001.123456788', '33', '33', 'tun0', '7'],
      ['3', '1700000005.999999999', '61', '61', 'unknown', '1'],
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
