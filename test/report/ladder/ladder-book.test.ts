import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { createPipeline } from '../../../src/analysis/pipeline.ts'
import { partOf } from '../../../src/report/ladder/ladder.ts'
import { LadderBook } from '../../../src/report/ladder/ladder-book.ts'
import { HEX } from '../../session/conversation.ts'
import { connect, Scene } from './scene.ts'
import type { Ladder } from '../../../src/report/ladder/ladder.ts'
import type { LadderChoice } from '../../../src/report/ladder/ladder-book.ts'

const CONNACK = HEX.connack311()
const publish0 = (topic = '74') => `3004 0001 ${topic} 21`

/** The rows of the only ladder, without title. */
function rows(scene: Scene): string[] {
  const [drawn, ...others] = scene.drawn()
  expect(others).toEqual([])
  return drawn!.slice(1)
}

describe('a connection from its beginning to its end', () => {
  test('all that happened, in the order of the capture', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a')).server(CONNACK)
    line.client(HEX.subscribe('0001')).server(HEX.suback('0001', '0180'))
    line.client(HEX.publish2('0007'), publish0()).server(HEX.pubrec('0007')).client(HEX.pubrel('0007')).server(HEX.pubcomp('0007'))
    scene.wait(1800)
    line.client(HEX.pingreq).server(HEX.pingresp).client(HEX.disconnect).fin('client').fin('server')
    expect(scene.end().drawn()).toEqual([[
      'a  MQTT 3.1.1  stream 0  10.0.0.21:40001 -> 10.0.0.2:1883',
      '0.000000   |            TCP connection opened            |      1.000 + 1.000 ms',
      '0.003000   |-- CONNECT clean ka 60 s ------------------->|  .',
      "0.004000   |<------------- CONNACK Connection accepted --|  '--    1.000 ms 1 connect",
      '0.005000   |-- SUBSCRIBE #1 a q1, b q2 ----------------->|  .',
      "0.006000 ! |<------------------- SUBACK #1 q1, Failure --|  '--    1.000 ms 2 subscribe",
      '0.007000   |-- PUBLISH #7 q2 t 1 B --------------------->|  .',
      '0.008000   |-- PUBLISH q0 t 1 B ------------------------>|  |',
      '0.009000   |<------------------------------- PUBREC #7 --|  +--    2.000 ms',
      '0.010000   |-- PUBREL #7 ------------------------------->|  +--    1.000 ms',
      "0.011000   |<------------------------------ PUBCOMP #7 --|  '--    1.000 ms 3 qos2 4.000 ms",
      '     ...   |                   1.80 s                    |',
      '1.812000   |-- PINGREQ --------------------------------->|  .',
      "1.813000   |<-------------------------------- PINGRESP --|  '--    1.000 ms 4 ping",
      '1.814000   |-- DISCONNECT ------------------------------>|',
      '1.815000   |.. TCP FIN .................................>|',
      '1.816000   |<................................. TCP FIN ..|',
    ]])
  })

  test('what TCP did', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a')).server(CONNACK, HEX.publish1('0001'))
    scene.wait(200)
    line.again('server', HEX.publish1('0001'))
    scene.wait(200)
    line.again('server', HEX.publish1('0001')).window('client', 0).server('d000')
    scene.wait(1500)
    line.window('client', 65_535).client(HEX.puback('0001')).reset('server')
    expect(rows(scene.end()).slice(3)).toEqual([
      '0.005000   |<--------------------- PUBLISH #1 q1 t 1 B --|  .',
      '0.206000   |<................. TCP sent 16 bytes again ..|  |   2 segments',
      '0.408000   |.. TCP receive window closed ...............>|  |',
      '0.409000   |<-------------------------------- PINGRESP --|  |',
      '     ...   |                   1.50 s                    |  |',
      '1.910000   |.. TCP receive window open again ...........>|  |   after 1.50 s',
      "1.911000   |-- PUBACK #1 ------------------------------->|  '-- 1906.000 ms resent 402 ms  2 qos1",
      '1.912000   |<................................. TCP RST ..|',
    ])
  })

  test('bytes that the capture lacks', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a')).server(CONNACK)
    line.client(HEX.publish1('0001')).lost('server', HEX.puback('0001')).lost('server', HEX.puback('0001'))
    line.client(HEX.pingreq).server(HEX.pingresp)
    scene.wait(200)
    line.client(HEX.publish1('0002')).server(HEX.puback('0002')).fin('client').fin('server')
    expect(rows(scene.end()).slice(3)).toEqual([
      '0.005000   |-- PUBLISH #1 q1 t 1 B --------------------->|  .',
      '  // 8 bytes missing from the capture, broker to client //',
      '0.006000   |-- PINGREQ --------------------------------->|  |.',
      "0.007000   |<-------------------------------- PINGRESP --|  |'-    1.000 ms 3 ping",
      '0.208000   |-- PUBLISH #2 q1 t 1 B --------------------->|  |.',
      "0.209000   |<------------------------------- PUBACK #2 --|  |'-    1.000 ms 4 qos1",
      '0.210000   |.. TCP FIN .................................>|  |',
      '0.211000   |<................................. TCP FIN ..|  |',
      "0.211000   |              no PUBACK #1 seen              |  '-- 2 qos1  partly seen",
    ])
  })

  test('the DUP flag, and a packet of the exchange that came before', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK).client(HEX.publish1('0001'), HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    expect(rows(scene.end()).slice(3)).toEqual([
      '0.005000   |-- PUBLISH #1 q1 t 1 B --------------------->|  .',
      '0.006000   |-- PUBLISH #1 q1 DUP t 1 B ---------------->>|  +-- sent again',
      "0.007000   |<------------------------------- PUBACK #1 --|  '--    2.000 ms 2 qos1",
      '0.007000   |                capture ends                 |',
    ])
  })

  test('a packet with defects', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK).client('3e06 0001 74 0001 21')
    expect(rows(scene.end()).slice(3, 4)).toEqual(['0.005000 ! |-- PUBLISH q3 DUP t ----------------------->>|      QoS 3 is not a QoS: bits 2-1 of byt…'])
  })
})

