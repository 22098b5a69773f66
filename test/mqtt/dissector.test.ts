/**
 * From TCP segments to packets: whatever the network did to the segments, the packets are the sender's.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { MqttDissector } from '../../src/mqtt/dissector.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import type { Version } from '../../src/mqtt/version.ts'
import { TCP_FLAGS, TcpSegment } from '../../src/network/segment.ts'
import { ConnectionTable } from '../../src/tcp/connection-table.ts'
import { arbitrarySession } from '../support/arbitrary-session.ts'
import type { GeneratedPacket } from '../support/arbitrary-packets.ts'
import { fromHex, toHex } from './framed.ts'

type From = 'client' | 'server'

interface Told {
  readonly from: string | null
  readonly version: string | null
  readonly packet: unknown
  readonly bytes: string
  readonly problems: readonly string[]
}

class Wire {
  readonly told: (Told & { event: PacketEvent })[] = []
  readonly #tcp: ConnectionTable
  readonly #next = { client: 101, server: 501 }
  #frame = 0
  #port: number

  constructor(options: { version?: Version; ports?: number[]; port?: number; syn?: boolean; decodedBytes?: number } = {}) {
    const ports = new Uint8Array(65536)
    for (const port of options.ports ?? [1883]) ports[port] = 1
    this.#port = options.port ?? 1883
    const limits = { ...LIMITS.mqtt, decodedBytes: options.decodedBytes ?? LIMITS.mqtt.decodedBytes }
    const dissector = new MqttDissector((event) => this.#tell(event), { ports, version: options.version ?? null }, limits)
    this.#tcp = new ConnectionTable(dissector, LIMITS.tcp)
    if (options.syn !== false) {
      this.segment('client', 100, new Uint8Array(0), TCP_FLAGS.syn)
      this.segment('server', 500, new Uint8Array(0), TCP_FLAGS.syn)
    }
  }

  /** The next bytes of one side, as one segment of hex. */
  send(from: From, ...segments: string[]): this {
    for (const hex of segments) {
      const bytes = fromHex(hex)
      this.segment(from, this.#next[from], bytes)
      this.#next[from] += bytes.length
    }
    return this
  }

  /** Bytes that the capture does not hold. */
  lose(from: From, count: number): this {
    this.#next[from] += count
    return this
  }

  segment(from: From, sequence: number, payload: Uint8Array, flags = 0): void {
    const segment = new TcpSegment()
    segment.frame = ++this.#frame
    segment.time = this.#frame * 1_000
    segment.source0 = from === 'client' ? 1 : 2
    segment.destination0 = from === 'client' ? 2 : 1
    segment.sourcePort = from === 'client' ? 40000 : this.#port
    segment.destinationPort = from === 'client' ? this.#port : 40000
    segment.sequence = sequence | 0
    segment.flags = flags
    segment.identification = this.#frame & 0xffff
    segment.buffer = payload
    segment.end = segment.length = payload.length
    this.#tcp.push(segment)
  }

  finish(): this {
    this.#tcp.finish(this.#frame, this.#frame * 1_000)
    return this
  }

  lines(): string[] {
    return this.told.map(({ event, problems }) => {
      const packet = event.packet
      const what = packet.type === 'UNFRAMED' ? `${packet.type} ${event.length} ${packet.reason}` : packet.type
      const topic = packet.type === 'PUBLISH' ? ` ${JSON.stringify(packet.topicName)}${event.resolvedTopicName === undefined ? '' : ` = ${String(event.resolvedTopicName)}`}` : ''
      return `${event.direction === 'client-to-server' ? '>' : event.direction === null ? '?' : '<'} ${event.version ?? '-'} ${event.versionCertainty ?? '-'} ${what}${topic}${problems.length > 0 ? ` ! ${problems.join(' ')}` : ''}`
    })
  }

  #tell(event: PacketEvent): void {
    this.told.push({
      from: event.direction,
      version: event.version,
      packet: event.packet,
      bytes: toHex(event.buffer.subarray(event.start, event.end)),
      problems: event.problems.map((problem) => problem.code),
      event: { ...event },
    })
  }
}

