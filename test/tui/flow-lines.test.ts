import { readFileSync } from 'node:fs'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { FLOW_START, flowAt } from '../../src/tui/views/flow-state.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { CONNACK_311, CONNECT_311, pcap, publish } from '../cli/captures.ts'
import { answered, note, part, sent } from '../report/ladder/build.ts'
import { drawn, LADDER, press, readFlow } from './flow-build.ts'
import type { Ladder } from '../../src/report/ladder/ladder.ts'

const at = (packet: number) => flowAt(FLOW_START, LADDER, packet)
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')

describe('a small capture', () => {
  const ping = [Uint8Array.of(0xc0, 0), Uint8Array.of(0xd0, 0)] as const
  const reading = readFlow(0, pcap([
    { fromClient: true, payload: CONNECT_311, time: 0 }, { fromClient: false, payload: CONNACK_311, time: 1_000 },
    { fromClient: true, payload: ping[0], time: 2_000 }, { fromClient: false, payload: ping[1], time: 4_000 },
    { fromClient: true, payload: publish('a', '\0\u0001x', 0x32), time: 5_000 }, { fromClient: false, payload: Uint8Array.of(0x40, 2, 0, 1), time: 1_505_250 },
  ]))
  reading.finish()
  const { ladder } = reading
  const state = press(['reference'], flowAt(FLOW_START, ladder, 5), ladder, 15).state

  test('80 columns', () => {
    expect(drawn(flowAt(FLOW_START, ladder, 5), { ladder, height: 15 })).toMatchInlineSnapshot(`
      [
        " plc-7  MQTT 3.1.1  10.0.0.21:50122 -> 10.0.0.2:1883  stream 0   exchange 3 of 3",
        "      TIME   plc-7                         broker  EXCHANGE",
        "             |     began before the capture     |",
        "  0.000000   |-- CONNECT clean ka 60 s -------->|  .",
        "  0.001000   |<-- CONNACK Connection accepted --|  '--    1.000 ms 1 connect",
        "  0.002000   |-- PINGREQ ---------------------->|  .",
        "  0.004000   |<--------------------- PINGRESP --|  '--    2.000 ms 2 ping",
        "> 0.005000   |-- PUBLISH #1 q1 a 1 B ---------->|  .",
        "       ...   |              1.50 s              |  |",
        "  1.505250   |<-------------------- PUBACK #1 --|  '-- 1500.250 ms 3 qos1",
        "  1.505250   |           capture ends           |",
        "",
        "",
        "-- packet 5  0.005000 ----------------------------------------------------------",
        " PUBLISH #1 q1 a 1 B, answered by packet 6 after 1500.250 ms",
      ]
    `)
  })

  test('120 columns, with a time reference', () => {
    expect(drawn(state, { ladder, height: 15, width: 120 })).toMatchInlineSnapshot(`
      [
        " plc-7  MQTT 3.1.1  10.0.0.21:50122 -> 10.0.0.2:1883  stream 0                                   exchange 3 of 3  ref: 5",
        "      TIME  SINCE REF   plc-7                                        broker  EXCHANGE",
        "                        |            began before the capture             |",
        "  0.000000  -0.005000   |-- CONNECT clean ka 60 s ----------------------->|  .",
        "  0.001000  -0.004000   |<----------------- CONNACK Connection accepted --|  '--    1.000 ms 1 connect",
        "  0.002000  -0.003000   |-- PINGREQ ------------------------------------->|  .",
        "  0.004000  -0.001000   |<------------------------------------ PINGRESP --|  '--    2.000 ms 2 ping",
        "> 0.005000  =0.000000   |== PUBLISH #1 q1 a 1 B =========================>|  .",
        "       ...        ...   |                     1.50 s                      |  |",
        "  1.505250  +1.500250   |<----------------------------------- PUBACK #1 --|  '-- 1500.250 ms 3 qos1",
        "  1.505250  +1.500250   |                  capture ends                   |",
        "",
        "",
        "-- packet 5  0.005000 --------------------------------------------------------------------------------------------------",
        " PUBLISH #1 q1 a 1 B, answered by packet 6 after 1500.250 ms",
      ]
    `)
  })

  test('60 columns, with a time reference in place of the time', () => {
    expect(drawn(state, { ladder, height: 15, width: 60 })).toMatchInlineSnapshot(`
      [
        " plc-7  MQTT 3.1.1  stream 0         exchange 3 of 3  ref: 5",
        "  SINCE REF   plc-7               broker  EXCHANGE",
        "              | began before the capt… |",
        "  -0.005000   |-- CONNECT clean ------>|  .",
        "  -0.004000   |<- CONNACK Connectio… --|  '--    1.000 ms",
        "  -0.003000   |-- PINGREQ ------------>|  .",
        "  -0.001000   |<----------- PINGRESP --|  '--    2.000 ms",
        "> =0.000000   |== PUBLISH #1 q1 a ====>|  .",
        "        ...   |         1.50 s         |  |",
        "  +1.500250   |<---------- PUBACK #1 --|  '-- 1500.250 ms",
        "  +1.500250   |      capture ends      |",
        "",
        "",
        "-- packet 5  0.005000 --------------------------------------",
        " PUBLISH #1 q1 a 1 B, answered by packet 6 after 1500.250 ms",
      ]
    `)
  })
})

