import { describe, expect, it } from 'vitest'
import { FindingList } from '../../src/tui/model/finding-list.ts'
import { FINDINGS_AT_FIRST, findingRows, findingsOfStream, reduceFindings, searchFindings, selectedFinding, settledFindings, type FindingsState } from '../../src/tui/views/findings-state.ts'
import { finding } from './tui-findings.ts'
import type { Effect, ViewAction } from '../../src/tui/view.ts'

const HEIGHT = 24

/** ! flags: 0 · ~ slow: 1, 2 · i nagle: 3, 4, 5. */
function sample(): FindingList {
  const list = new FindingList()
  list.add(finding('flags', 'error', { packet: 7, start: 0, end: 1, stream: 3, clientId: 'hmi' }))
  list.add(finding('slow', 'warning', { packet: 20, stream: 1 }))
  list.add(finding('slow', 'warning', { packet: null, frame: 33, stream: 2 }))
  for (const packet of [40, 41, 42]) list.add(finding('nagle', 'note', { packet, stream: 1 }))
  return list
}

function after(actions: readonly ViewAction[], list = sample(), state: FindingsState = FINDINGS_AT_FIRST): FindingsState {
  return actions.reduce((now, action) => reduceFindings(now, action, { list, height: HEIGHT }).state, state)
}

function effectOf(actions: readonly ViewAction[], list = sample()): Effect | null {
  return reduceFindings(after(actions.slice(0, -1), list), actions[actions.length - 1]!, { list, height: HEIGHT }).effect
}

/** The rows, with `>` where the cursor is. */
function shown(state: FindingsState, list = sample()): string {
  const rows = findingRows(state, list)
  const { viewport } = settledFindings(state, { list, height: HEIGHT })
  return Array.from({ length: rows.length }, (_, at) => {
    const { group, one } = rows.at(at)!
    return `${at === viewport.cursor ? '>' : ''}${one === null ? group.rule ?? group.client : one.index}`
  }).join(' ')
}

describe('groups', () => {
  it('are folded at first', () => {
    expect(shown(FINDINGS_AT_FIRST)).toBe('>flags slow nagle')
  })

  it('unfold and fold with Enter, right and left', () => {
    expect(shown(after(['down', 'open']))).toBe('flags >slow 1 2 nagle')
    expect(shown(after(['down', 'open', 'open']))).toBe('flags >slow nagle')
    expect(shown(after(['down', 'right', 'right']))).toBe('flags >slow 1 2 nagle')
    expect(shown(after(['down', 'right', 'left']))).toBe('flags >slow nagle')
  })

  it('are gone back to with left from one of their findings', () => {
    expect(shown(after(['down', 'right', 'down', 'down', 'left']))).toBe('flags >slow 1 2 nagle')
    expect(shown(after(['down', 'right', 'down', 'down', 'left', 'left']))).toBe('flags >slow nagle')
  })

  it('are by client in the other form, the cursor on the same finding', () => {
    expect(shown(after(['form']))).toBe('>hmi plc-7')
    expect(shown(after(['last', 'form']))).toBe('hmi >plc-7')
    expect(shown(after(['last', 'right', 'down', 'form']))).toBe('hmi plc-7 1 2 >3 4 5')
    expect(shown(after(['last', 'right', 'down', 'form', 'form']))).toBe('flags slow nagle >3 4 5')
  })
})

describe('the cursor', () => {
  it('steps through single findings, whatever is folded', () => {
    const steps = (count: number, action: ViewAction, from: readonly ViewAction[] = []) => shown(after([...from, ...Array<ViewAction>(count).fill(action)]))
    expect(steps(1, 'next')).toBe('flags >0 slow nagle')
    expect(steps(2, 'next')).toBe('flags 0 slow >1 2 nagle')
    expect(steps(4, 'next')).toBe('flags 0 slow 1 2 nagle >3 4 5')
    expect(steps(99, 'next')).toBe('flags 0 slow 1 2 nagle 3 4 >5')
    expect(steps(1, 'previous')).toBe('>flags slow nagle')
    expect(steps(1, 'previous', ['last'])).toBe('flags slow 1 >2 nagle')
    expect(steps(3, 'previous', ['last'])).toBe('flags >0 slow 1 2 nagle')
  })

  it('stays on its finding when others come before it', () => {
    const list = sample()
    const state = after(['down', 'right', 'down', 'down'], list)
    expect(shown(state, list)).toBe('flags slow 1 >2 nagle')
    list.add(finding('worse', 'error', {}))
    list.add(finding('worse', 'error', {}))
    expect(shown(state, list)).toBe('worse flags slow 1 >2 nagle')
  })

  it('stays on its group when the order changes', () => {
    expect(shown(after(['down', 'sort']))).toBe('nagle >slow flags')
    expect(shown(after(['down', 'sort', 'sort', 'sort']))).toBe('flags >slow nagle')
  })

  it('is on the next row when its own is not listed any more', () => {
    const list = sample()
    const { state, effect } = reduceFindings(after(['down'], list), 'mute', { list, height: HEIGHT })
    expect(effect).toEqual({ kind: 'mute', rule: 'slow' })
    list.mute('slow')
    expect(shown(state, list)).toBe('flags >nagle')
    expect(shown(after(['last', 'findings']))).toBe('flags >slow')
  })

  it('is nowhere in an empty list, and no key asks for anything', () => {
    const list = new FindingList()
    for (const action of ['open', 'down', 'next', 'mute', 'evidence', 'left', 'form', 'findings', 'copy'] as const) {
      expect(reduceFindings(FINDINGS_AT_FIRST, action, { list, height: HEIGHT }).effect).toBe(null)
    }
    expect(selectedFinding(FINDINGS_AT_FIRST, { list, height: HEIGHT })).toBe(null)
  })
})