const CONNECT5 = '1010 0004 4d515454 05 02 003c 00 0003 612d62'
const CONNACK5 = '2003 00 00 00'
const CONNECT3 = '100f 0004 4d515454 04 02 003c 0003 612d62'
const CONNACK3 = '2002 0000'

describe('what a connection is', () => {
  test('a client and a server, by who opened it', () => {
    expect(new Wire().send('client', CONNECT3).send('server', CONNACK3).lines()).toEqual(['> 3.1.1 seen CONNECT', '< 3.1.1 seen CONNACK'])
  })
  test('on a port that nobody named, told by its CONNECT', () => {
    expect(new Wire({ port: 8000 }).send('client', CONNECT3).send('server', CONNACK3).lines()).toEqual(['> 3.1.1 seen CONNECT', '< 3.1.1 seen CONNACK'])
    expect(new Wire({ port: 8000 }).send('client', '474554202f').send('server', CONNACK3).lines()).toEqual([])
  })
  test('from the middle on, told by port and by packets that only one side sends', () => {
    expect(new Wire({ syn: false }).send('client', 'c000').send('server', 'd000').lines()).toEqual(['> - - PINGREQ', '< - - PINGRESP'])
    expect(new Wire({ syn: false, ports: [1883, 40000] }).send('server', 'd000', 'd000').send('client', 'c000').lines())
      .toEqual(['< - - PINGRESP', '< - - PINGRESP', '> - - PINGREQ'])
  })
  test('the client identifier: from CONNECT, or assigned', () => {
    const named = new Wire().send('client', CONNECT5)
    expect(named.told[0]!.event.connection.clientIdentifier).toBe('a-b')
    const assigned = new Wire().send('client', '100d 0004 4d515454 05 02 003c 00 0000').send('server', '2008 00 00 05 12 0002 7838')
    expect(assigned.told[1]!.event.connection.clientIdentifier).toBe('x8')
  })
})

describe('the version without a CONNECT', () => {
  const publish5 = '300a 0003 612f62 00 78797a7a'
  const publish3 = '3009 0003 612f62 7b22617d'
  test('is told by packets that fit only one', () => {
    expect(new Wire({ syn: false }).send('client', publish3).lines()).toEqual(['> 3.1.1 inferred PUBLISH "a/b"'])
    expect(new Wire({ syn: false }).send('client', '4004 0007 87 00', 'c000').lines()).toEqual(['> 5.0 inferred PUBACK', '> 5.0 inferred PINGREQ'])
  })
  test('stays unknown while they fit both, and then nothing is said against them', () => {
    expect(new Wire({ syn: false }).send('client', '4002 0007', '3007 0003 612f62 0078'.replace('3007', '3007')).lines()[0]).toBe('> - - PUBACK')
  })
  test('is told by many payloads that would all begin with U+0000', () => {
    expect(new Wire({ syn: false }).send('client', publish5).lines()).toEqual(['> 5.0 inferred PUBLISH "a/b"'])
  })
  test('is the one that the user gives', () => {
    expect(new Wire({ syn: false, version: '5.0' }).send('client', '4002 0007').lines()).toEqual(['> 5.0 given PUBACK'])
  })
  test('until a CONNECT says otherwise', () => {
    expect(new Wire({ version: '5.0' }).send('client', CONNECT3, '4002 0007').lines()).toEqual(['> 3.1.1 seen CONNECT', '> 3.1.1 seen PUBACK'])
  })
  test('a defect of every version is reported, one of some is not', () => {
    const wire = new Wire({ syn: false }).send('client', 'c000', '4002 0000', '6a02 0007')
    expect(wire.lines().map((line) => line.replace(/ - -/, ''))).toEqual(['> PINGREQ', expect.stringMatching(/^> PUBACK ! \S+$/), expect.stringMatching(/PUBREL$/)])
    expect(wire.told[1]!.event.problems[0]!.statements).toEqual([])
  })
})