describe('what has no answer', () => {
  test('when the capture ends', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK).client(HEX.publish1('0001'), HEX.publish2('0002'), HEX.pingreq).server(HEX.pubrec('0002'))
    expect(rows(scene.end()).slice(-3)).toEqual([
      "0.008000 ~ |         capture ends, no PUBACK #1          |  '|| 2 qos1  open",
      "0.008000 ~ |         capture ends, no PUBREL #2          |   '| 3 qos2  open",
      "0.008000 ~ |          capture ends, no PINGRESP          |    ' 4 ping  open",
    ])
  })

  test('when the connection ends', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK).client(HEX.publish1('0001')).reset('server')
    expect(rows(scene.end()).slice(-2)).toEqual([
      '0.006000   |<................................. TCP RST ..|  |',
      "0.006000 ~ |           ended without PUBACK #1           |  '-- 2 qos1  abandoned",
    ])
  })

  test('when its identifier is used for something else', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK).client(HEX.publish1('0001'), HEX.publish1('0001', { topic: '75' })).server(HEX.puback('0001'))
    expect(rows(scene.end()).slice(3)).toEqual([
      '0.005000   |-- PUBLISH #1 q1 t 1 B --------------------->|  .',
      "0.006000 ~ |        no PUBACK #1, then used again        |  '-- 2 qos1  superseded",
      '0.006000   |-- PUBLISH #1 q1 u 1 B --------------------->|  .',
      "0.007000   |<------------------------------- PUBACK #1 --|  '--    1.000 ms 3 qos1",
      '0.007000   |                capture ends                 |',
    ])
  })

  test('where the Session goes on with it, on a later connection', () => {
    const scene = new Scene()
    scene.connect().client(connect('a', { clean: false })).server(CONNACK).client(HEX.publish1('0001')).reset('client')
    scene.connect().client(connect('a', { clean: false })).server('2002 0100').client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    const [first, second] = scene.end().drawn()
    expect(first!.slice(-2)).toEqual([
      '0.006000   |.. TCP RST .................................>|  |',
      "0.006000   |       no PUBACK #1, Session keeps it        |  '-- 2 qos1  unfinished",
    ])
    expect(second!.slice(-3)).toEqual([
      '0.012000   |-- PUBLISH #1 q1 DUP t 1 B ---------------->>|  +-- sent again',
      "0.013000   |<------------------------------- PUBACK #1 --|  '--    8.000 ms away 7.00 ms  2 qos1",
      '0.013000   |                capture ends                 |',
    ])
  })

  test('the connection goes on: nothing is open when the capture ends', () => {
    const scene = new Scene()
    scene.connect().client(connect('a')).server(CONNACK)
    expect(rows(scene.end()).at(-1)).toBe('0.004000   |                capture ends                 |')
  })

  test('of very many, the first ones have a row', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a')).server(CONNACK)
    for (let index = 1; index <= 30; index++) line.client(HEX.publish1(index.toString(16).padStart(4, '0')))
    expect(rows(scene.end()).slice(-2)).toEqual([
      '0.034000 ~ |         capture ends, no PUBACK #20         |      21: qos1  open',
      '0.034000   |        and 10 more without an answer        |',
    ])
  })
})