describe('what keys ask for', () => {
  it('is the packet with the bytes that show it', () => {
    expect(effectOf(['right', 'down', 'open'])).toEqual({ kind: 'show-packet', packet: 7, start: 0, end: 1 })
    expect(effectOf(['last', 'right', 'down', 'open'])).toEqual({ kind: 'show-packet', packet: 40 })
  })

  it('is the flow where the finding is about no packet', () => {
    expect(effectOf(['down', 'right', 'down', 'down', 'open'])).toEqual(expect.objectContaining({ kind: 'show-flow', stream: 2, packet: null }))
  })

  it('is the evidence in the flow: of a group, that of its first finding', () => {
    expect(effectOf(['evidence'])).toEqual(expect.objectContaining({ kind: 'show-flow', stream: 3, packet: 7 }))
    expect(effectOf(['last', 'right', 'last', 'evidence'])).toEqual(expect.objectContaining({ kind: 'show-flow', stream: 1, packet: 42 }))
  })

  it('is to mute the rule, of a single finding as well', () => {
    expect(effectOf(['last', 'right', 'down', 'mute'])).toEqual({ kind: 'mute', rule: 'nagle' })
    expect(effectOf(['form', 'mute'])).toMatchObject({ kind: 'say' })
    expect(effectOf(['form', 'right', 'down', 'mute'])).toEqual({ kind: 'mute', rule: 'flags' })
  })

  it('is the packets of its connection, and its sentence', () => {
    expect(effectOf(['packets'])).toEqual({ kind: 'filter', text: 'tcp.stream == 3' })
    expect(effectOf(['copy'])).toEqual({ kind: 'copy', text: 'what flags says', what: 'finding' })
  })
})

describe('what is listed', () => {
  it('is less and less with the key of findings, then all again', () => {
    expect(shown(after(['findings']))).toBe('>flags slow')
    expect(shown(after(['findings', 'findings']))).toBe('>flags')
    expect(shown(after(['findings', 'findings', 'findings']))).toBe('>flags slow nagle')
  })

  it('is what one connection has, where that was asked for', () => {
    const state = findingsOfStream(after(['last']), 1)
    expect(shown(state)).toBe('>slow nagle')
    expect(shown(findingsOfStream(state, null))).toBe('>flags slow nagle')
    expect(findingsOfStream(state, 1)).toBe(state)
  })

  it('is found by line and by name alike, however it is unfolded', () => {
    const list = sample()
    for (const unfolded of [[], ['rule flags'], ['rule slow', 'rule nagle'], ['rule flags', 'rule slow', 'rule nagle']]) {
      const rows = findingRows({ ...FINDINGS_AT_FIRST, unfolded: new Set(unfolded) }, list)
      for (let at = 0; at < rows.length; at++) expect(rows.lineOf(rows.at(at)!.key)).toBe(at)
      expect(rows.at(-1)).toBe(null)
      expect(rows.at(rows.length)).toBe(null)
      expect(rows.lineOf('rule none')).toBe(-1)
      expect(rows.lineOf('finding 99')).toBe(-1)
    }
  })
})