test('one row for each exchange', () => {
  expect(drawn(press(['compress'], at(16)).state, { width: 110, height: 16 })).toMatchInlineSnapshot(`
    [
      " plc-7  MQTT 5.0  10.0.0.21:50122 -> 10.0.0.2:1883  stream 3                                   exchange 3 of 5",
      "      TIME   plc-7                                             broker  EXCHANGE",
      "  0.000000   |                TCP connection opened                 |",
      "  0.001000   |-- CONNECT 3.5 CONNACK clean ka 30 s ---------------->|         3.500 ms 1 connect",
      "  0.010000   |-- #17 q1  PUB 4.1 ACK  plant/7/temp 4 B ------------>|         4.083 ms 2 qos1",
      "> 0.011000   |-- #18 q2  PUB 4.4 REC 0.5 REL 2105 COMP  plant/7/… ->|      2110.000 ms 3 qos2",
      "  0.016000   |-- PING 2.0 RESP ------------------------------------>|         2.000 ms 4 ping",
      "       ...   |                        2.10 s                        |",
      "  2.122000   |-- PUBLISH q0 plant/7/temp 4 B ---------------------->|",
      "  2.123000 ~ |-- #19 q1  PUB  plant/7/temp 4 B -------------------->|      5 qos1  open",
      "",
      "",
      "",
      "",
      "-- packet 13  0.011000 ---------------------------------------------------------------------------------------",
      " PUBLISH #18 q2 plant/7/alarm 9 B, packets 13 15 16 20, 2110.000 ms",
    ]
  `)
})

test('without colour codes in the selected row, and with them in others', () => {
  const lines = drawn(at(12), { theme: themeOf(true, true) })
  const row = lines.find((line) => line.includes('> '.concat('0.010000')))!
  expect(row.startsWith('\x1b[7m> ')).toBe(true)
  expect(row.match(ESCAPES)).toEqual(['\x1b[7m', '\x1b[0m'])
  expect(lines.find((line) => line.includes('PUBREC'))).toContain('\x1b[32m')
})

describe('colours', () => {
  const lineOf = (colour: 'exchange' | 'qos', text: string) => drawn({ ...at(10), colour }, { theme: themeOf(true, true) }).find((line) => line.includes(text))!
  const CYAN = '\x1b[36m'
  const GREEN = '\x1b[32m'
  const YELLOW = '\x1b[33m'

  test('by exchange: request and answer have the same one', () => {
    expect(lineOf('exchange', 'PUBLISH #17')).toContain(`${YELLOW}PUBLISH #17`)
    expect(lineOf('exchange', 'PUBACK #17')).toContain(`${YELLOW}PUBACK #17`)
    expect(lineOf('exchange', 'PUBREL #18')).toContain(`${CYAN}PUBREL #18`)
    for (const colour of [CYAN, GREEN, YELLOW]) expect(lineOf('exchange', 'PUBLISH q0')).not.toContain(colour)
  })

  test('by QoS, also of what answers', () => {
    expect(lineOf('qos', 'PUBLISH q0')).toContain(`${CYAN}PUBLISH q0`)
    expect(lineOf('qos', 'PUBACK #17')).toContain(`${GREEN}PUBACK #17`)
    expect(lineOf('qos', 'PUBCOMP #18')).toContain(`${YELLOW}PUBCOMP #18`)
    expect(lineOf('qos', 'PINGREQ')).not.toContain(CYAN)
  })
})