describe('topic aliases', () => {
  const set = '300b 0003 612f62 03 230005 7879'
  const use = '3008 0000 03 230005 7879'
  test('are resolved per direction', () => {
    expect(new Wire().send('client', CONNECT5).send('server', CONNACK5).send('client', set, use).send('server', use).lines().slice(2)).toEqual([
      '> 5.0 seen PUBLISH "a/b"', '> 5.0 seen PUBLISH "" = a/b', '< 5.0 seen PUBLISH ""',
    ])
  })
  test('are void after a gap', () => {
    expect(new Wire().send('client', CONNECT5 + set).lose('client', 30).send('client', use, use).finish().lines().slice(2)).toEqual(['> 5.0 seen PUBLISH ""', '> 5.0 seen PUBLISH ""'])
  })
})

describe('the payload of a large PUBLISH that says it is UTF-8', () => {
  const wire = (): Wire => new Wire({ decodedBytes: 100 }).send('client', CONNECT5).send('server', CONNACK5)
  // Topic, Payload Format Indicator 1, and a payload of 200 bytes.
  const head = '30 d001 0003 612f62 02 0101'
  const payload = '41'.repeat(198)
  test('is judged though it goes by', () => {
    expect(wire().send('client', head, `${payload}c3`, 'a9', head, payload, 'ff41').lines().slice(2)).toEqual([
      '> 5.0 seen PUBLISH "a/b"', '> 5.0 seen PUBLISH "a/b" ! property.payload-not-utf8',
    ])
  })
  test('is not judged where bytes of it are missing', () => {
    expect(wire().send('client', head, payload).lose('client', 1).send('client', 'a9', 'c000').finish().lines().slice(2)).toEqual([
      '> 5.0 seen PUBLISH "a/b"', '> 5.0 seen PINGREQ',
    ])
  })
})

describe('a capture that begins in the middle of a packet', () => {
  const told = (from: From, ...segments: string[]) => new Wire({ syn: false }).send(from, ...segments).finish().told

  // Text that ends in a zero, before the Remaining Length of a PUBLISH: what is left of a packet, then whole ones. All were accused.
  test.each<[string, From, string[]]>([
    ['that looks like a PUBLISH, up to the middle of a later packet', 'server', ['301f 0002 c2a0 11', 'b00400030011', '300d 0003 20202f 00 00000000000000', '50020004', '70020004']],
    ['that looks like a PUBLISH whose topic is no UTF-8', 'server', ['3023 0002 20800000', '9017 0003 13 26 0003 202020 000b 202020f09080802020c2a0 00', '62020001']],
    ['that looks like a PUBLISH, and what is behind it like an impossible length', 'client', ['3020 0001 20 00000000', '8206 0001 0001 23 02', '8216 0002 0005 202f2b2f23 00 0001 23 00 0005 f09080802f 00', 'e000']],
    ['with two User Properties that look like a PUBLISH each', 'server', [
      '590001204c2600000001 30260005f09080802000132020f09080802020f0908080f090808020202026000320202000032020 30260000000009000008001124202020202f20f090808020ed9fbf20200100000000000000000000',
    ]],
  ])('%s', (_, from, segments) => {
    expect(told(from, ...segments).flatMap(({ problems }) => problems)).toEqual([])
  })

  test('goes on behind what was no packet', () => {
    const wire = new Wire({ syn: false }).send('server', '301f 0002 c2a0 11', 'b00400030011', '300d 0003 20202f 00 00000000000000', '50020004', '70020004', '50020005', '3007 0003 612f62 4142').finish()
    expect(wire.lines().map((line) => line.replace(/^. \S+ \S+ /, '')).slice(-2)).toEqual(['PUBREC', 'PUBLISH "a/b"'])
    expect(wire.told.reduce((sum, { event }) => sum + event.length, 0)).toBe(7 + 6 + 15 + 4 + 4 + 4 + 9)
  })

  test.each([64_000, 1_460, 30, 7])('thousands of boundaries that are none, in segments of %i bytes, make no call nest', (size) => {
    const stream = fromHex('3008 0003 612f62 414243 3008 0003 612f62 414243 00'.repeat(3_000))
    const wire = new Wire({ syn: false })
    for (let at = 0; at < stream.length; at += size) wire.send('client', toHex(stream.subarray(at, at + size)))
    wire.finish()
    expect(wire.told.reduce((sum, { event }) => sum + event.length, 0)).toBe(stream.length)
  })

  test('a defect is the sender’s once two packets lie in their segments', () => {
    expect(told('client', '41', 'c000', 'c000', '38050001740078').flatMap(({ problems }) => problems)).toEqual(['publish.dup-on-qos0'])
  })
})

