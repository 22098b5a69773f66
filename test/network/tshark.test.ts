/** tshark as an oracle: whatever it and we read from the same frames must be the same, but for the known differences in the table. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { formatIpv4, formatIpv6 } from '../../src/bytes/address.ts'
import type { TcpSegment } from '../../src/network/segment.ts'
import { requireTool } from '../tools.ts'
import { pcapng } from './build.ts'
import { see } from './seen.ts'
import { LINK, SITUATIONS, type Situation } from './situations.ts'

/** tshark 4.0 cannot open captures of these. */
const UNREADABLE: readonly number[] = [LINK.pppPppd, LINK.ciscoHdlcWithDirection, LINK.mpls]

/** One row for each frame; a field that occurs several times (tunnels, A-MSDU) has its values separated by commas. */
const FIELDS = ['frame.number', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.payload'] as const

const ARGUMENTS = [
  '-n', '-d', 'udp.port==8472,vxlan', '-o', 'tcp.analyze_sequence_numbers:FALSE', '-o', 'wlan.check_checksum:FALSE',
  '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field]), '-E', 'occurrence=a', '-E', 'aggregator=,',
]

type Row = Readonly<Record<(typeof FIELDS)[number], readonly string[]>>

function readWithTshark(situations: readonly Situation[]): Row[] {
  const frames = situations.flatMap(({ linkType, frames, originalLength }) =>
    frames.map((bytes) => ({ linkType, bytes, originalLength: originalLength ?? bytes.length })))
  const folder = mkdtempSync(joinPath(tmpdir(), 'mqtap-network-'))
  const file = joinPath(folder, 'frames.pcapng')
  writeFileSync(file, pcapng(frames))
  const output = execFileSync('tshark', ['-r', file, ...ARGUMENTS], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  rmSync(folder, { recursive: true })
  return output.trimEnd().split('\n').map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(FIELDS.map((field, index) => [field, (cells[index] ?? '').split(',').filter((value) => value !== '')])) as unknown as Row
  })
}

/** What both can be asked for. Of several addresses in a tunnel the innermost is the connection's, and that is the last one. */
interface Flow {
  readonly addresses: readonly string[]
  readonly ports: readonly string[]
  readonly sequences: readonly string[]
  readonly payload: string
}

function flowOfRows(rows: readonly Row[], family: 4 | 6): Flow {
  const values = (field: keyof Row) => rows.flatMap((row) => row[field])
  const lastOf = (field: keyof Row) => values(field).slice(-1)
  return {
    addresses: family === 4 ? [...lastOf('ip.src'), ...lastOf('ip.dst')] : [...lastOf('ipv6.src'), ...lastOf('ipv6.dst')],
    ports: [...values('tcp.srcport'), ...values('tcp.dstport')],
    sequences: values('tcp.seq_raw'),
    payload: values('tcp.payload').join(''),
  }
}

function flowOfSegments(segments: readonly TcpSegment[]): Flow {
  const lastSegment = segments.at(-1)
  const format = (words: readonly [number, number, number, number]) => (lastSegment?.family === 4 ? formatIpv4(words[0]) : formatIpv6(...words))
  return {
    addresses: lastSegment === undefined ? [] : [
      format([lastSegment.source0, lastSegment.source1, lastSegment.source2, lastSegment.source3]),
      format([lastSegment.destination0, lastSegment.destination1, lastSegment.destination2, lastSegment.destination3]),
    ],
    ports: [...segments.map(({ sourcePort }) => String(sourcePort)), ...segments.map(({ destinationPort }) => String(destinationPort))],
    sequences: segments.map(({ sequence }) => String(sequence >>> 0)),
    payload: segments.map(({ buffer, start, end }) => Buffer.from(buffer.subarray(start, end)).toString('hex')).join(''),
  }
}

describe.skipIf(!requireTool('tshark'))('tshark reads the same segments', () => {
  const situations = Object.values(SITUATIONS).flat().filter(({ linkType }) => !UNREADABLE.includes(linkType))
  let rows: Row[] = []
  let isVersion40 = false
  beforeAll(() => {
    // The list of differences was made with 4.0; later versions may have fewer, which is no failure.
    isVersion40 = / 4\.0\./.test(execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    rows = readWithTshark(situations)
  })

  let next = 0
  const cases = situations.map((situation) => {
    const first = next
    next += situation.frames.length
    return { ...situation, first }
  })
  test.each(cases)('$name', ({ linkType, frames, originalLength, first, tsharkDiffers }) => {
    const segments = see(frames.map((bytes) => ({ bytes, originalLength: originalLength ?? bytes.length })), linkType).copies
    const ours = flowOfSegments(segments)
    const theirs = flowOfRows(rows.slice(first, first + frames.length), segments.at(-1)?.family ?? 4)
    // Without a segment there is no address of a connection to compare.
    const expected = segments.length === 0 ? { ...theirs, addresses: [] } : theirs
    if (tsharkDiffers === undefined) expect(ours).toEqual(expected)
    else if (isVersion40) expect(ours, `a known difference is gone: ${tsharkDiffers}`).not.toEqual(expected)
  })
})
