import { describe, expect, test } from 'vitest'
import { FLOW_START, flowAt, flowAtEnd, flowHeights, searchFlow, type FlowState } from '../../src/tui/views/flow-state.ts'
import { sent } from '../report/ladder/build.ts'
import { drawn, LADDER, press, selected } from './flow-build.ts'
import type { Ladder } from '../../src/report/ladder/ladder.ts'
import type { ViewAction } from '../../src/tui/view.ts'

const at = (packet: number, changes: Partial<FlowState> = {}) => flowAt({ ...FLOW_START, ...changes }, LADDER, packet)
const packetAt = (state: FlowState) => state.at?.packet

describe('movement', () => {
  test.each<[ViewAction[], string]>([
    [[], 'TCP connection opened'],
    [['down'], 'CONNECT'],
    [['down', 'down', 'up'], 'CONNECT'],
    [['last'], 'capture ends'],
    [['last', 'first'], 'TCP connection opened'],
    // Above PUBCOMP there is a pause.
    [['last', 'up', 'up', 'up', 'up'], '2.10 s'],
  ])('%j', (actions, text) => {
    expect(selected(press(actions).state)).toContain(text)
  })

  test('Enter shows the packet, and there is none in other rows', () => {
    expect(press(['open'], at(14)).effect).toEqual({ kind: 'show-packet', packet: 14 })
    expect(press(['open']).effect).toEqual({ kind: 'say', text: 'No packet in this row' })
  })

  test('without a ladder, nothing moves and modes still change', () => {
    expect(press(['down', 'open', 'next', 'other-half'], FLOW_START, null)).toEqual({ state: FLOW_START, effect: null })
    expect(press(['compress', 'pings'], FLOW_START, null).state).toMatchObject({ compressed: true, pings: false })
  })

  test('a low view still has a row', () => {
    expect(flowHeights(3, true).rows).toBeGreaterThan(0)
    expect(drawn(at(16), { height: 15 })).toHaveLength(15)
  })
})

describe('exchanges', () => {
  test.each<[number, ViewAction, number | null]>([
    [10, 'next', 12], [11, 'next', 12], [12, 'next', 13], [14, 'next', 13], [21, 'next', 22],
    [22, 'previous', 17], [16, 'previous', 12], [14, 'previous', 10], [21, 'previous', 17],
    [22, 'next', null], [11, 'previous', null],
  ])('from packet %i %s is %s', (packet, action, expected) => {
    const { state, effect } = press([action], at(packet))
    if (expected === null) expect(effect).toEqual({ kind: 'say', text: `no ${action} exchange` })
    else expect(packetAt(state)).toBe(expected)
  })

  test('the other half goes through the rows of an exchange, and round', () => {
    const visited: (number | undefined)[] = []
    let state = at(13)
    for (let step = 0; step < 4; step++) {
      state = press(['other-half'], state).state
      visited.push(packetAt(state))
    }
    expect(visited).toEqual([15, 16, 20, 13])
    expect(press(['other-half'], at(21)).effect).toEqual({ kind: 'say', text: 'This row belongs to no exchange' })
  })

  test('an answer that did not come is the other half too', () => {
    expect(selected(press(['other-half'], at(22)).state)).toContain('capture ends, no PUBACK #19')
  })
})

describe('the cursor stays on its row', () => {
  test('when PINGREQ and PINGRESP are hidden and shown', () => {
    const before = at(20)
    const hidden = press(['pings'], before).state
    expect(selected(hidden)).toContain('PUBCOMP #18')
    expect(press(['pings'], hidden).state.at).toEqual(before.at)
    expect(drawn(hidden).join('\n')).not.toContain('PINGRE')
    expect(drawn(hidden)[0]).toContain('2 pings hidden (P)')
  })

  test('what is hidden gives the cursor to the row before it, and has it back', () => {
    const hidden = press(['pings'], at(18)).state
    expect(selected(hidden)).toContain('PUBREL #18')
    expect(selected(press(['pings'], hidden).state)).toContain('PINGRESP')
  })

  test('when the ladder is put together, on the row of its exchange, and comes back', () => {
    const compressed = press(['compress'], at(16)).state
    expect(selected(compressed)).toContain('#18 q2  PUB 4.4 REC 0.5 REL 2105 COMP')
    expect(selected(press(['compress'], compressed).state)).toContain('PUBREL #18')
  })

  test('on the same line of the screen, where there are rows enough', () => {
    const rows = Array.from({ length: 200 }, (_, index) => sent(index, index % 2 === 0 ? 'PINGREQ' : `PUBLISH q0 t${index}`, [], { number: index + 1 }))
    const ladder: Ladder = { ...LADDER, rows }
    const line = (state: FlowState) => drawn(state, { ladder }).findIndex((text) => text.startsWith('> '))
    const start = press(['down', 'down', 'down', 'up'], flowAt(FLOW_START, ladder, 100), ladder).state
    const hidden = press(['pings'], start, ladder, 22).state
    expect(line(hidden)).toBe(line(press(['up', 'down'], start, ladder, 22).state))
    expect(selected(hidden, { ladder })).toContain('t101')
  })

  test('when rows come, also in front of it where the middle of a ladder is left out', () => {
    const state = at(20)
    const longer: Ladder = { ...LADDER, rows: [...LADDER.rows, sent(3000, 'DISCONNECT', [], { number: 30 })] }
    expect(selected(state, { ladder: longer })).toContain('PUBCOMP #18')
    const shorter: Ladder = { ...LADDER, rows: [...LADDER.rows.slice(0, 3), { kind: 'left-out', packets: 7 }, ...LADDER.rows.slice(10)] }
    expect(selected(state, { ladder: shorter })).toContain('PUBCOMP #18')
    // Its own row is left out: that of what is left out.
    expect(selected(at(15), { ladder: shorter })).toContain('7 more packets')
  })

  test('following, at the newest row', () => {
    expect(selected(at(12), { following: true })).toContain('capture ends, no PUBACK #19')
    expect(selected(flowAtEnd(at(12), { ladder: LADDER, height: 22 }))).toContain('capture ends, no PUBACK #19')
  })

  test('a packet that is asked for is shown though it is a PING', () => {
    const state = at(17, { pings: false })
    expect(state.pings).toBe(true)
    expect(selected(state)).toContain('PINGREQ')
    expect(at(16, { pings: false }).pings).toBe(false)
  })
})