describe('bytes that the capture lacks', () => {
  test('between packets are told with the next one of their direction', () => {
    const wire = new Wire().send('client', CONNECT3).lose('client', 30).send('client', 'c000', 'c000').finish()
    expect(wire.told.map(({ event }) => event.lostBefore)).toEqual([0, 30, 0])
  })
  test('in a payload are missing from its PUBLISH, and those behind it are told with the next packet', () => {
    const wire = new Wire().send('client', `${CONNECT3} 3010 0003 612f62 4142`).lose('client', 20).send('client', 'c000', 'c000').finish()
    expect(wire.told.map(({ event }) => [event.packet.type, event.missing, event.lostBefore])).toEqual([
      ['CONNECT', 0, 0], ['PUBLISH', 9, 0], ['PINGREQ', 0, 11], ['PINGREQ', 0, 0],
    ])
  })
})

describe('a packet of many segments', () => {
  test('knows its frames', () => {
    const wire = new Wire().send('client', CONNECT3.slice(0, 14), CONNECT3.slice(14, 24), CONNECT3.slice(24))
    const { frame, firstSeenFrame, pieces } = wire.told[0]!.event
    expect({ frame, firstSeenFrame, pieces }).toEqual({ frame: 5, firstSeenFrame: 5, pieces: [{ start: 0, frame: 3, position: -1 }, { start: 6, frame: 4, position: -1 }, { start: 10, frame: 5, position: -1 }] })
  })
  test('of which the middle came last', () => {
    const bytes = fromHex(CONNECT3)
    const wire = new Wire()
    wire.segment('client', 101, bytes.subarray(0, 5))
    wire.segment('client', 111, bytes.subarray(10))
    wire.segment('client', 106, bytes.subarray(5, 10))
    const { frame, firstSeenFrame, pieces } = wire.told[0]!.event
    expect({ frame, firstSeenFrame, pieces: pieces?.map((piece) => piece.frame) }).toEqual({ frame: 5, firstSeenFrame: 4, pieces: [3, 5, 4] })
  })
})

