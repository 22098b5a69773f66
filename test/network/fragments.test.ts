import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { Frame } from '../../src/capture/frame.ts'
import { Cursor } from '../../src/network/cursor.ts'
import { FragmentTable } from '../../src/network/fragments.ts'
import { decodeIpv4 } from '../../src/network/ipv4.ts'
import { ProblemLog } from '../../src/network/problems.ts'
import { ipv4, ipv6, ipv6Fragment, join, tcp, tcp6, udp, vxlan, ethernetIpv4, type Ipv4Options } from './build.ts'
import { expectSound } from './invariants.ts'
import { see, type Sent } from './seen.ts'
import { LINK } from './situations.ts'

const TEXT = '0123456789abcdefghijklmnopqrstuvwxyzABC'
const WHOLE = [`10.0.0.21:50122 > 10.0.0.2:1883 "${TEXT}"`]
const SEGMENT = tcp(TEXT)
const SECOND = 1_000_000_000

/** Bytes `from..to` of the segment as a fragment. */
function part(from: number, to: number = SEGMENT.length, header: Ipv4Options = {}, segment = SEGMENT): Uint8Array {
  return ipv4(segment.subarray(from, to), { identification: 7, fragmentOffset: from, moreFragments: to < segment.length, ...header })
}

function of(...frames: Uint8Array[]): Sent[] {
  return frames.map((bytes) => ({ bytes }))
}

interface Case {
  readonly name: string
  readonly frames: readonly Sent[]
  readonly sees: readonly string[]
  readonly tells?: readonly string[]
}

const changed = (from: number, to: number) => part(from, to, {}, tcp(TEXT.replaceAll(/[a-z]/g, '#')))
const NOTHING: readonly string[] = []
const at = (seconds: number, bytes: Uint8Array): Sent => ({ bytes, time: seconds * SECOND })

const ORDER: readonly Case[] = [
  { name: 'in order', frames: of(part(0, 24), part(24, 40), part(40)), sees: WHOLE },
  { name: 'backwards', frames: of(part(40), part(24, 40), part(0, 24)), sees: WHOLE },
  { name: 'the middle last', frames: of(part(0, 24), part(40), part(24, 40)), sees: WHOLE },
  { name: 'each twice in a row', frames: of(part(0, 24), part(0, 24), part(24), part(24)), sees: WHOLE },
  { name: 'all of them twice', frames: of(part(0, 24), part(24), part(0, 24), part(24)), sees: WHOLE },
  { name: 'one that lies in another', frames: of(part(0, 40), part(16, 24), part(40)), sees: WHOLE },
  { name: 'one that contains another', frames: of(part(16, 24), part(0, 40), part(40)), sees: WHOLE },
  { name: 'overlapping on both sides with the same bytes', frames: of(part(0, 24), part(40), part(16, 48)), sees: WHOLE },
  { name: 'two packets mixed', sees: [...WHOLE, ...WHOLE],
    frames: of(part(0, 24), part(0, 24, { identification: 8 }), part(24), part(24, undefined, { identification: 8 })) },
  { name: 'the same identification to another host', frames: of(part(0, 24), part(24, undefined, { destination: '10.0.0.3' })), sees: NOTHING,
    tells: ['fragments-timed-out', 'fragments-timed-out'] },
  { name: 'the same identification of another protocol', frames: of(part(0, 24), part(24, undefined, { protocol: 47 })), sees: NOTHING,
    tells: ['fragments-timed-out', 'fragments-timed-out'] },
  { name: 'an identification used again at once', sees: [...WHOLE, WHOLE[0]!.replaceAll(/[a-z]/g, '#')],
    frames: of(part(0, 24), part(24), changed(0, 24), changed(24, 59)) },
]

