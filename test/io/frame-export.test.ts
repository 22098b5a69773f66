/** The frames of packets, taken from their events or from the index, out of chunks of any kind. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketIndex } from '../../src/analysis/packet-index.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import { InputError, OutputError } from '../../src/io/errors.ts'
import { FrameExport } from '../../src/io/frame-export.ts'
import { packetEvent } from '../analysis/build.ts'
import { hex, readWhole } from '../capture/build.ts'
import { CONNACK_311, CONNECT_311, pcap, publish } from '../cli/captures.ts'
import { lent, temporaryFolder } from './build.ts'
import type { CaptureFiles } from '../../src/io/second-reading.ts'

const folder = temporaryFolder('frame-export')
const OUT = path.join(folder, 'out.pcapng')
const large = publish('t', 'x'.repeat(100))
/** Frames 1 and 2; 3 to 5 carry one packet, 6 two of them. */
const FIRST = pcap([
  { fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 },
  ...[large.subarray(0, 1), large.subarray(1, 50), large.subarray(50), Uint8Array.from([...publish('a', '1'), ...publish('b', '2')])].map((payload) => ({ fromClient: true, payload })),
])
/** Frames 7 and 8. */
const SECOND = pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }], 1883, 50_123)

/** Exports the packets with these numbers, as events or by the index; answers the frames written, by the numbers that they had. */
async function exported(by: 'events' | 'index', packets: readonly number[], files: CaptureFiles = [lent(FIRST.subarray(0, 100), FIRST.subarray(100)), [SECOND]]): Promise<number[]> {
  const frames = new FrameExport('mqtap test', OUT, [])
  const index = new PacketIndex(LIMITS.index)
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null, locates: true }, {
    packet: (event) => {
      index.add(event, 0, pipeline.positionOf(event.buffer, event.start))
      if (by === 'events' && packets.includes(event.number)) frames.add(event)
    },
    captureProblem: () => undefined, networkProblem: () => undefined,
  })
  for (const file of [FIRST, SECOND]) {
    pipeline.begin('')
    pipeline.push(file.slice())
  }
  pipeline.finish()
  if (by === 'index') for (const number of packets) frames.addIndexed(index, number)
  const count = await frames.write(files)
  const file = fs.readFileSync(OUT)
  expect(file.includes('mqtap test')).toBe(true)
  const all = [FIRST, SECOND].flatMap((each) => readWhole(each).frames)
  const written = readWhole(new Uint8Array(file)).frames
  expect(written).toHaveLength(count)
  return written.map((frame) => all.findIndex(({ hex: bytes }) => bytes === frame.hex) + 1)
}

describe.each(['events', 'index'] as const)('packets by %s', (by) => {
  test.each([
    { situation: 'a packet in a frame', packets: [1], frames: [1] },
    { situation: 'all segments of a packet', packets: [3], frames: [3, 4, 5] },
    { situation: 'two packets of a frame', packets: [4, 5], frames: [6] },
    { situation: 'of the second file', packets: [7, 2], frames: [2, 8] },
    { situation: 'none', packets: [], frames: [] },
  ])('$situation', async ({ packets, frames }) => {
    expect(await exported(by, packets)).toEqual(frames)
  })
})

test('damaged compression: what came before is written, and the next file is read', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield FIRST
    throw new InputError('damaged-compression', 'damaged')
  }
  expect(await exported('index', [1, 6], [broken(), [SECOND]])).toEqual([1, 7])
})

test('nothing is there before it is whole, nor when it is abandoned', async () => {
  const name = path.join(folder, 'abandoned.pcapng')
  const frames = new FrameExport('mqtap test', name, [])
  frames.add({ ...packetEvent([0xc0, 0]), frame: 99 })
  await expect(frames.write([(function* (): Generator<Uint8Array> {
    yield FIRST
    expect(fs.existsSync(name)).toBe(false)
    throw new Error('mistake')
  })()])).rejects.toThrow('mistake')
  frames.abandon()
  expect(fs.readdirSync(folder).filter((each) => each.includes('abandoned'))).toEqual([])
})

test('never onto an input', () => {
  const name = path.join(folder, 'input.pcap')
  fs.writeFileSync(name, FIRST)
  expect(() => new FrameExport('mqtap test', name, [name])).toThrow(OutputError)
  expect(hex(fs.readFileSync(name))).toBe(hex(FIRST))
})
