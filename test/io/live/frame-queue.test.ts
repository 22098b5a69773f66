import { expect, test } from 'vitest'
import { FrameQueue } from '../../../src/io/live/frame-queue.ts'
import { readWhole } from '../../capture/build.ts'

const LONGEST = 65_535

function drained(queue: FrameQueue): Buffer {
  const pieces: Buffer[] = []
  for (let piece = queue.take(); piece !== null; piece = queue.take()) {
    pieces.push(Buffer.from(piece.bytes.subarray(0, piece.length)))
    queue.giveBack(piece)
  }
  return Buffer.concat(pieces)
}

test('frames in are a pcap file out, with nanoseconds and original lengths', () => {
  const queue = new FrameQueue()
  queue.begin(1, LONGEST)
  queue.add(1_700_000_000, 123_456_789, Buffer.from('a0a1a2ffff', 'hex'), 3, 3)
  queue.add(1_700_000_001, 5, Buffer.from('b0', 'hex'), 1, 9)
  const { frames, interfaces, problems } = readWhole(drained(queue))
  expect(problems).toEqual([])
  expect(interfaces).toEqual([{ id: 0, linkType: 1, snapLength: LONGEST, name: null }])
  expect(frames.map(({ time, hex, originalLength }) => [time, hex, originalLength])).toEqual([[0, 'a0a1a2', 3], [876_543_216, 'b0', 9]])
  expect(queue.take()).toBeNull()
})

test('many frames of all lengths come out in order, and pieces are used again', () => {
  const queue = new FrameQueue(4)
  queue.begin(1, LONGEST)
  const frame = Buffer.alloc(LONGEST)
  const parts: Buffer[] = []
  const lengths: number[] = []
  for (let number = 0; number < 2_000; number++) {
    const length = number % 50 === 0 ? LONGEST : 4 + (number % 1_500)
    frame.writeUInt32BE(number)
    queue.add(1_700_000_000 + number, 0, frame, length, length)
    lengths.push(length)
    if (queue.full) parts.push(drained(queue))
  }
  parts.push(drained(queue))
  const { frames, problems } = readWhole(Buffer.concat(parts))
  expect(problems).toEqual([])
  expect(frames.map(({ originalLength }) => originalLength)).toEqual(lengths)
  expect(frames.map(({ hex }) => parseInt(hex.slice(0, 8), 16))).toEqual(lengths.map((_length, number) => number))
  expect({ frames: queue.frames, dropped: queue.dropped }).toEqual({ frames: 2_000, dropped: 0 })
})

test('frames that find it full are dropped and counted; those that were there are whole', () => {
  const queue = new FrameQueue(2)
  queue.begin(1, LONGEST)
  const frame = Buffer.alloc(LONGEST)
  for (let number = 0; number < 20; number++) queue.add(number, 0, frame, LONGEST, LONGEST)
  expect(queue.frames + queue.dropped).toBe(20)
  expect(queue.dropped).toBeGreaterThan(0)
  const kept = queue.frames
  const first = drained(queue)
  queue.add(99, 0, frame, 60, 60)
  const { frames, problems } = readWhole(Buffer.concat([first, drained(queue)]))
  expect(problems).toEqual([])
  expect(frames.length).toBe(kept + 1)
})