describe('about the selected row', () => {
  const about = (packet: number, ladder: Ladder = LADDER) => drawn(flowAt(FLOW_START, ladder, packet), { ladder, width: 120, height: 20 }).slice(-2).join(' ').trim()

  test.each([
    [10, 'CONNECT clean ka 30 s, answered by packet 11 after 3.500 ms'],
    [14, 'PUBACK #17, answers packet 12, 4.083 ms'],
    [15, 'PUBREC #18, answers packet 13, 4.410 ms, answered by packet 16 after 0.490 ms'],
    [20, 'PUBCOMP #18, answers packet 16, 2105.100 ms, qos2 2110.000 ms together'],
    [21, 'PUBLISH q0 plant/7/temp 4 B'],
    [22, 'PUBLISH #19 q1 plant/7/temp 4 B, capture ends, no PUBACK #19'],
  ])('packet %i', (packet, text) => {
    expect(about(packet)).toBe(text)
  })

  test('what has no answer so far, and what was sent again', () => {
    const open: Ladder = {
      ...LADDER,
      rows: [sent(0, 'PUBLISH #1 q1 t', [], { number: 1, ...part(1, 'begins') }), sent(9, 'PUBLISH #1 q1 DUP t', [], { number: 4, dup: true, ...part(1, 'goes-on', { remark: 'sent again' }) })],
    }
    expect(about(1, open)).toBe('PUBLISH #1 q1 t, not answered yet')
    expect(about(4, open)).toBe('PUBLISH #1 q1 DUP t, as packet 1, sent again, not answered yet')
  })

  test('a long one is cut where the lines end', () => {
    const long: Ladder = { ...LADDER, rows: [sent(0, 'PUBLISH q0 t', Array.from({ length: 8 }, (_, index) => `detail-${index} of the packet`), { number: 1 })] }
    const lines = drawn(flowAt(FLOW_START, long, 1), { ladder: long, width: 60, height: 15 })
    expect(lines).toHaveLength(15)
    expect(lines.at(-1)).toMatch(/^ PUBLISH q0 t detail-0 .*…$/)
  })
})

describe('where there is no ladder', () => {
  test.each([
    [{ stream: null, progress: null }, 'No connection is chosen'],
    [{ stream: 3, progress: 0.431 }, 'Reading the capture for stream 3: 43 %'],
    [{ stream: 3, progress: null }, 'Stream 3 has no MQTT packets in this capture.'],
  ])('%j', (changes, text) => {
    expect(drawn(FLOW_START, { ladder: null, ...changes }).join('\n')).toContain(text)
  })

  test('the rows there are can be seen while the rest is read', () => {
    const [title, ...lines] = drawn(FLOW_START, { progress: 0.5 })
    expect(title).toContain('reading 50 %')
    expect(lines.join('\n')).toContain('CONNACK Success')
  })
})

test('no line is wider than the view, nor are there more of them than it is high', () => {
  const wide: Ladder = {
    title: { ...LADDER.title, client: '温度計'.repeat(20) },
    rows: [
      ...LADDER.rows, { kind: 'gap', by: 'client', bytes: 1204 }, { kind: 'left-out', packets: 4711 },
      sent(3000, `PUBLISH q0 ${'温度/'.repeat(25)}`, ['4 B'], { number: 90 }), answered(9000, 'PUBACK #9', [], { number: 91, mark: '!', remark: 'a remark that is much too long for the room that there is' }),
      note(9001, 'a note'),
    ],
  }
  for (const theme of [themeOf(true, true), themeOf(false, false)]) {
    for (const [width, height] of [[60, 15], [79, 20], [80, 24], [99, 30], [100, 24], [120, 40], [300, 100]] as const) {
      for (const actions of [[], ['last'], ['compress'], ['form', 'pings'], ['down', 'down', 'reference', 'colour'], ['last', 'up', 'form']] as const) {
        const { state } = press(actions, FLOW_START, wide, height)
        const lines = drawn(state, { ladder: wide, width, height, theme, progress: 0.2 })
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const line of lines) expect(stringWidth(line.replace(ESCAPES, ''))).toBeLessThanOrEqual(width)
      }
    }
  }
})

test('copies of a message', () => {
  const capture = readFileSync('fixtures/captures/lost-frames.pcap')
  const reading = readFlow(1, capture)
  reading.finish()
  const { ladder } = reading
  const fanOf = (packet: number) => reading.fanOf(packet)
  const state = press(['form'], flowAt(FLOW_START, ladder, 12), ladder, 24).state
  const [, ...panel] = drawn(state, { ladder, fanOf, width: 120, height: 24 }).slice(12, 17)
  expect(panel).toMatchInlineSnapshot(`
    [
      "  publisher plc-7            broker                subscribers",
      "  |-- q1 plant/7/alarm ------->|                            |   1 copy for 1 subscriber  accepted",
      "  |                            |-- q1 --------------------->|   panel  37.631 ms  matched, not certain (likely)  packet…",
      "",
    ]
  `)
  // Its acknowledgement tells of the same message, and a copy that came on this connection of its own.
  const ruleAt = (packet: number) => drawn({ ...state, ...flowAt(state, ladder, packet) }, { ladder, fanOf, height: 24 }).find((line) => line.includes('publication:')) ?? ''
  expect(ruleAt(15)).toContain('publication: packet 12')
  expect(ruleAt(13)).toContain('publication: packet 5')
  expect(drawn({ ...state, ...flowAt(state, ladder, 9) }, { ladder, fanOf }).join('\n')).toContain('Only a PUBLISH has copies.')
})
