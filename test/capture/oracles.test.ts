import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import type { CaptureClock } from '../../src/capture/frame.ts'
import { NANOSECONDS, data, enhancedPacket, interfaceBlock, join, oldPacket, option, pcapHeader, pcapRecord, readWhole, section, text, timeOffset, timeResolution } from './build.ts'
import type { SeenFrame } from './build.ts'

/** Captures that Wireshark's tools have written, or read, against what the parser says of them. */

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mqtap-oracles-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const stamps = [
  { seconds: 1_700_000_000, fraction: 123_456_789 },
  { seconds: 1_700_000_000, fraction: 123_456_790 },
  { seconds: 1_700_000_004, fraction: 5 },
  { seconds: 1_699_999_999, fraction: 999_999_999 },
  { seconds: 1_700_090_000, fraction: 0 },
]
const source = join(
  pcapHeader('little', { magic: NANOSECONDS, snapLength: 96 }),
  ...stamps.map((stamp, index) => pcapRecord('little', stamp, data(60 + index), 60 + index * 100)),
)

function absolute(clock: CaptureClock | null, time: number): bigint {
  return BigInt(clock!.epochSeconds) * 1_000_000_000n + BigInt(clock!.epochNanoseconds) + BigInt(time)
}

function withoutPlace({ number, hex, originalLength, linkType }: SeenFrame) {
  return { number, hex, originalLength, linkType }
}

function tool(name: string, ...args: readonly string[]): string {
  return execFileSync(name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

describe.skipIf(!requireTool('editcap'))('what editcap writes', () => {
  it.each([
    ['pcap', 1_000n, 'pcap'],
    ['nsecpcap', 1n, 'pcap'],
    ['modpcap', 1_000n, 'pcap'],
    ['pcapng', 1n, 'pcapng'],
  ])('as %s has the same frames', (kind, unit, format) => {
    const original = readWhole(source)
    writeFileSync(path.join(folder, 'source.pcap'), source)
    tool('editcap', '-F', kind, path.join(folder, 'source.pcap'), path.join(folder, kind))
    const written = readWhole(readFileSync(path.join(folder, kind)))
    expect(written.problems).toEqual([])
    expect(written.parser.format).toBe(format)
    expect(written.frames.map(withoutPlace)).toEqual(original.frames.map(withoutPlace))
    for (const [index, { time }] of written.frames.entries()) {
      const exact = absolute(original.parser.clock, original.frames[index]!.time)
      expect(absolute(written.parser.clock, time)).toBe((exact / unit) * unit)
    }
  })

  it('with comments and secrets is read with them', () => {
    const [from, keys, to] = ['commented-source.pcap', 'keys.txt', 'commented.pcapng'].map((name) => path.join(folder, name)) as [string, string, string]
    writeFileSync(from, source)
    writeFileSync(keys, 'CLIENT_RANDOM 0011 2233\n')
    tool('editcap', '-a', '2:the second frame', '--inject-secrets', `tls,${keys}`, from, to)
    const { parser, problems } = readWhole(readFileSync(to))
    expect(problems).toEqual([])
    expect(parser.comments).toContainEqual({ frame: 2, text: 'the second frame' })
    expect(parser.secrets).toEqual([{ type: 0x544c534b, data: text('CLIENT_RANDOM 0011 2233\n') }])
  })
})

it.skipIf(!requireTool('mergecap'))('what mergecap joins of two link types has two interfaces', () => {
  const [one, two, to] = ['one.pcap', 'two.pcap', 'merged.pcapng'].map((name) => path.join(folder, name)) as [string, string, string]
  writeFileSync(one, source)
  writeFileSync(two, join(pcapHeader('big', { linkType: 101 }), pcapRecord('big', { seconds: 1_700_000_001, fraction: 5 }, data(44))))
  tool('mergecap', '-w', to, one, two)
  const { frames, interfaces, problems } = readWhole(readFileSync(to))
  expect(problems).toEqual([])
  expect(interfaces.map(({ linkType }) => linkType)).toEqual([1, 101])
  expect(frames.length).toBe(6)
  expect(frames.filter(({ linkType }) => linkType === 101).map(({ interfaceId, originalLength }) => [interfaceId, originalLength])).toEqual([[1, 44]])
})

describe.skipIf(!requireTool('tshark'))('tshark reads the same', () => {
  it.each([
    ['a pcapng of two sections and byte orders, with resolutions and an offset', join(
      section('big', { options: [option('big', 1, text('x'))] }),
      interfaceBlock('big', 1, [timeResolution('big', 6), timeOffset('big', 1_699_900_000n)]),
      interfaceBlock('big', 1, [timeResolution('big', 9)]),
      enhancedPacket('big', 100_000_123_456n, data(60)),
      enhancedPacket('big', 1_700_000_000_000_000_001n, data(61), { interfaceId: 1, originalLength: 900 }),
      section('little'),
      interfaceBlock('little', 1, [timeResolution('little', 0x94)]),
      enhancedPacket('little', 1_700_000_000n << 20n, data(62)),
      oldPacket('little', (1_700_000_000n << 20n) + 524_288n, data(63)),
    )],
    ['a pcap of nanoseconds', source],
    ['a pcap of big-endian microseconds', join(pcapHeader('big'), pcapRecord('big', { seconds: 4_000_000_000, fraction: 999_999 }, data(60)))],
  ])('%s', (_name, file) => {
    const at = path.join(folder, 'read')
    writeFileSync(at, file)
    const lines = tool('tshark', '-r', at, '-T', 'fields', '-e', 'frame.number', '-e', 'frame.time_epoch', '-e', 'frame.cap_len', '-e', 'frame.len').trimEnd().split('\n')
    const { frames, parser } = readWhole(file)
    const ours = frames.map(({ number, time, hex, originalLength }) => {
      const nanoseconds = absolute(parser.clock, time)
      const stamp = `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`
      return `${number}\t${stamp}\t${hex.length / 2}\t${originalLength}`
    })
    expect(ours).toEqual(lines)
  })
})