const DAMAGE: readonly Case[] = [
  { name: 'overlapping with other bytes: the first stay', frames: of(part(0, 40), changed(32, 48), part(48)), tells: ['fragments-overlap'],
    sees: [`10.0.0.21:50122 > 10.0.0.2:1883 "${TEXT.slice(0, 20)}########${TEXT.slice(28)}"`] },
  { name: 'a second version of the same fragment', frames: of(part(0, 40), changed(0, 40), part(40)), sees: WHOLE, tells: ['fragments-overlap'] },
  { name: 'several differing overlaps of a packet are one problem', frames: of(part(0, 40), changed(0, 40), changed(0, 48), changed(24, 40)), sees: NOTHING,
    tells: ['fragments-overlap', 'fragments-timed-out'] },
  { name: 'a fragment behind the last one', frames: of(part(40, 48, { moreFragments: false }), part(48), part(0, 40)), tells: ['fragments-overlap'],
    sees: [`10.0.0.21:50122 > 10.0.0.2:1883 "${TEXT.slice(0, 28)}"`] },
  { name: 'a last fragment before one that is there', frames: of(part(48), part(40, 48, { moreFragments: false }), part(0, 48)), sees: WHOLE,
    tells: ['fragments-overlap'] },
  { name: 'a length that is not a multiple of 8', frames: of(part(0, 23)), sees: NOTHING, tells: ['bad-header'] },
  { name: 'an empty fragment', frames: of(part(8, 8)), sees: NOTHING, tells: ['bad-header'] },
  { name: 'a fragment beyond the largest packet', frames: of(ipv4('12345678', { fragmentOffset: 65_528 })), sees: NOTHING, tells: ['bad-header'] },
  { name: 'the first fragment is missing', frames: of(part(24)), sees: NOTHING, tells: ['fragments-timed-out'] },
  { name: 'the second fragment is missing', frames: of(part(0, 24)), sees: NOTHING, tells: ['fragments-timed-out'] },
  { name: 'the first fragment cut by the snap length', sees: [`10.0.0.21:50122 > 10.0.0.2:1883 "${TEXT.slice(0, 10)}" and 29 missing`],
    frames: [{ bytes: part(0, 40).subarray(0, 50), originalLength: 60 }, { bytes: part(40) }] },
  { name: 'the last fragment cut by the snap length', sees: [`10.0.0.21:50122 > 10.0.0.2:1883 "${TEXT.slice(0, 24)}" and 15 missing`],
    frames: [{ bytes: part(40).subarray(0, 24), originalLength: 39 }, { bytes: part(0, 40) }] },
  { name: 'a second copy of a fragment that is cut', sees: WHOLE,
    frames: [{ bytes: part(0, 40) }, { bytes: part(0, 40).subarray(0, 30), originalLength: 60 }, { bytes: part(40) }] },
  { name: 'cut within the TCP header', sees: NOTHING, tells: ['truncated-header'],
    frames: [{ bytes: part(0, 40).subarray(0, 30), originalLength: 60 }, { bytes: part(40) }] },
]

const TIME: readonly Case[] = [
  { name: 'within 30 s', frames: [at(0, part(0, 24)), at(29, part(24))], sees: WHOLE },
  { name: 'after 31 s', frames: [at(0, part(0, 24)), at(31, part(24))], sees: NOTHING, tells: ['fragments-timed-out', 'fragments-timed-out'] },
  { name: 'after 31 s, then complete', frames: [at(0, part(0, 24)), at(31, part(24)), at(32, part(0, 24))], sees: WHOLE, tells: ['fragments-timed-out'] },
  { name: 'noticed by a fragment of another packet', tells: ['fragments-timed-out'], sees: WHOLE,
    frames: [at(0, part(0, 24, { identification: 1 })), at(40, part(0, 24)), at(40, part(24))] },
  { name: 'a clock that was set back by a year', sees: WHOLE, tells: ['fragments-timed-out'],
    frames: [at(31_536_000, part(0, 24)), at(0, part(0, 24)), at(1, part(24))] },
  { name: 'a clock that goes back a little', frames: [at(10, part(0, 24)), at(9, part(24))], sees: WHOLE },
  { name: 'no times at all', frames: [part(0, 24), part(24)].map((bytes) => ({ bytes, time: NaN })), sees: WHOLE },
  { name: 'times only later', frames: [{ bytes: part(0, 24), time: NaN }, at(500, part(0, 24, { identification: 9 })), at(501, part(24))], sees: WHOLE,
    tells: ['fragments-timed-out'] },
  { name: 'one frame without a time', frames: [at(1, part(0, 24)), { bytes: part(24, 40), time: NaN }, at(2, part(40))], sees: WHOLE },
  { name: 'a second copy after the time is a new packet', sees: [...WHOLE, ...WHOLE],
    frames: [at(0, part(0, 24)), at(0, part(24)), at(40, part(0, 24)), at(40, part(24))] },
]

describe.each([['order', ORDER], ['damage', DAMAGE], ['time', TIME]] as const)('%s', (_group, cases) => {
  test.each(cases)('$name', ({ frames, sees, tells }) => {
    const seen = see(frames, LINK.raw)
    expect(seen.segments).toEqual(sees)
    expect(seen.problems.map(({ code }) => code)).toEqual(tells ?? [])
    expectSound(seen)
  })
})

