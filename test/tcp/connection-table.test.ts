import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { SegmentHistory } from '../../src/tcp/history.ts'
import { HalfStream } from '../../src/tcp/half-stream.ts'
import { HANDSHAKE, Tap, type Sent } from './conversation.ts'

const open = (limits = {}) => new Tap(limits).send(...HANDSHAKE)
const client = (tap: Tap, stream = 0) => tap.bytes[stream]![0]
const ofInterest = (tap: Tap) => tap.events.filter((event) => !/opened|closed/.test(event))

describe('bytes of one direction', () => {
  const situations: { name: string; sent: Sent[]; bytes: string; events?: string[] }[] = [
    { name: 'in order', sent: [{ sequence: 101, text: 'abc' }, { sequence: 104, text: 'def' }], bytes: 'abcdef' },
    { name: 'two segments swapped', sent: [{ sequence: 104, text: 'def' }, { sequence: 101, text: 'abc' }], bytes: 'abcdef' },
    {
      name: 'sent again long after: a retransmission',
      sent: [{ sequence: 101, text: 'abc' }, { sequence: 101, text: 'abc', at: 900 }, { sequence: 104, text: 'd' }],
      bytes: 'abcd', events: ['0.0 retransmitted 3'],
    },
    {
      name: 'sent again together with new bytes',
      sent: [{ sequence: 101, text: 'abc' }, { sequence: 101, text: 'abcdef', at: 900 }],
      bytes: 'abcdef', events: ['0.0 retransmitted 3'],
    },
    {
      name: 'a hole filled after 200 ms: sent again, first copy not in the capture',
      sent: [{ sequence: 104, text: 'def', at: 10 }, { sequence: 101, text: 'abc', at: 210 }],
      bytes: 'abcdef', events: ['0.0 retransmitted 3'],
    },
    { name: 'three pieces, last first', sent: [{ sequence: 107, text: 'ghi' }, { sequence: 104, text: 'def' }, { sequence: 101, text: 'abc' }], bytes: 'abcdefghi' },
    {
      name: 'an overlap of waiting bytes on both sides',
      sent: [{ sequence: 104, text: 'def' }, { sequence: 102, text: 'bcdefgh' }, { sequence: 101, text: 'a' }],
      bytes: 'abcdefgh', events: ['0.0 retransmitted 3'],
    },
    {
      name: 'repeated bytes with other values: the first stay',
      sent: [{ sequence: 101, text: 'abc' }, { sequence: 101, text: 'aXc', at: 300 }],
      bytes: 'abc', events: ['0.0 retransmitted 3', '0.0 conflict 1'],
    },
    {
      name: 'the same while they wait behind a hole',
      sent: [{ sequence: 104, text: 'def' }, { sequence: 104, text: 'dXY' }, { sequence: 101, text: 'abc' }],
      bytes: 'abcdef', events: ['0.0 retransmitted 3', '0.0 conflict 2'],
    },
    { name: 'keep-alive probe: the byte before the next, any value', sent: [{ sequence: 101, text: 'abc' }, { sequence: 103, text: '\0', at: 9000 }], bytes: 'abc' },
    { name: 'keep-alive probe without a byte', sent: [{ sequence: 101, text: 'abc' }, { sequence: 103, at: 9000 }, { sequence: 104, text: 'd' }], bytes: 'abcd' },
    {
      name: 'window-zero probe: one new byte, then sent again with the rest',
      sent: [{ sequence: 101, text: 'ab' }, { sequence: 102, text: 'b', at: 500 }, { sequence: 102, text: 'bcd', at: 1000 }],
      bytes: 'abcd', events: ['0.0 retransmitted 1'],
    },
    { name: 'a frame captured twice', sent: [{ sequence: 101, text: 'abc', identification: 7 }, { sequence: 101, text: 'abc', identification: 7 }], bytes: 'abc' },
    {
      name: 'a frame captured twice while it waits',
      sent: [{ sequence: 104, text: 'def', identification: 7 }, { sequence: 104, text: 'def', identification: 7 }, { sequence: 101, text: 'abc' }],
      bytes: 'abcdef',
    },
    {
      name: 'IPv6 has no identification: the checksum tells',
      sent: [
        { sequence: 101, text: 'abc', identification: 0, checksum: 5 }, { sequence: 101, text: 'abc', identification: 0, checksum: 5 },
        { sequence: 101, text: 'abc', identification: 0, checksum: 6 },
      ],
      bytes: 'abc', events: ['0.0 retransmitted 3'],
    },
    { name: 'data in the SYN’s successor with urgent flag is data', sent: [{ sequence: 101, text: 'abc', flags: ['urg'], urgentPointer: 1 }], bytes: 'abc' },
    { name: 'a frame cut by the snap length', sent: [{ sequence: 101, text: 'abcdef', cut: 4 }, { sequence: 107, text: 'g' }], bytes: 'ab<4>g', events: ['0.0 gap 4 cut'] },
    {
      name: 'a cut frame that waits',
      sent: [{ sequence: 104, text: 'def', cut: 2 }, { sequence: 107, text: 'g' }, { sequence: 101, text: 'abc' }],
      bytes: 'abcd<2>g', events: ['0.0 gap 2 cut'],
    },
    { name: 'nothing behind the hole ever comes: no bytes are invented', sent: [{ sequence: 101, text: 'abc' }, { sequence: 110, text: 'x' }], bytes: 'abc<6>x', events: ['0.0 gap 6 end'] },
  ]
  test.each(situations)('$name', ({ sent, bytes, events }) => {
    const tap = open().send(...sent).finish()
    expect(client(tap)).toBe(bytes)
    expect(ofInterest(tap)).toEqual(events ?? [])
  })

  test('sequence numbers wrap', () => {
    const tap = new Tap().send(
      { sequence: -3, flags: ['syn'] }, { sequence: -2, text: 'ab' }, { sequence: 2, text: 'ef' }, { sequence: 0, text: 'cd' }, { sequence: 4, text: 'g' },
    ).finish()
    expect(client(tap)).toBe('abcdefg')
    expect(tap.data_.map((data) => data.offset)).toEqual([0, 2, 4, 6])
  })

  test('what the first data of a frame in the middle of a connection says', () => {
    const tap = new Tap().send({ sequence: 5000, acknowledgement: 900, text: 'abc' }, { from: 'server', sequence: 900, acknowledgement: 5003, text: 'xy' }).finish()
    expect(tap.bytes[0]).toEqual(['abc', 'xy'])
    expect(tap.data_[1]).toMatchObject({ acknowledged: 3 })
  })

  test('each piece says what it acknowledged, when it was first seen, and whether it filled a hole', () => {
    const tap = open().send(
      { from: 'server', sequence: 501, acknowledgement: 101, text: 'hello' },
      { sequence: 104, acknowledgement: 506, text: 'def' },
      { sequence: 101, acknowledgement: 503, text: 'abc' },
    )
    expect(tap.data_.slice(1)).toEqual([
      { offset: 0, frame: 5, seenFrame: 5, acknowledged: 2, filledHole: true, text: 'abc' },
      { offset: 3, frame: 5, seenFrame: 4, acknowledged: 5, filledHole: false, text: 'def' },
    ])
  })

  test('a frame that the snap length cuts fills no hole', () => {
    const tap = open().send({ sequence: 101, text: 'abcdef', cut: 4 }, { sequence: 107, text: 'g' })
    expect(tap.data_.map(({ text, filledHole }) => [text, filledHole])).toEqual([['ab', false], ['g', false]])
  })
})