describe('take-over', () => {
  test('is told on both connections', () => {
    const scene = new Scene()
    const first = scene.connect().client(connect('a')).server(CONNACK)
    const second = scene.connect().client(connect('a')).server(CONNACK)
    first.fin('server').fin('client')
    second.client(HEX.disconnect)
    expect(scene.end().told).toEqual([
      'a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, taken over by stream 1, TCP FIN, TCP FIN',
      'a 1: TCP connection opened, CONNECT, CONNACK Connection accepted, takes over from stream 0, DISCONNECT, capture ends',
    ])
  })

  test('is not told where the server refuses', () => {
    const scene = new Scene()
    const first = scene.connect().client(connect('a')).server(CONNACK)
    scene.connect().client(connect('a')).server(HEX.connack311('05'))
    first.client(HEX.disconnect)
    expect(scene.end().told).toEqual([
      'a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, DISCONNECT, capture ends',
      'a 1: TCP connection opened, CONNECT, CONNACK not authorized, capture ends',
    ])
  })
})

describe('which connections there are', () => {
  test('those of a client follow each other', () => {
    const scene = new Scene()
    const first = scene.connect().client(connect('a')).server(CONNACK)
    const other = scene.connect().client(connect('b')).server(CONNACK)
    first.reset('client')
    scene.connect().client(connect('a')).server(CONNACK).reset('client')
    other.reset('client')
    expect(scene.end().ladders.map(({ title }) => `${title.client} ${title.stream}`)).toEqual(['a 0', 'a 2', 'b 1'])
  })

  test('one that began before the capture', () => {
    const scene = new Scene()
    scene.connect({ syn: false }).client(HEX.publish1('0001')).server(HEX.puback('0001'))
    expect(scene.end().told).toEqual(['10.0.0.21:40001 0: began before the capture, PUBLISH #1 q1 t, PUBACK #1, capture ends'])
  })

  test('one whose ports are used again has no end in the capture', () => {
    const scene = new Scene()
    scene.connect({ port: 40_001 }).client(connect('a')).server(CONNACK)
    scene.wait(60_000)
    scene.connect({ port: 40_001, first: 1_000_000 }).client(connect('b')).server(CONNACK)
    expect(scene.end().told).toEqual([
      'a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, no more of it in the capture',
      'b 1: TCP connection opened, CONNECT, CONNACK Connection accepted, capture ends',
    ])
  })

  test('one of which it is known only later which end is the client: it stands left all the same', () => {
    const scene = new Scene()
    // Both ports may be a server's, and the first frame is the server's.
    const line = scene.connect({ syn: false, port: 1883 })
    line.server(HEX.publish1('0001')).client(HEX.puback('0001'), HEX.subscribe('0001')).server(HEX.suback('0001'))
    expect(scene.end().drawn()).toEqual([[
      '10.0.0.21:1883  MQTT 3.1.1?  stream 0  10.0.0.21:1883 -> 10.0.0.2:1883',
      '           |          began before the capture           |',
      '0.000000   |<--------------------- PUBLISH #1 q1 t 1 B --|',
      '0.001000   |-- PUBACK #1 ------------------------------->|',
      '0.002000   |-- SUBSCRIBE #1 a q1, b q2 ----------------->|  .',
      "0.003000   |<------------------------ SUBACK #1 q1, q2 --|  '--    1.000 ms 1 subscribe",
      '0.003000   |                capture ends                 |',
    ]])
  })

  test('attempts to connect that nobody answers, or that are refused; not those that carry nothing', () => {
    const scene = new Scene()
    scene.attempt()
    scene.attempt().reset('server')
    scene.connect().fin('client').fin('server')
    expect(scene.end().drawn().map((lines) => lines.slice(1))).toEqual([
      ['0.000000   |.. TCP SYN .................................>|      not answered'],
      [
        '0.001000   |.. TCP SYN .................................>|      not answered',
        '0.002000   |<................................. TCP RST ..|      refused',
      ],
    ])
  })

  test('something else than MQTT', () => {
    const scene = new Scene()
    scene.connect().client('16030100c8010000c40303').server('160303007a020000760303').client(HEX.pingreq)
    expect(scene.end().told).toEqual(['10.0.0.21:40001 0: TCP connection opened, 13 bytes, 11 bytes, capture ends'])
  })
})