describe('what the segment says', () => {
  test('frame and time of the fragment that completed it, identification of the packet', () => {
    const { copies } = see([at(1, part(24)), at(2, part(0, 24))], LINK.raw)
    expect(copies[0]).toMatchObject({ frame: 2, time: 2 * SECOND, identification: 7, header: 0 })
  })

  test('IPv6 fragments need not repeat what the first says of the content', () => {
    const segment = tcp6('IPv6 text')
    const fragment = (nextHeader: number, from: number, to: number) =>
      ipv6(ipv6Fragment(nextHeader, 5, from, to < segment.length, segment.subarray(from, to)), { nextHeader: 44 })
    for (const other of [59, 60, 17]) {
      const seen = see(of(fragment(6, 0, 16), fragment(other, 16, segment.length)), LINK.raw)
      expect(seen.segments).toEqual(['[2001:db8::21]:50122 > [2001:db8::2]:1883 "IPv6 text"'])
      expect(see(of(fragment(other, 0, 16), fragment(6, 16, segment.length)), LINK.raw).segments).toEqual([])
    }
  })

  test('an overlap names the packet', () => {
    expect(see(of(part(0, 40), changed(0, 40)), LINK.raw).problems.map(({ frame, message }) => [frame, message])).toEqual([
      [2, 'Fragments of the packet from 10.0.0.21 to 10.0.0.2 with identification 7 overlap with different bytes; those that came first are used.'],
      [1, 'Not all fragments of the packet from 10.0.0.21 to 10.0.0.2 with identification 7 are there, and it is left out: the capture ended before.'],
    ])
  })

  test('a time-out names the packet and its first fragment', () => {
    expect(see([at(0, part(0, 24)), at(31, part(24, undefined, { identification: 8 }))], LINK.raw).problems[0]).toEqual({
      code: 'fragments-timed-out', frame: 1,
      message: 'Not all fragments of the packet from 10.0.0.21 to 10.0.0.2 with identification 7 are there, and it is left out: they did not come in time.',
    })
  })
})

describe('UDP', () => {
  const datagram = udp(4789, vxlan(ethernetIpv4('hello')))
  const tunnel = (from: number, to: number) => ipv4(datagram.subarray(from, to), { protocol: 17, fragmentOffset: from, moreFragments: to < datagram.length })
  const other = udp(5060, new Uint8Array(64))
  const voice = (from: number, to: number) => ipv4(other.subarray(from, to), { protocol: 17, fragmentOffset: from, moreFragments: to < other.length })

  test('a tunnel in any order', () => {
    for (const frames of [of(tunnel(0, 48), tunnel(48, datagram.length)), of(tunnel(48, datagram.length), tunnel(0, 48))]) {
      expect(see(frames, LINK.raw).segments).toEqual(['10.0.0.21:50122 > 10.0.0.2:1883 "hello"'])
    }
  })

  test.each([
    ['complete', of(voice(0, 24), voice(24, 72))],
    ['complete, backwards', of(voice(24, 72), voice(0, 24))],
    ['the second is missing', of(voice(0, 24))],
    ['the first is missing', of(voice(24, 72))],
    ['with other bytes', of(voice(24, 72), voice(0, 24), voice(0, 24))],
  ])('other than tunnels never is a problem: %s', (_name, frames) => {
    expect(see(frames, LINK.raw)).toMatchObject({ segments: [], problems: [] })
  })

  test('a tunnel that is incomplete is one', () => {
    expect(see(of(tunnel(0, 48)), LINK.raw).problems.map(({ code }) => code)).toEqual(['fragments-timed-out'])
  })
})