describe('the search', () => {
  /** The rows after so many searches. */
  function hits(text: string, step: 1 | -1, times: number, state: FindingsState = FINDINGS_AT_FIRST, list = sample()): string {
    let now = state
    for (let time = 0; time < times; time++) {
      const searched = searchFindings(now, text, step, { list, height: HEIGHT })
      expect(searched.found).toBe(true)
      now = searched.state
    }
    return shown(now, list)
  }

  it('goes to a finding in a folded group, which unfolds', () => {
    expect(hits('HMI', 1, 1)).toBe('flags >0 slow nagle')
    expect(hits('plc-7', 1, 1)).toBe('flags slow >1 2 nagle')
    expect(hits('plc-7', 1, 3)).toBe('flags slow 1 2 nagle >3 4 5')
    expect(hits('plc-7', 1, 6)).toBe('flags slow >1 2 nagle 3 4 5')
    expect(hits('plc-7', -1, 1)).toBe('flags slow nagle 3 4 >5')
    expect(hits('plc-7', -1, 4)).toBe('flags slow 1 >2 nagle 3 4 5')
  })

  it('goes to a group by its rule alone, which stays folded', () => {
    expect(hits('nagle', 1, 1, after(['last', 'down']), named())).toBe('flags slow >nagle')
    expect(hits('slow', 1, 2, FINDINGS_AT_FIRST, named())).toBe('flags >slow nagle')
    expect(hits('slow', -1, 1, after(['last']), named())).toBe('flags >slow nagle')
  })

  /** Their sentences do not hold the rules. */
  function named(): FindingList {
    const list = new FindingList()
    list.add(finding('flags', 'error', { message: 'first', statements: ['MQTT-0.0.0-1', 'MQTT-0.0.0-2'] }))
    list.add(finding('slow', 'warning', { message: 'second a\\x1bb' }))
    list.add(finding('nagle', 'note', { message: 'third', clientId: 'a\x1bb' }))
    return list
  }

  it('finds statements, sentences, and text with controls in it as it is shown', () => {
    expect(hits('mqtt-0.0.0-2', 1, 1, after(['last'], named()), named())).toBe('>flags slow nagle')
    expect(hits('THIRD', -1, 1, FINDINGS_AT_FIRST, named())).toBe('flags slow nagle >2')
    // The message is the title of its group as well, for no rule is called that.
    expect(hits('third', 1, 1, FINDINGS_AT_FIRST, named())).toBe('flags slow >nagle')
    expect(hits('\\x1bb', -1, 1, FINDINGS_AT_FIRST, named())).toBe('flags slow nagle >2')
  })

  it('finds the rule of a finding in the list by client', () => {
    // The row of the client shows the newest sentence.
    expect(hits('nagle', 1, 1, after(['form']))).toBe('hmi >plc-7')
    expect(hits('nagle', 1, 2, after(['form']))).toBe('hmi plc-7 1 2 >3 4 5')
    // Where no sentence holds the rule or the statement.
    expect(hits('slow', 1, 1, after(['form'], named()), named())).toBe('plc-7 0 >1 a\\x1bb')
    expect(hits('0.0-2', 1, 1, after(['form'], named()), named())).toBe('plc-7 >0 1 a\\x1bb')
    expect(hits('hmi', 1, 1, after(['form', 'last']))).toBe('>hmi plc-7')
  })

  it('leaves out what is not listed', () => {
    const list = sample()
    list.mute('slow')
    expect(hits('nagle', 1, 1, FINDINGS_AT_FIRST, list)).toBe('flags >nagle')
    expect(searchFindings(FINDINGS_AT_FIRST, 'slow', 1, { list, height: HEIGHT }).found).toBe(false)
    expect(searchFindings(findingsOfStream(FINDINGS_AT_FIRST, 1), 'hmi', 1, { list, height: HEIGHT }).found).toBe(false)
  })

  it('leaves the state as it was where no row holds the text, and says so', () => {
    const state = after(['down', 'right'])
    const { state: same, found, effect } = searchFindings(state, 'nothing', -1, { list: sample(), height: HEIGHT })
    expect([same === state, found, effect]).toEqual([true, false, { kind: 'say', text: 'No row holds "nothing"' }])
    expect(searchFindings(FINDINGS_AT_FIRST, 'a', 1, { list: new FindingList(), height: HEIGHT }).found).toBe(false)
  })

  it('begins the detail at its top, and takes no long time in many groups', () => {
    const list = new FindingList()
    for (let stream = 0; stream < 20_000; stream++) list.add(finding('one', 'note', { stream, clientId: `c${stream}`, packet: stream }))
    const state: FindingsState = { ...FINDINGS_AT_FIRST, form: 'client', panes: { ...FINDINGS_AT_FIRST.panes, detailTop: 5 } }
    const { state: at } = searchFindings(state, 'c19999', 1, { list, height: HEIGHT })
    expect([at.panes.detailTop, at.viewport.cursor, at.selected]).toEqual([0, 19_999, 'client text c19999'])
  })
})