describe('a choice', () => {
  const conversation = (choice: Partial<LadderChoice>): Scene => {
    const scene = new Scene(choice)
    scene.connect().client(connect('a')).server(CONNACK).client(HEX.pingreq).server(HEX.pingresp).client(publish0(), HEX.publish1('0001')).server(HEX.puback('0001')).client(HEX.pingreq)
    scene.connect().client(connect('b')).server(HEX.connack311('05')).reset('server')
    return scene.end()
  }

  test('of clients', () => {
    expect(conversation({ connection: ({ clientIdentifier }) => clientIdentifier === 'b' }).told).toEqual(['b 1: TCP connection opened, CONNECT, CONNACK not authorized, TCP RST'])
  })

  test('of a client whose identifier the server assigns', () => {
    for (const [wanted, ladders] of [['x', 1], ['y', 0]] as const) {
      const scene = new Scene({ connection: ({ clientIdentifier }) => clientIdentifier === wanted })
      scene.connect().client(connect('', { version: 5 })).server('2007 00 00 04 12 0001 78').client(HEX.disconnect)
      expect(scene.end().ladders).toHaveLength(ladders)
    }
  })

  test('without pings', () => {
    expect(conversation({ pings: false }).told).toEqual([
      'a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, PUBLISH q0 t, PUBLISH #1 q1 t, PUBACK #1, capture ends',
      'b 1: TCP connection opened, CONNECT, CONNACK not authorized, TCP RST',
    ])
  })

  test('of exchanges: only their packets, and only connections that have one', () => {
    expect(conversation({ exchange: ({ outcome }) => outcome === 'failed' }).told).toEqual(['b 1: TCP connection opened, CONNECT, CONNACK not authorized, TCP RST'])
    expect(conversation({ exchange: ({ kind }) => kind === 'publish-qos1' }).told).toEqual(['a 0: TCP connection opened, PUBLISH #1 q1 t, PUBACK #1, capture ends'])
    expect(conversation({ exchange: ({ outcome }) => outcome === 'open' }).told).toEqual(['a 0: TCP connection opened, PINGREQ, capture ends, no PINGRESP'])
    expect(conversation({ exchange: () => false }).told).toEqual([])
  })

  test('of exchanges that go on with a later connection', () => {
    const scene = new Scene({ exchange: ({ resumed }) => resumed === 0 })
    scene.connect().client(connect('a', { clean: false })).server(CONNACK).client(HEX.publish1('0001')).reset('client')
    scene.connect().client(connect('a', { clean: false })).server('2002 0100').client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    expect(scene.end().told).toEqual([
      'a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, TCP RST',
      'a 1: TCP connection opened, CONNECT, CONNACK Connection accepted, capture ends',
    ])
  })
})

describe('a ladder that is asked for while it grows', () => {
  test('has the rows so far, and is the same one until there are more', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a'))
    scene.connect().client(connect('b'))
    const first = scene.book.ladderOf(0)!
    const revision = scene.book.revisionOf(0)
    expect([first.title.client, first.rows.length]).toEqual(['a', 2])
    expect(scene.book.ladderOf(0)).toBe(first)
    line.server(CONNACK).client(HEX.pingreq)
    expect([first.rows.length, scene.book.ladderOf(0)!.rows.length]).toEqual([2, 4])
    expect(scene.book.revisionOf(0)).toBeGreaterThan(revision)
    expect(scene.book.ladderOf(1)!.title.client).toBe('b')
  })

  test('changes with its last row, too', () => {
    const scene = new Scene()
    const line = scene.connect().client(connect('a')).server(CONNACK, HEX.publish1('0001'))
    scene.wait(200)
    line.again('server', HEX.publish1('0001'))
    const first = scene.book.ladderOf(0)!
    scene.wait(200)
    line.again('server', HEX.publish1('0001'))
    const second = scene.book.ladderOf(0)!
    expect([first, second].map(({ rows }) => rows.at(-1))).toMatchObject([{ label: { text: 'TCP sent 8 bytes again' }, remark: '' }, { label: { text: 'TCP sent 16 bytes again' } }])
    expect(second).not.toBe(first)
  })

  test('is not there before and after, nor where it is not chosen', () => {
    const scene = new Scene({ connection: ({ tcp }) => tcp.stream === 1 })
    expect(scene.book.ladderOf(0)).toBeNull()
    scene.connect().client(connect('a'))
    scene.connect().client(connect('b'))
    expect([0, 1].map((stream) => scene.book.ladderOf(stream)?.title.client)).toEqual([undefined, 'b'])
    scene.end()
    expect([scene.book.ladderOf(1), scene.book.revisionOf(1)]).toEqual([null, 0])
    expect(scene.ladders.map(({ title }) => title.stream)).toEqual([1])
  })
})