describe('a gap', () => {
  const lost: Sent[] = [{ sequence: 101, text: 'abc', at: 0 }, { sequence: 110, text: 'xyz', at: 1 }, { from: 'server', sequence: 501, acknowledgement: 113, at: 2 }]

  test('is declared 100 ms after the peer acknowledged the missing bytes', () => {
    const tap = open().send(...lost, { sequence: 113, text: '!', at: 60 })
    expect(client(tap)).toBe('abc')
    tap.send({ sequence: 114, text: '?', at: 103 })
    expect(client(tap)).toBe('abc<6>xyz!?')
    expect(ofInterest(tap)).toEqual(['0.0 gap 6 lost'])
  })
  test('leaves the bytes behind it to the frames that hold them, not to the one that declared it', () => {
    const tap = open().send(...lost, { sequence: 113, text: '!', at: 60 }, { sequence: 114, text: '?', at: 103 })
    expect(tap.data_.map(({ text, frame, seenFrame }) => ({ text, frame, seenFrame }))).toEqual([
      { text: 'abc', frame: 3, seenFrame: 3 },
      { text: 'xyz', frame: 4, seenFrame: 4 },
      { text: '!', frame: 6, seenFrame: 6 },
      { text: '?', frame: 7, seenFrame: 7 },
    ])
  })
  test('or 64 frames later', () => {
    const tap = open().send(...lost)
    for (let i = 0; i < 63; i++) tap.send({ from: 'server', sequence: 501, acknowledgement: 113, at: 3 })
    expect(client(tap)).toBe('abc')
    tap.send({ from: 'server', sequence: 501, acknowledgement: 113, at: 3 })
    expect(client(tap)).toBe('abc<6>xyz')
  })
  test('is noticed by a frame of another connection, and by a tick', () => {
    const other = open().send(...lost, { clientPort: 40001, sequence: 1, flags: ['syn'], at: 150 })
    expect(client(other)).toBe('abc<6>xyz')
    const silent = open().send(...lost)
    silent.table.tick(9, 150_000_000)
    expect(client(silent)).toBe('abc<6>xyz')
  })
  test('is not declared where the bytes come late but before that', () => {
    const tap = open().send(...lost, { sequence: 104, text: 'defghi', at: 90 }).finish()
    expect(client(tap)).toBe('abcdefghixyz')
    expect(ofInterest(tap)).toEqual(['0.0 retransmitted 6'])
    expect(tap.retransmittedFrom).toEqual([3])
  })
  test('is not declared where nobody acknowledged the bytes', () => {
    const tap = open().send({ sequence: 101, text: 'abc', at: 0 }, { sequence: 110, text: 'xyz', at: 1 }, { sequence: 113, text: '!', at: 5000 })
    expect(client(tap)).toBe('abc')
  })
  test('is declared after 10 s where nobody can acknowledge the bytes, since the other direction is not captured', () => {
    const tap = new Tap().send(HANDSHAKE[0]!, { sequence: 101, text: 'abc', at: 1 }, { sequence: 110, text: 'xyz', at: 100 }, { sequence: 113, text: '!', at: 10_090 })
    expect(client(tap)).toBe('abc')
    tap.table.tick(4, 10_100e6)
    expect(client(tap)).toBe('abc<6>xyz!')
    tap.send({ sequence: 120, text: 'a', at: 11_000 }, { sequence: 130, text: 'b', at: 11_001 })
    tap.table.tick(6, 21_001e6)
    expect(client(tap)).toBe('abc<6>xyz!<6>a<9>b')
    expect(tap.table.gaps).toBe(3)
  })
  test('shows when bytes were acknowledged and nothing at all was captured of them', () => {
    const tap = open().send({ sequence: 101, text: 'abc', at: 0 }, { from: 'server', sequence: 501, acknowledgement: 120, at: 1 }, { sequence: 120, text: 'x', at: 200 })
    expect(client(tap.finish())).toBe('abc<16>x')
  })
  test('of one byte at the end may be a FIN that was not captured', () => {
    const tap = open().send({ sequence: 101, text: 'abc', at: 0 }, { from: 'server', sequence: 501, acknowledgement: 105, at: 1 }, { from: 'server', sequence: 501, acknowledgement: 105, at: 900 })
    expect(client(tap.finish())).toBe('abc')
  })
  test('is declared at the limit of waiting bytes, runs, and memory of all connections', () => {
    const bytes = open({ waitingBytes: 5 }).send({ sequence: 110, text: 'abc' }, { sequence: 120, text: 'abc' })
    expect(ofInterest(bytes)).toEqual(['0.0 gap 9 limit'])
    const runs = open({ waitingRuns: 1 }).send({ sequence: 110, text: 'a' }, { sequence: 120, text: 'b' })
    expect(ofInterest(runs)).toEqual(['0.0 gap 9 limit'])
    const total = open({ waitingMemoryTotal: 2_000 }).send({ sequence: 110, text: 'a'.repeat(1_000) }, { clientPort: 40001, sequence: 100, flags: ['syn'] })
    expect(ofInterest(total.send({ clientPort: 40001, sequence: 110, text: 'a'.repeat(1_000) }))[0]).toBe('0.0 gap 9 limit')
    const tiny = open({ waitingMemoryTotal: 2_000 })
    for (let count = 0; count < 10; count++) tiny.send({ sequence: 110 + 2 * count, text: 'a' })
    expect(ofInterest(tiny)[0]).toBe('0.0 gap 9 limit')
  })
  test('is not looked for in all connections with each segment, however far apart the segments are', () => {
    const tap = new Tap()
    for (let clientPort = 1; clientPort <= 200; clientPort++) tap.send({ clientPort, sequence: 100, text: 'a' }, { clientPort, sequence: 110, text: 'b' })
    const asked = vi.spyOn(HalfStream.prototype, 'acknowledgedKnown', 'get')
    for (let count = 0; count < 1_000; count++) tap.send({ clientPort: 1_000, sequence: 100 + count, text: 'c', at: 1_000 + 5_000 * (count % 2) })
    const often = asked.mock.calls.length
    asked.mockRestore()
    expect(often).toBeLessThan(50_000)
    expect(client(tap, 200)).toHaveLength(1_000)
  })
  test('an acknowledgement that no window allows proves nothing', () => {
    const tap = open().send({ sequence: 101, text: 'abc', at: 0 }, { from: 'server', sequence: 501, acknowledgement: 101 + 2 ** 30 + 4, at: 1 }, { sequence: 104, text: 'd', at: 500 })
    expect(client(tap.finish())).toBe('abcd')
  })
})

