/** One frame of a capture, however its files are cut into chunks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/io/errors.ts'
import { findFrame } from '../../src/io/frame-finder.ts'
import { data, enhancedPacket, interfaceBlock, join, pcapHeader, pcapRecord, section, simplePacket } from '../capture/build.ts'
import { lent } from './build.ts'

const PCAP = join(pcapHeader('little', { linkType: 113 }), pcapRecord('little', { seconds: 1, fraction: 0 }, data(60, 1)), pcapRecord('little', { seconds: 2, fraction: 0 }, data(30, 2), 900))
const PCAPNG = join(section('big'), interfaceBlock('big'), enhancedPacket('big', 5n, data(21, 3)), interfaceBlock('big', 101), simplePacket('big', data(7, 4)), enhancedPacket('big', 9n, data(5_000, 5), { interfaceId: 1 }))
const DAMAGED = join(PCAP, new Uint8Array(1_000).fill(0xff))
/** Of PCAP, then PCAPNG. */
const FRAMES = [
  { number: 1, bytes: data(60, 1), linkType: 113, originalLength: 60 },
  { number: 2, bytes: data(30, 2), linkType: 113, originalLength: 900 },
  { number: 3, bytes: data(21, 3), linkType: 1, originalLength: 21 },
  { number: 4, bytes: data(7, 4), linkType: 1, originalLength: 7 },
  { number: 5, bytes: data(5_000, 5), linkType: 101, originalLength: 5_000 },
]

function cut(file: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(file.length / size) }, (_, part) => file.slice(part * size, (part + 1) * size))
}

describe('a frame of two files', () => {
  const whole = join(PCAP, PCAPNG)

  test.each(FRAMES)('$number, in chunks of any size', async (wanted) => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 6_000 }), async (size) => {
      const { position, ...frame } = (await findFrame([lent(...cut(PCAP, size)), lent(...cut(PCAPNG, size))], wanted.number))!
      expect(frame).toEqual(wanted)
      expect(whole.slice(position, position + frame.bytes.length)).toEqual(frame.bytes)
    }), { numRuns: 50, examples: [[1], [17], [6_000]] })
  })

  test.each([0, 6, 1_000_000, -1, NaN])('%d is not there', async (number) => {
    expect(await findFrame([[PCAP], [PCAPNG]], number)).toBe(null)
  })
})

describe('reading', () => {
  test('goes no further than the frame', async () => {
    let given = 0
    let closed = false
    function* chunks(): Generator<Uint8Array> {
      try {
        for (const chunk of cut(PCAP, 50)) {
          given++
          yield chunk
        }
      } finally {
        closed = true
      }
    }
    expect((await findFrame([chunks(), [PCAPNG]], 1))!.bytes).toEqual(data(60, 1))
    expect([given, closed]).toEqual([2, true])
  })

  test('leaves others their turn, also where the chunks are at hand', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    function* chunks(): Generator<Uint8Array> {
      yield PCAP
      for (const end = performance.now() + 40; performance.now() < end;) yield new Uint8Array(0)
    }
    await findFrame([chunks()], 9)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  test('ends where it is aborted', async () => {
    const search = new AbortController()
    let given = 0
    function* chunks(): Generator<Uint8Array> {
      yield PCAP
      for (; given < 1_000; given++) {
        if (given === 3) search.abort()
        yield new Uint8Array(1)
      }
    }
    expect(await findFrame([chunks(), [PCAPNG]], 3, search.signal)).toBe(null)
    expect(given).toBeLessThan(1_000)
    expect(await findFrame([[PCAP]], 1, search.signal)).toBe(null)
  })
})

describe('a damaged file', () => {
  test('counts with all its bytes', async () => {
    for (const size of [100, 5_000]) {
      const { position, bytes } = (await findFrame([cut(DAMAGED, size), cut(PCAPNG, size)], 3))!
      expect(join(DAMAGED, PCAPNG).slice(position, position + 21)).toEqual(bytes)
    }
  })

  test('of damaged compression, has what came before', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield PCAP
      throw new InputError('damaged-compression', 'damaged')
    }
    expect((await findFrame([broken(), [PCAPNG]], 3))!.position).toBe(PCAP.length + Buffer.from(PCAPNG).indexOf(data(21, 3)))
    await expect(findFrame([(async function* (): AsyncGenerator<Uint8Array> { throw new Error('mistake') })()], 1)).rejects.toThrow('mistake')
  })
})