describe('limits', () => {
  test('a long connection has its first rows and its last ones, and says how many packets are left out', () => {
    const scene = new Scene({}, { rows: 100 })
    const line = scene.connect().client(connect('a')).server(CONNACK)
    for (let index = 0; index < 1000; index++) line.client(publish0())
    line.client(HEX.disconnect)
    const [{ rows: kept }] = scene.end().ladders as [typeof scene.ladders[0]]
    expect(kept.length).toBeLessThanOrEqual(100)
    expect(kept[0]).toMatchObject({ kind: 'note', text: 'TCP connection opened' })
    const left = kept.find((row) => row.kind === 'left-out')!
    const packets = kept.filter(({ kind }) => kind === 'packet').length
    expect(left.packets + packets).toBe(1003)
    expect(kept.at(-2)).toMatchObject({ label: { text: 'DISCONNECT' } })
  })

  test('what has ended is handed on when there are too many rows', () => {
    const scene = new Scene({}, { rows: 60 })
    const long = scene.connect().client(connect('z')).server(CONNACK)
    for (let index = 0; index < 10; index++) scene.connect().client(connect('a')).server(CONNACK).client(publish0(), publish0()).fin('client').fin('server')
    expect(scene.ladders.length).toBeGreaterThan(3)
    long.client(HEX.disconnect)
    expect(scene.end().ladders).toHaveLength(11)
    expect(scene.ladders.every(({ rows: kept }) => kept.length <= 60)).toBe(true)
    expect(scene.ladders.some(({ title }) => title.client === 'z')).toBe(true)
  })

  test('of very many connections at once, some are not followed', () => {
    const scene = new Scene({}, { connections: 3 })
    const lines = [...'abcde'].map((name) => scene.connect().client(connect(name)).server(CONNACK))
    for (const line of lines) line.client(HEX.disconnect)
    expect(scene.end().ladders.map(({ title }) => title.client)).toEqual(['a', 'b', 'c'])
    expect(scene.book.leftOut).toBe(2)
  })

  test('those that have ended make room', () => {
    const scene = new Scene({}, { connections: 3 })
    for (const name of 'abcde') scene.connect().client(connect(name)).server(CONNACK).reset('client')
    expect(scene.end().ladders.map(({ title }) => title.client)).toEqual([...'abcde'])
    expect(scene.book.leftOut).toBe(0)
  })
})

test('an interrupted reading: what there is, and nothing about what is open', () => {
  const scene = new Scene()
  scene.connect().client(connect('a')).server(CONNACK).client(HEX.publish1('0001'))
  scene.book.end()
  expect(scene.told).toEqual(['a 0: TCP connection opened, CONNECT, CONNACK Connection accepted, PUBLISH #1 q1 t'])
})

describe('of each recorded capture', () => {
  const folder = new URL('../../../fixtures/captures/', import.meta.url)
  const captures = readdirSync(folder).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name))

  test.each(captures)('%s: each packet has its row, and each exchange an end', (name) => {
    const ladders: Ladder[] = []
    const book = new LadderBook((ladder) => ladders.push(ladder), { pings: true }, LIMITS.ladder)
    const ports = new Uint8Array(65536)
    ports[1883] = 1
    const pipeline = createPipeline({ ports, version: null }, { ...book.sink, captureProblem: () => undefined, networkProblem: () => undefined })
    const bytes = readFileSync(new URL(name, folder))
    pipeline.begin(name)
    pipeline.push(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    pipeline.finish()
    book.end()
    const { packets, unframed, exchanges } = pipeline.totals
    const all = ladders.flatMap(({ rows: each }) => each)
    expect(all.filter(({ kind }) => kind === 'packet')).toHaveLength(packets + unframed)
    // One that goes on with a later connection has an end on each of them.
    const places = new Map<number, string[]>()
    for (const part of all.flatMap((row) => partOf(row) ?? [])) places.set(part.number, [...(places.get(part.number) ?? []), part.place])
    expect([...places.values()].filter((one) => !/^(?:alone|begins(?: goes-on)* ends(?: goes-on(?: goes-on)* ends)*)$/.test(one.join(' ')))).toEqual([])
    expect(places.size).toBe([...exchanges.values()].reduce((sum, count) => sum + count, 0))
  })
})