describe('both directions in step: what acknowledges bytes of the other one', () => {
  const request: Sent = { sequence: 101, acknowledgement: 501, text: 'ask' }
  const answer: Sent = { from: 'server', sequence: 501, acknowledgement: 104, text: 'say' }

  test('waits for them where they are captured later', () => {
    const tap = open().send(answer, request)
    expect(tap.told).toEqual(['0 ask', '1 say'])
    expect(tap.data_.map(({ text, frame, seenFrame, acknowledged }) => ({ text, frame, seenFrame, acknowledged }))).toEqual([
      { text: 'ask', frame: 4, seenFrame: 4, acknowledged: 0 },
      { text: 'say', frame: 3, seenFrame: 3, acknowledged: 3 },
    ])
    expect(ofInterest(tap)).toEqual([])
  })
  test('and all that follows it waits, too', () => {
    const tap = open().send(answer, { from: 'server', sequence: 504, acknowledgement: 104, text: 'more' }, { sequence: 104, acknowledgement: 508, text: 'next' })
    expect(tap.told).toEqual([])
    expect(tap.send(request).told).toEqual(['0 ask', '1 say', '1 more', '0 next'])
  })
  test('what acknowledges nothing new goes by', () => {
    const tap = open().send({ ...request, sequence: 104, text: 'behind' }, { ...answer, acknowledgement: 101 })
    expect(tap.told).toEqual(['1 say'])
  })
  test('goes by behind the gap, once the bytes are given up', () => {
    const tap = open().send({ ...answer, at: 10 }, { sequence: 104, acknowledgement: 504, text: 'next', at: 20 }, { from: 'server', sequence: 504, acknowledgement: 108, text: 'end', at: 30 })
    expect(tap.told).toEqual([])
    expect(tap.send({ sequence: 108, acknowledgement: 507, at: 111 }).told).toEqual(['0 <3>', '1 say', '0 next', '1 end'])
    expect(tap.data_.map(({ frame }) => frame)).toEqual([3, 4, 5])
  })
  test('is told between the parts of a gap', () => {
    // Of the client, "aaa" and "bb" are lost: the server had sent "one" when it had only the first.
    const tap = open().send({ from: 'server', sequence: 501, acknowledgement: 104, text: 'one', at: 1 }, { sequence: 106, acknowledgement: 504, text: 'c', at: 2 })
    tap.send({ from: 'server', sequence: 504, acknowledgement: 107, text: 'two', at: 3 }, { from: 'server', sequence: 507, acknowledgement: 107, at: 200 })
    expect(tap.told).toEqual(['0 <3>', '1 one', '0 <2>', '0 c', '1 two'])
    expect(tap.connection!.half(0).gaps).toBe(1)
    expect(tap.table.gaps).toBe(1)
    expect(tap.table.gapBytes).toBe(5)
  })
  test('of holes in both directions the one before what was captured first goes first', () => {
    const tap = open().send({ from: 'server', sequence: 504, acknowledgement: 104, text: 'say', at: 1 }, { sequence: 106, acknowledgement: 507, text: 'next', at: 2 })
    expect(tap.send({ from: 'server', sequence: 507, acknowledgement: 110, at: 200 }).told).toEqual(['1 <3>', '0 <3>', '1 say', '0 <2>', '0 next'])
  })
  test('a FIN, too', () => {
    const tap = open().send({ from: 'server', sequence: 501, acknowledgement: 104, flags: ['fin'] })
    expect(tap.told).toEqual([])
    expect(tap.send(request).told).toEqual(['0 ask', '1 closed'])
  })
  test('a FIN that acknowledges the other one, too', () => {
    const tap = open().send(request, { ...answer, flags: ['fin'], acknowledgement: 105, at: 10 })
    expect(tap.told).toEqual(['0 ask', '1 say'])
    expect(tap.send({ sequence: 104, acknowledgement: 501, flags: ['fin'] }).told).toEqual(['0 ask', '1 say', '0 closed', '1 closed'])
  })
  test('but not for ever: that one may not be in the capture', () => {
    const tap = open().send(request, { ...answer, flags: ['fin'], acknowledgement: 105, at: 10 })
    tap.table.tick(4, 120_000_000)
    expect(tap.told).toEqual(['0 ask', '1 say', '1 closed'])
  })
  test('a RST, too: behind what it acknowledges, what was acknowledged before, and what its end had sent', () => {
    const reset: Sent = { from: 'server', sequence: 501, acknowledgement: 104, flags: ['rst'] }
    for (const before of [[reset], [{ from: 'server', sequence: 501, acknowledgement: 104 }, { from: 'server', sequence: 501, flags: ['rst'] }]] as Sent[][]) {
      const tap = open().send(...before)
      expect(tap.told).toEqual([])
      expect(tap.connection!.ended).toBe(true)
      expect(tap.send(request).told).toEqual(['0 ask', '1 closed'])
      expect(ofInterest(tap)).toEqual([])
    }
    expect(open().send(answer, { ...reset, sequence: 504 }, request).told).toEqual(['0 ask', '1 say', '1 closed'])
  })
  test('and where that does not come, it goes by soon, or at the end of the capture, or with a new connection on the same ports', () => {
    const reset: Sent = { from: 'server', sequence: 504, acknowledgement: 104, flags: ['rst'] }
    const alone = open().send({ ...reset, sequence: 501, at: 10 })
    alone.table.tick(3, 109_000_000)
    expect(alone.told).toEqual([])
    alone.table.tick(3, 110_000_000)
    expect(alone.told).toEqual(['1 closed'])
    expect(ofInterest(alone)).toEqual([])
    expect(open().send(answer, reset).finish().told).toEqual(['0 <3>', '1 say', '1 closed', '0 closed'])
    expect(open().send(answer, reset, { sequence: 9000, flags: ['syn'] }).told).toEqual(['0 <3>', '1 say', '1 closed', '0 closed'])
  })
  test('what was sent again, and acknowledges the answer to it, is told before that all the same', () => {
    expect(open().send(answer, { ...request, acknowledgement: 504 }).told).toEqual(['0 ask', '1 say'])
  })
  test('does not wait where the other direction is not captured: only for the first of it', () => {
    const tap = open().send({ ...answer, at: 1 })
    tap.table.tick(4, 102_000_000)
    expect(tap.send({ ...answer, sequence: 504, acknowledgement: 109, text: 'more', at: 103 }).told).toEqual(['0 <3>', '1 say', '1 more'])
  })
  test('waits also where not even the SYN of the other direction was captured yet', () => {
    expect(new Tap().send(HANDSHAKE[1]!, answer, HANDSHAKE[0]!, request).told).toEqual(['1 ask', '0 say'])
    const tap = new Tap().send(HANDSHAKE[0]!, { sequence: 101, acknowledgement: 501 }, request, { sequence: 104, acknowledgement: 504, text: 'next' })
    expect(tap.told).toEqual(['0 ask'])
    expect(tap.send(HANDSHAKE[1]!, answer).told).toEqual(['0 ask', '1 say', '0 next'])
    const withoutBareAcknowledgement = new Tap().send(HANDSHAKE[0]!, request, { sequence: 104, acknowledgement: 504, text: 'next' }, HANDSHAKE[1]!, answer)
    expect(withoutBareAcknowledgement.told).toEqual(['0 ask', '1 say', '0 next'])
  })
  test('and where none of it ever is: for a while, and no gap is told', () => {
    const tap = new Tap().send(HANDSHAKE[1]!, answer)
    expect(tap.told).toEqual([])
    tap.table.tick(2, 200_000_000)
    expect(tap.send({ ...answer, sequence: 504, acknowledgement: 109, text: 'more' }).told).toEqual(['0 say', '0 more'])
    expect(tap.finish().told).toEqual(['0 say', '0 more', '0 closed', '1 closed'])
    expect(tap.data_.map(({ acknowledged }) => acknowledged)).toEqual([-1, -1])
    expect(tap.table.gaps).toBe(0)
  })
  test('what is missing at the beginning of an expected direction is a gap', () => {
    const tap = new Tap().send(HANDSHAKE[1]!, { ...answer, at: 2 }, { sequence: 104, acknowledgement: 504, text: 'next', at: 3 }, { sequence: 108, acknowledgement: 504, at: 200 })
    expect(tap.told).toEqual(['1 <3>', '0 say', '1 next'])
  })
  test('an acknowledgement of a SYN that another one took the place of says nothing', () => {
    const tap = open().send({ sequence: 101, acknowledgement: 501 }, { from: 'server', sequence: 400, acknowledgement: 101, flags: ['syn'] })
    tap.send({ sequence: 101, acknowledgement: 401 }, { from: 'server', sequence: 401, acknowledgement: 101, text: 'say', at: 10 }, { sequence: 101, acknowledgement: 404, at: 500 })
    expect(tap.finish().told).toEqual(['1 say', '0 closed', '1 closed'])
  })
  test('and then nothing of its history is searched: each segment is new', () => {
    const tap = open().send({ ...answer, at: 1 })
    tap.table.tick(4, 102_000_000)
    const searched = vi.spyOn(SegmentHistory.prototype, 'isTwin')
    tap.send({ ...answer, sequence: 504, acknowledgement: 109, text: 'more', at: 103 })
    const often = searched.mock.calls.length
    searched.mockRestore()
    expect(tap.told).toEqual(['0 <3>', '1 say', '1 more'])
    expect(often).toBe(0)
  })
  test('at the limit of waiting bytes the other direction is given up', () => {
    const tap = open({ waitingBytes: 5 }).send(answer, { ...answer, sequence: 504, text: 'more' })
    expect(tap.told).toEqual(['0 <3>', '1 say', '1 more'])
    expect(ofInterest(tap)).toEqual(['0.0 gap 3 limit'])
  })
  test('at the end of the capture, all in step', () => {
    expect(open().send(answer, { sequence: 104, acknowledgement: 504, text: 'next' }).finish().told).toEqual(['0 <3>', '1 say', '0 next', '0 closed', '1 closed'])
  })

  /** Both ends send, and hear of each other after a while; the capture has the frames in another order. */
  const outOfOrder = fc.record({
    turns: fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.integer({ min: 2, max: 5 })), { maxLength: 40 }),
    late: fc.array(fc.nat(30), { minLength: 40, maxLength: 40 }),
  })
  test('whatever the order of the frames', () => {
    fc.assert(
      fc.property(outOfOrder, ({ turns, late }) => {
        const sent = { client: 0, server: 0 }
        const had = { client: 0, server: 0 }
        const frames = turns.map(([byClient, hears, length], index) => {
          const [from, to] = byClient ? (['client', 'server'] as const) : (['server', 'client'] as const)
          if (hears) had[from] = sent[to]
          const frame: Sent = {
            from, sequence: (byClient ? 101 : 501) + sent[from], acknowledgement: (byClient ? 501 : 101) + had[from], text: 'x'.repeat(length),
          }
          sent[from] += length
          return { frame, at: index + late[index]! }
        })
        const tap = open().send(...frames.toSorted((a, b) => a.at - b.at).map(({ frame }) => frame)).finish()
        const told = [0, 0]
        expect(ofInterest(tap).filter((event) => !event.includes('retransmitted'))).toEqual([])
        tap.told.filter((one) => one.includes('x')).forEach((one, index) => {
          const sender = Number(one[0])
          expect(told[1 - sender]).toBeGreaterThanOrEqual(tap.data_[index]!.acknowledged)
          told[sender]! += one.length - 2
        })
        expect(told).toEqual([sent.client, sent.server])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('connections', () => {
  test('a new SYN on the same ports begins a new one', () => {
    const tap = open().send({ sequence: 101, text: 'abc' }, { sequence: 9000, flags: ['syn'] }, { sequence: 9001, text: 'new' }).finish()
    expect(tap.bytes).toEqual([['abc', ''], ['new', '']])
  })
  test('a repeated SYN does not', () => {
    const tap = new Tap().send(HANDSHAKE[0]!, HANDSHAKE[0]!, HANDSHAKE[1]!, { sequence: 101, text: 'abc' }).finish()
    expect(tap.bytes).toEqual([['abc', '']])
  })
  test('but it does after the end, even with the same number', () => {
    const tap = open().send({ from: 'server', sequence: 501, acknowledgement: 101, flags: ['rst'] }, HANDSHAKE[0]!, { sequence: 101, text: 'abc' }).finish()
    expect(tap.bytes).toEqual([['', ''], ['abc', '']])
  })
  test('what a server says of the connection before, which it still has when the client begins anew, is no sign of missing bytes', () => {
    const tap = open().send({ sequence: 101, text: 'abc' }, { sequence: 50, flags: ['syn'] }, { from: 'server', sequence: 501, acknowledgement: 104 }, { sequence: 104, flags: ['rst'] })
    tap.send({ sequence: 50, flags: ['syn'], at: 1_000 }, { from: 'server', sequence: 900, acknowledgement: 51, flags: ['syn'] }, { sequence: 51, acknowledgement: 901, text: 'new' }).finish()
    expect(tap.bytes.map(([bytes]) => bytes)).toEqual(['abc', '', 'new'])
    expect(tap.table.gaps).toBe(0)
  })
  test('but it does not where that SYN was captured twice, and the connection was short', () => {
    const frames: Sent[] = [{ ...HANDSHAKE[0]!, identification: 7, at: 1 }, { sequence: 101, text: 'abc', identification: 8, at: 2 }, { sequence: 104, flags: ['rst'], identification: 9, at: 3 }]
    const tap = new Tap().send(...frames, ...frames.map((frame) => ({ ...frame, at: frame.at! + 5 }))).finish()
    expect(tap.bytes).toEqual([['abc', '']])
  })
  test('only the server’s direction is seen: its SYN-ACK with another number begins a new one', () => {
    const tap = new Tap().send(
      { from: 'server', sequence: 500, acknowledgement: 101, flags: ['syn'] }, { from: 'server', sequence: 501, acknowledgement: 110, text: 'old' },
      { from: 'server', sequence: 7000, acknowledgement: 901, flags: ['syn'] }, { from: 'server', sequence: 7001, acknowledgement: 910, text: 'new' },
    ).finish()
    expect(tap.bytes).toEqual([['old', ''], ['new', '']])
  })
  test('split handshake: the server’s SYN comes by itself', () => {
    const tap = new Tap().send(
      { sequence: 100, flags: ['syn'] }, { from: 'server', sequence: 0, acknowledgement: 101 }, { from: 'server', sequence: 500, flags: ['syn'] },
      { sequence: 101, text: 'abc', acknowledgement: 501 }, { from: 'server', sequence: 501, text: 'xyz', acknowledgement: 104 },
    ).finish()
    expect(tap.bytes).toEqual([['abc', 'xyz']])
  })
  test('a SYN may carry data', () => {
    const tap = new Tap().send({ sequence: 100, flags: ['syn'], text: 'abc' }, { sequence: 104, text: 'def' }).finish()
    expect(client(tap)).toBe('abcdef')
  })
  test('FIN, half close, the other side goes on', () => {
    const tap = open().send(
      { sequence: 101, text: 'abc', acknowledgement: 501, flags: ['fin'] }, { from: 'server', sequence: 501, acknowledgement: 105, text: 'late' },
      { from: 'server', sequence: 505, acknowledgement: 105, flags: ['fin'] },
    ).finish()
    expect(tap.bytes).toEqual([['abc', 'late']])
    expect(tap.events).toEqual(['0 opened', '0.0 closed fin', '0.1 closed fin'])
  })
  test('a FIN behind a hole closes only once the hole is filled', () => {
    const tap = open().send({ sequence: 104, text: 'def', flags: ['fin'] })
    expect(tap.events).toEqual(['0 opened'])
    tap.send({ sequence: 101, text: 'abc' })
    expect(tap.events).toEqual(['0 opened', '0.0 closed fin'])
  })
  test('one that is ignored while bytes wait has no gaps', () => {
    const tap = open().send({ sequence: 110, text: 'late' })
    tap.connection!.ignore()
    tap.send({ sequence: 101, text: 'abc', acknowledgement: 501, at: 10 }, { from: 'server', sequence: 501, acknowledgement: 120, text: 'x', at: 20 }, { sequence: 120, acknowledgement: 502, at: 500 })
    expect(tap.table.gaps).toBe(0)
    expect(ofInterest(tap.finish())).toEqual([])
  })
  test('RST', () => {
    const tap = open().send({ sequence: 101, text: 'abc' }, { sequence: 104, flags: ['rst'] }).finish()
    expect(tap.events).toEqual(['0 opened', '0.0 closed rst', '0.1 closed capture'])
  })
  test('an old RST is none', () => {
    const tap = open().send({ sequence: 101, text: 'abc' }, { sequence: 101, flags: ['rst'] }, { sequence: 104, text: 'd' }).finish()
    expect(tap.events).toEqual(['0 opened', '0.0 closed capture', '0.1 closed capture'])
  })
  test('many: each has its own bytes, ended ones are forgotten, silent ones at the limit', () => {
    const tap = new Tap({ connections: 512, endedKept: 1_000_000 })
    for (let index = 0; index < 2000; index++) {
      const clientPort = 1024 + index
      tap.send({ clientPort, sequence: 1, flags: ['syn'] }, { clientPort, sequence: 2, text: `c${index}` })
      if (index % 2 === 0) tap.send({ clientPort, sequence: 2 + `c${index}`.length, flags: ['rst'] })
    }
    tap.finish()
    expect(tap.table.streams).toBe(2000)
    expect(tap.bytes.every(([bytes], index) => bytes === `c${index}`)).toBe(true)
    expect(tap.table.evicted).toBeGreaterThan(0)
  })
})

describe('whatever the network does to the segments', () => {
  // Cuts with overlaps, duplicates, any order after the SYN.
  const mangled = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz') }).chain((text) =>
    fc.record({
      text: fc.constant(text),
      base: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      pieces: fc.array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 20 })), { maxLength: 30 }),
      order: fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
      step: fc.integer({ min: 1, max: 7 }),
    }),
  )
  test('the bytes are the sender’s', () => {
    fc.assert(
      fc.property(mangled, ({ text, base, pieces, order, step }) => {
        const cuts = [...pieces]
        for (let at = 0; at < text.length; at += step) cuts.push([at, step])
        const sent = cuts
          .map(([at, length], index) => ({ key: order[index % order.length]!, sequence: base + 1 + at, text: text.slice(at, at + length) }))
          .sort((a, b) => a.key - b.key)
        const tap = new Tap().send({ sequence: base, flags: ['syn'] }, ...sent).finish()
        expect(client(tap)).toBe(text)
        expect(tap.events.filter((event) => /gap|conflict/.test(event))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
  test('nothing throws on random segments, and offsets only grow', () => {
    const random = fc.record({
      from: fc.constantFrom('client' as const, 'server' as const),
      sequence: fc.oneof(fc.integer({ min: 90, max: 140 }), fc.integer()),
      acknowledgement: fc.oneof(fc.integer({ min: 90, max: 140 }), fc.integer()),
      text: fc.string({ maxLength: 12 }),
      cut: fc.constant(0),
      flags: fc.subarray(['syn' as const, 'fin' as const, 'rst' as const, 'urg' as const]),
      at: fc.nat(2000),
    })
    fc.assert(
      fc.property(fc.array(random, { maxLength: 60 }), (sent) => {
        const tap = new Tap({ waitingBytes: 40, waitingRuns: 3, waitingMemoryTotal: 1_000 }).send(...sent).finish()
        expect(tap.table.streams).toBeGreaterThanOrEqual(sent.length > 0 ? 1 : 0)
        for (const data of tap.data_) expect(data.offset).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a lent chunk', () => {
  test('may be overwritten once it is settled: what is remembered of it stays', () => {
    const chunk = new Uint8Array(64)
    const first = new TextEncoder().encode('abcdefghij')
    chunk.set(first, 20)
    for (const settled of [false, true]) {
      const tap = open()
      tap.table.lend(chunk)
      const segment = tap.segment({ sequence: 101, text: 'abcdefghij', at: 0 })
      segment.buffer = chunk
      segment.start = 20
      segment.end = 30
      chunk.set(first, 20)
      tap.table.push(segment)
      if (settled) {
        tap.table.settle()
        chunk.fill(0xee)
      }
      tap.send({ sequence: 103, text: 'cdXf', at: 300 }, { sequence: 101, text: 'abcdefghij', at: 600 })
      expect(ofInterest(tap)).toEqual(['0.0 retransmitted 4', '0.0 conflict 1', '0.0 retransmitted 10'])
    }
  })
})

describe('what an end tells the other one', () => {
  test('that it takes no more bytes, and that it does again; each once', () => {
    const tap = open().send(
      { from: 'server', sequence: 501, acknowledgement: 101, window: 0 },
      { from: 'server', sequence: 501, acknowledgement: 101, window: 0 },
      { sequence: 101, text: 'ab' },
      { from: 'server', sequence: 501, acknowledgement: 101, window: 500 },
      { sequence: 101, text: 'ab' },
      { from: 'server', sequence: 501, text: 'still in order', acknowledgement: 103 },
    )
    expect(ofInterest(tap)).toEqual(['0.1 window shut', '0.1 window open', '0.0 retransmitted 2'])
    expect(tap.bytes[0]).toEqual(['ab', 'still in order'])
  })
  test('when it answered the SYN, and when it acknowledged last', () => {
    const seen: { answered: number; acknowledged: number; offset: number }[] = []
    const tap = new Tap()
    const note = () => {
      const half = tap.connection!.half(0)
      seen.push({ answered: tap.connection!.answeredTime, acknowledged: half.acknowledgedTime, offset: half.acknowledgedOffset })
    }
    tap.send({ sequence: 100, flags: ['syn'], at: 1 })
    note()
    tap.send({ from: 'server', sequence: 500, acknowledgement: 101, flags: ['syn'], at: 3 }, { sequence: 101, acknowledgement: 501, at: 4, text: 'abc' })
    note()
    tap.send({ from: 'server', sequence: 501, acknowledgement: 104, at: 9 }, { from: 'server', sequence: 501, acknowledgement: 104, at: 12 })
    note()
    expect(seen).toEqual([
      { answered: NaN, acknowledged: 0, offset: -1 },
      { answered: 3e6, acknowledged: 3e6, offset: 0 },
      { answered: 3e6, acknowledged: 9e6, offset: 3 },
    ])
  })
})

describe('connections of which nothing is seen for hours', () => {
  const opened = (limits = {}) => new Tap({ silentHours: 2, ...limits }).send({ clientPort: 1, sequence: 100 }, { clientPort: 2, sequence: 100 })
  const hour = (tap: Tap, frame: number) => tap.table.hour(frame, frame)

  test('are closed and forgotten, without a sign from either end', () => {
    const tap = opened()
    hour(tap, 2)
    tap.send({ clientPort: 2, sequence: 100 })
    hour(tap, 3)
    expect(tap.events).not.toContainEqual(expect.stringMatching(/closed/))
    hour(tap, 3)
    expect(tap.events.filter((event) => event.includes('closed'))).toEqual(['0.0 closed capture', '0.1 closed capture'])
    // What comes then is a connection that the capture joins in the middle.
    tap.send({ clientPort: 1, sequence: 200, text: 'x' }, { clientPort: 2, sequence: 100, text: 'y' })
    expect(tap.table.streams).toBe(3)
    expect(tap.bytes.map(([client]) => client)).toEqual(['', 'y', 'x'])
  })

  test('what waits behind a hole is delivered before', () => {
    const tap = opened().send({ clientPort: 1, sequence: 105, text: 'late' })
    for (let count = 0; count < 3; count++) hour(tap, 3)
    expect(tap.bytes[0]![0]).toBe('<5>late')
  })
})