describe('limits', () => {
  test('the oldest packet goes when there are too many', () => {
    const frames = [1, 2, 3, 4].map((identification) => part(0, 24, { identification }))
    const late = [1, 4].map((identification) => part(24, undefined, { identification }))
    const seen = see(of(...frames, ...late), LINK.raw, { limits: { openPackets: 3 } })
    expect(seen.segments).toEqual(WHOLE)
    expect(seen.problems.map(({ code, message }) => [code, /identification (\d+)/.exec(message)![1]])).toEqual([
      ['fragments-limit', '1'], ['fragments-limit', '2'], ['fragments-timed-out', '3'], ['fragments-timed-out', '1'],
    ])
  })

  test('a packet in too many pieces', () => {
    const pieces = Array.from({ length: 40 }, (_, index) => ipv4('12345678', { identification: 7, fragmentOffset: 16 * index, moreFragments: true }))
    const seen = see(of(...pieces), LINK.raw, { limits: { fragmentPieces: 30 } })
    expect(seen.problems.map(({ code }) => code)).toEqual(['fragments-limit', 'fragments-timed-out'])
  })

  test('memory stays within the limit whatever comes', () => {
    const log = new ProblemLog(() => {}, 0)
    const limits = { ...LIMITS.network, fragmentBytes: 300_000 }
    const table = new FragmentTable(log, limits)
    const cursor = new Cursor(log, table)
    const frame = new Frame()
    let most = 0
    for (let number = 1; number <= 3_000; number++) {
      // Eight bytes at the far end ask for the whole packet's memory.
      frame.buffer = ipv4('12345678', { identification: number & 0xffff, fragmentOffset: number % 3 === 0 ? 64_000 : 0, moreFragments: true })
      frame.end = frame.originalLength = frame.buffer.length
      frame.number = number
      cursor.begin(frame)
      decodeIpv4(cursor)
      most = Math.max(most, table.bytes)
    }
    expect(most).toBeLessThanOrEqual(300_000)
    expect(most).toBeGreaterThan(200_000)
    table.finish()
    expect(table.bytes).toBe(0)
  })

  test('fragments inside fragments, when no completed packet is remembered', () => {
    const halves = (bytes: Uint8Array, identification: number) => [0, 1].map((half) => ipv4(half === 0 ? bytes.subarray(0, 16) : bytes.subarray(16),
      { protocol: 4, source: '192.0.2.1', identification, fragmentOffset: half * 16, moreFragments: half === 0 }))
    const frames = of(...halves(part(24), 1), ...halves(part(0, 24), 2), ...halves(part(24), 3), ...halves(part(0, 24), 4))
    expect(see(frames, LINK.raw, { limits: { completedPackets: 0 } }).segments).toEqual([...WHOLE, ...WHOLE])
  })

  test('completed packets do not push out those that wait', () => {
    const complete = Array.from({ length: 300 }, (_, index) => 1000 + index)
      .flatMap((identification) => [part(0, 24, { identification }), part(24, undefined, { identification })])
    const seen = see(of(part(0, 24), ...complete, part(24)), LINK.raw, { limits: { openPackets: 2, completedPackets: 3 } })
    expect(seen.segments).toHaveLength(301)
    expect(seen.problems).toEqual([])
  })
})

describe('any fragmentation', () => {
  /** Cuts in units of 8 bytes, an order, and which fragments come twice. */
  const fragmentation = (length: number) => fc.record({
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: Math.floor((length - 1) / 8) }), { maxLength: 12 }),
    order: fc.infiniteStream(fc.nat()),
    again: fc.array(fc.nat(), { maxLength: 4 }),
  })

  function shuffled<T>(items: readonly T[], order: Iterator<number>): T[] {
    const left = [...items]
    const result: T[] = []
    while (left.length > 0) result.push(...left.splice((order.next().value as number) % left.length, 1))
    return result
  }

  test.each([
    ['IPv4', tcp('x'.repeat(40) + TEXT), (bytes: Uint8Array, from: number, to: number) => part(from, to, {}, bytes)],
    ['IPv6', tcp6('x'.repeat(40) + TEXT), (bytes: Uint8Array, from: number, to: number) =>
      ipv6(ipv6Fragment(6, 7, from, to < bytes.length, bytes.subarray(from, to)), { nextHeader: 44 })],
  ])('of %s gives the packet once', (_name, segment, fragment) => {
    fc.assert(fc.property(fragmentation(segment.length), ({ cuts, order, again }) => {
      const edges = [0, ...cuts.map((cut) => cut * 8).sort((a, b) => a - b), segment.length]
      const parts = edges.slice(1).map((to, index) => fragment(segment, edges[index]!, to))
      if (parts.length === 1) return
      const sent = shuffled([...parts, ...again.map((index) => parts[index % parts.length]!)], order)
      const seen = see(of(...sent), LINK.raw)
      expect(seen.problems).toEqual([])
      expect(seen.copies.map(({ buffer }) => join(buffer.subarray(0, segment.length)))).toEqual([segment])
    }), { numRuns: 500 })
  })

  test('random fragments of a few packets are sound', () => {
    const one = fc.record({
      offset: fc.nat(12), length: fc.nat(40), more: fc.boolean(), identification: fc.nat(2), fill: fc.nat(255), cut: fc.nat(60), time: fc.nat(40),
    })
    fc.assert(fc.property(fc.array(one, { maxLength: 30 }), (fragments) => {
      const frames = fragments.map(({ offset, length, more, identification, fill, cut, time }) => {
        const bytes = ipv4(new Uint8Array(length).fill(fill), { identification, fragmentOffset: offset * 8, moreFragments: more })
        return { bytes: bytes.subarray(0, Math.min(bytes.length, 20 + cut)), originalLength: bytes.length, time: time * SECOND }
      })
      expectSound(see(frames, LINK.raw))
    }), { numRuns: 2_000 })
  })
})