describe('whatever the network does', () => {
  const version = fc.constantFrom<Version>('3.1', '3.1.1', '5.0')
  const session = version.chain((of) => fc.tuple(fc.constant(of), arbitrarySession(of)))
  const mangling = fc.record({ cuts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), order: fc.infiniteStream(fc.nat(1000)), repeats: fc.infiniteStream(fc.nat(9)) })

  const sides: readonly From[] = ['client', 'server']
  const ofSide = (from: From) => (one: { from?: string | null; direction?: string | null }) => (one.from ?? one.direction) === (from === 'client' ? 'client-to-server' : 'server-to-client')
  const expected = (packets: readonly GeneratedPacket[], from: From) => packets.filter(ofSide(from)).map(({ packet, bytes }) => ({ packet, bytes: toHex(bytes) }))
  const seen = (wire: Wire, from: From) => wire.told.filter(ofSide(from)).map(({ packet, bytes }) => ({ packet, bytes }))

  test('any cut: the same packets, without a problem', () => {
    fc.assert(
      fc.property(session, mangling, ([of, packets], { cuts }) => {
        const wire = new Wire()
        let turn = 0
        for (const { direction, bytes } of packets) {
          const from = direction === 'client-to-server' ? 'client' : 'server'
          for (let at = 0; at < bytes.length; ) {
            const size = cuts[turn++ % cuts.length]!
            wire.send(from, toHex(bytes.subarray(at, at + size)))
            at += size
          }
        }
        wire.finish()
        for (const from of sides) expect(seen(wire, from)).toEqual(expected(packets, from))
        expect(wire.told.flatMap((one) => one.problems)).toEqual([])
        expect(wire.told.every((one) => one.version === of)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('any order, repetition and overlap of the segments: the same packets', () => {
    fc.assert(
      fc.property(session, mangling, ([of, packets], { cuts, order, repeats }) => {
        // The version is given, so that a server's packet that overtakes the CONNECT is read alike.
        const wire = new Wire({ version: of })
        const sent: { key: number; from: From; sequence: number; bytes: Uint8Array }[] = []
        let turn = 0
        for (const from of sides) {
          const stream = Uint8Array.from(packets.filter(ofSide(from)).flatMap(({ bytes }) => [...bytes]))
          for (let at = 0; at < stream.length; ) {
            // No more segments than may wait behind a hole.
            const size = Math.max(cuts[turn++ % cuts.length]!, Math.ceil(stream.length / 300))
            const overlap = order.next().value! % 7
            const copies = repeats.next().value === 0 ? 2 : 1
            for (let copy = 0; copy < copies; copy++) {
              sent.push({ key: order.next().value!, from, sequence: (from === 'client' ? 101 : 501) + at, bytes: stream.slice(at, at + size + overlap) })
            }
            at += size
          }
        }
        for (const { from, sequence, bytes } of sent.sort((a, b) => a.key - b.key)) wire.segment(from, sequence, bytes)
        wire.finish()
        for (const from of sides) expect(seen(wire, from)).toEqual(expected(packets, from))
        expect(wire.told.flatMap((one) => one.problems)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('a session that is captured from the middle is never accused', () => {
    fc.assert(
      fc.property(session, fc.nat(400), ([, packets], skipped) => {
        const wire = new Wire({ syn: false })
        const left: Record<From, number> = { client: skipped, server: skipped }
        for (const { direction, bytes } of packets) {
          const from = direction === 'client-to-server' ? 'client' : 'server'
          const skip = Math.min(left[from], bytes.length)
          left[from] -= skip
          if (skip < bytes.length) wire.send(from, toHex(bytes.subarray(skip)))
        }
        expect(wire.finish().told.flatMap((one) => one.problems)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('mutated bytes and lost segments throw nothing, and every byte is told once', () => {
    fc.assert(
      fc.property(session, mangling, fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 8 }), fc.infiniteStream(fc.nat(15)), ([, packets], { cuts }, mutations, losses) => {
        const wire = new Wire()
        let turn = 0
        let sent = 0
        for (const from of sides) {
          const stream = Uint8Array.from(packets.filter(ofSide(from)).flatMap(({ bytes }) => [...bytes]))
          for (const [at, value] of mutations) if (at < stream.length) stream[at] = value
          for (let at = 0; at < stream.length; ) {
            const piece = stream.subarray(at, at + cuts[turn++ % cuts.length]!)
            if (losses.next().value === 0) wire.lose(from, piece.length)
            else {
              wire.send(from, toHex(piece))
              sent += piece.length
            }
            at += piece.length
          }
        }
        wire.finish()
        expect(wire.told.reduce((sum, one) => sum + one.event.length - one.event.missing, 0)).toBe(sent)
        for (const { event } of wire.told) for (const problem of event.problems) {
          expect(problem.start).toBeGreaterThanOrEqual(0)
          expect(problem.end).toBeGreaterThan(problem.start)
          expect(problem.end).toBeLessThanOrEqual(event.length)
        }
      }),
      { numRuns: 300 },
    )
  })
})