describe('the time reference', () => {
  test('is set, moved and cleared', () => {
    const set = press(['reference'], at(12))
    expect(set).toMatchObject({ state: { reference: 12, referenceTime: 10e6 }, effect: { kind: 'say', text: 'Times since packet 12' } })
    expect(press(['down', 'reference'], set.state).state.reference).toBe(13)
    expect(press(['reference'], set.state).state.reference).toBeNull()
  })

  test('is a packet with a time', () => {
    const { state, effect } = press(['reference'])
    expect(state.reference).toBeNull()
    expect(effect).toEqual({ kind: 'say', text: 'Only a packet with a time can be the time reference' })
    const untimed: Ladder = { ...LADDER, rows: [sent(NaN, 'DISCONNECT')] }
    expect(press(['reference'], FLOW_START, untimed).state.reference).toBeNull()
  })
})

describe('the search', () => {
  const FLOW = { ladder: LADDER, height: 22 }

  /** Packets of the rows that the cursor comes to. */
  function visited(text: string, step: 1 | -1, times: number, state: FlowState = FLOW_START, flow: { readonly ladder: Ladder; readonly height: number } = FLOW): (number | undefined)[] {
    let now = state
    return Array.from({ length: times }, () => {
      const searched = searchFlow(now, text, step, flow)
      expect(searched.found).toBe(true)
      now = searched.state
      return packetAt(now)
    })
  }

  test('goes round the rows whose label holds the text', () => {
    expect(visited('publish', 1, 5)).toEqual([12, 13, 21, 22, 12])
    expect(visited('publish', -1, 3)).toEqual([22, 21, 13])
    expect(visited('PUBREL', 1, 2, at(16))).toEqual([16, 16])
    // Not of a row that it is only told of when that is selected.
    expect(visited('puback #17', 1, 2)).toEqual([14, 14])
  })

  test('finds details that there is no room for, latencies, notes and pauses', () => {
    expect(visited('ka 30 s', 1, 1)).toEqual([10])
    expect(visited('4.083 MS', 1, 1)).toEqual([14])
    expect(visited('2.10 s', 1, 1)).toEqual([20])
    expect(selected(searchFlow(FLOW_START, '2.10 s', 1, FLOW).state)).toContain('...')
    expect(selected(searchFlow(FLOW_START, 'capture ends', 1, FLOW).state)).toContain('capture ends')
    expect(selected(searchFlow(at(22), 'tcp connection', 1, FLOW).state)).toContain('TCP connection opened')
  })

  test('is among the rows that are listed', () => {
    expect(searchFlow(at(12, { pings: false }), 'ping', 1, FLOW).found).toBe(false)
    const compressed = searchFlow({ ...FLOW_START, compressed: true }, 'rec 0.5 rel', 1, FLOW)
    expect(selected(compressed.state)).toContain('#18 q2  PUB 4.4 REC 0.5 REL 2105 COMP')
  })

  test('finds text with controls in it as it is shown', () => {
    const ladder: Ladder = { ...LADDER, rows: [...LADDER.rows, sent(3000, 'PUBLISH q0 a\\x1bb/ÄÖ', [], { number: 40 })] }
    expect(visited('a\\x1bb/äö', 1, 1, FLOW_START, { ladder, height: 22 })).toEqual([40])
  })

  test('brings the row on the screen', () => {
    const rows = Array.from({ length: 200 }, (_, index) => sent(index, `PUBLISH q0 t${index}`, [], { number: index + 1 }))
    const ladder: Ladder = { ...LADDER, rows }
    const { state } = searchFlow(FLOW_START, 't150', 1, { ladder, height: 22 })
    expect(selected(state, { ladder })).toContain('t150')
    expect(visited('t15', -1, 1, flowAtEnd(FLOW_START, { ladder, height: 22 }), { ladder, height: 22 })).toEqual([160])
  })

  test('leaves the state as it was where no row holds the text, and says so', () => {
    const state = at(14)
    const { state: same, found, effect } = searchFlow(state, 'nothing such', 1, FLOW)
    expect([same === state, found, effect]).toEqual([true, false, { kind: 'say', text: 'No row holds "nothing such"' }])
    expect(searchFlow(state, 'publish', 1, { ladder: null, height: 22 })).toMatchObject({ state, found: false })
    expect(searchFlow(FLOW_START, 'publish', 1, { ladder: { ...LADDER, rows: [] }, height: 22 }).found).toBe(false)
  })
})

test('colours go round', () => {
  expect(['colour', 'colour', 'colour'].map((_, index) => press(Array<ViewAction>(index + 1).fill('colour')).state.colour)).toEqual(['exchange', 'qos', 'type'])
})

test('the findings of the connection, and a row to copy', () => {
  expect(press(['findings']).effect).toEqual({ kind: 'show-findings', stream: 3 })
  expect(press(['copy'], at(14)).effect).toEqual({ kind: 'copy', text: 'PUBACK #17, answers packet 12, 4.083 ms', what: 'row' })
})
