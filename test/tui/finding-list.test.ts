import { describe, expect, it } from 'vitest'
import { FindingList, statementsSoFar, type FindingChoice } from '../../src/tui/model/finding-list.ts'
import { booked } from './tui-capture.ts'
import { finding } from './tui-findings.ts'

const ALL: FindingChoice = { form: 'rule', sort: 'severity', least: 'note', stream: null }

function listOf(...findings: Parameters<typeof finding>[]): FindingList {
  const list = new FindingList()
  for (const each of findings) list.add(finding(...each))
  return list
}

function shown(list: FindingList, choice: Partial<FindingChoice> = {}): string[] {
  return list.groups({ ...ALL, ...choice }).map(({ rule, client, severity, count, spread, findings }) => `${rule ?? client} ${severity} ${count} ${spread} [${findings.map(({ index }) => index).join(' ')}]`)
}

const MIXED = () => listOf(
  ['slow', 'warning', { frame: 5, stream: 1, clientId: 'plc-7' }],
  ['nagle', 'note', { frame: 2, stream: 1, clientId: 'plc-7' }],
  ['slow', 'warning', { frame: 9, stream: 2, clientId: 'hmi' }],
  ['flags', 'error', { frame: 20, stream: 3, clientId: null }],
  ['nagle', 'note', { frame: 21, stream: 4, clientId: 'plc-7' }],
  ['nagle', 'note', { frame: 22, stream: 4, clientId: 'plc-7' }],
)

describe('the list of findings', () => {
  it('has a group for each rule: the severe ones first, then those with more', () => {
    expect(shown(MIXED())).toEqual(['flags error 1 1 [3]', 'slow warning 2 2 [0 2]', 'nagle note 3 1 [1 4 5]'])
  })

  it('is sorted by count, and by the first one', () => {
    expect(shown(MIXED(), { sort: 'count' })).toEqual(['nagle note 3 1 [1 4 5]', 'slow warning 2 2 [0 2]', 'flags error 1 1 [3]'])
    expect(shown(MIXED(), { sort: 'time' })).toEqual(['nagle note 3 1 [1 4 5]', 'slow warning 2 2 [0 2]', 'flags error 1 1 [3]'])
  })

  it('has a group for each client, on all its connections, and each connection without a name', () => {
    expect(shown(MIXED(), { form: 'client' })).toEqual(['stream 3 error 1 1 [3]', 'plc-7 warning 4 2 [0 1 4 5]', 'hmi warning 1 1 [2]'])
  })

  it('has what is at least so severe', () => {
    expect(shown(MIXED(), { least: 'warning' })).toEqual(['flags error 1 1 [3]', 'slow warning 2 2 [0 2]'])
    expect(shown(MIXED(), { least: 'error' })).toEqual(['flags error 1 1 [3]'])
  })

  it('has those of one connection', () => {
    expect(shown(MIXED(), { stream: 1 })).toEqual(['slow warning 1 1 [0]', 'nagle note 1 1 [1]'])
  })

  it('has those that are chosen, and counts no others with them', () => {
    const list = MIXED()
    const counts = { error: 1, warning: 2, note: 50 }
    list.count({ totals: counts, counted: counts, certainties: { certain: 53, likely: 0, unsure: 0 }, findingsLeftOut: [{ rule: 'nagle', version: '5.0', statements: [], count: 47 }] })
    expect([shown(list), list.filtered]).toEqual([['flags error 1 1 [3]', 'slow warning 2 2 [0 2]', 'nagle note 50 1 [1 4 5]'], false])
    list.choose(({ frame }) => frame > 9)
    expect([shown(list), list.filtered]).toEqual([['flags error 1 1 [3]', 'nagle note 2 1 [4 5]'], true])
    list.add(finding('slow', 'warning', { frame: 30 }))
    list.add(finding('slow', 'warning', { frame: 3 }))
    expect(shown(list)).toEqual(['flags error 1 1 [3]', 'slow warning 1 1 [6]', 'nagle note 2 1 [4 5]'])
    list.choose(null)
    expect([shown(list), list.filtered]).toEqual([['flags error 1 1 [3]', 'slow warning 4 2 [0 2 6 7]', 'nagle note 50 1 [1 4 5]'], false])
  })

  it('leaves muted rules out, and counts those that have findings', () => {
    const list = MIXED()
    list.mute('nagle')
    list.mute('never-found')
    expect(shown(list)).toEqual(['flags error 1 1 [3]', 'slow warning 2 2 [0 2]'])
    expect(list.mutedRules).toBe(1)
    list.unmuteAll()
    expect(shown(list).length).toBe(3)
    expect(list.mutedRules).toBe(0)
  })

  it('takes the worst severity that a rule has', () => {
    expect(shown(listOf(['flags', 'note'], ['flags', 'error'], ['flags', 'warning']))).toEqual(['flags error 3 1 [0 1 2]'])
  })

  it('shows what a client sends as safe text', () => {
    expect(shown(listOf(['flags', 'error', { clientId: '\u001b[2Jx' }], ['flags', 'error', { clientId: { hex: 'c328' } as never }]), { form: 'client' }))
      .toEqual(['\\x1b[2Jx error 1 1 [0]', '0xc328 error 1 1 [1]'])
  })

  it('is made once until something changes', () => {
    const list = MIXED()
    const before = list.groups(ALL)
    expect(list.groups({ ...ALL })).toBe(before)
    list.add(finding('flags', 'error'))
    expect(list.groups(ALL)).not.toBe(before)
    expect(before[0]!.count).toBe(1)
  })

  it('is by statement and version: what one rule finds in two versions is two groups, each with its own count', () => {
    const list = new FindingList()
    const kinds = [{ version: '5.0', statements: ['MQTT-1'] }, { version: '3.1.1', statements: ['MQTT-2'] }] as const
    for (const kind of [...kinds, kinds[1]]) list.add(finding('slow', 'warning', kind))
    const counts = { error: 0, warning: 3, note: 0 }
    list.count({ totals: counts, counted: counts, certainties: { certain: 3, likely: 0, unsure: 0 }, findingsLeftOut: [{ rule: 'slow', ...kinds[0], count: 7 }] })
    expect(list.groups(ALL).map(({ rule, findings, count }) => [rule, findings[0]!.finding.version, findings.length, count])).toEqual([['slow', '5.0', 1, 8], ['slow', '3.1.1', 2, 2]])
  })

  it('stands still while it is paused, and then has all of it, in the order in which it was found', () => {
    const list = MIXED()
    const before = shown(list)
    list.pause(true)
    list.add(finding('slow', 'warning', { clientId: 'hmi' }))
    list.add(finding('new', 'error', { frame: 30 }))
    list.count({ totals: { error: 9, warning: 0, note: 0 }, counted: { error: 0, warning: 0, note: 0 }, certainties: { certain: 0, likely: 0, unsure: 0 }, findingsLeftOut: [{ rule: 'slow', version: '5.0', statements: [], count: 40 }] })
    // A second pause does not lose what waits.
    list.pause(true)
    expect([shown(list), list.size, list.rules]).toEqual([before, 6, ['slow', 'nagle', 'flags']])
    expect(shown(list, { form: 'client' })).toHaveLength(3)
    list.pause(false)
    expect(shown(list)).toEqual(['flags error 1 1 [3]', 'new error 1 1 [7]', 'slow warning 43 2 [0 2 6]', 'nagle note 3 1 [1 4 5]'])
    expect([list.size, list.rules]).toEqual([8, ['slow', 'nagle', 'flags', 'new']])
    list.pause(false)
    expect(list.size).toBe(8)
  })

  it('has totals of all that was judged, paused or not', () => {
    const list = MIXED()
    const totals = { error: 1, warning: 2, note: 3 }
    list.pause(true)
    const certainties = { certain: 4, likely: 2, unsure: 0 }
    list.count({ totals, counted: totals, certainties, findingsLeftOut: [] })
    expect(list.totals).toEqual({ totals, counted: totals, certainties })
  })

  it('names rules that have findings, once each, muted ones too', () => {
    const list = MIXED()
    list.mute('flags')
    expect([list.rules, [...list.muted]]).toEqual([['slow', 'nagle', 'flags'], ['flags']])
    expect(new FindingList().rules).toEqual([])
  })

  it('mutes a rule that is found only while it is paused', () => {
    const list = MIXED()
    list.mute('new')
    list.pause(true)
    list.add(finding('new', 'error'))
    list.pause(false)
    expect(shown(list)).toHaveLength(3)
    expect(list.mutedRules).toBe(1)
  })

  it('counts with what the judge does not keep, but for a part of them', () => {
    const few = booked('reconnect-storm.pcap', { mostFindings: 2 }).list
    const all = booked('reconnect-storm.pcap', { mostFindings: 1000 }).list
    const counts = (list: FindingList) => list.groups(ALL).map(({ rule, count }) => `${rule} ${count}`)
    expect(few.size).toBeLessThan(all.size)
    expect(counts(few)).toEqual(counts(all))
    expect(few.totals).toEqual(all.totals)
    expect(few.groups({ ...ALL, least: 'warning' }).map(({ count }) => count)).toEqual([2])
  })
})

describe('the statements that came up', () => {
  it('are counted once, though both sides must keep them', () => {
    expect(statementsSoFar([
      { version: '5.0', id: 'MQTT-1', verdict: 'pass', reasons: [] },
      { version: '5.0', id: 'MQTT-1', verdict: 'not-judged', reasons: [{ reason: 'gap', count: 1 }] },
      { version: '3.1.1', id: 'MQTT-1', verdict: 'not-judged', reasons: [{ reason: 'start', count: 2 }, { reason: 'gap', count: 1 }] },
      { version: '5.0', id: 'MQTT-2', verdict: 'fail', reasons: [] },
      { version: '5.0', id: 'MQTT-3', verdict: 'not-exercised', reasons: [] },
      { version: '5.0', id: 'MQTT-4', verdict: 'unobservable', reasons: [] },
    ])).toEqual({ judged: 2, notJudged: [{ version: '3.1.1', id: 'MQTT-1', reason: 'start' }] })
  })

  it('of a capture with holes are some that could not be judged', () => {
    const { judged, notJudged } = statementsSoFar(booked('lost-frames.pcap').judge.judgement.verdicts)
    expect(judged).toBeGreaterThan(40)
    expect(notJudged.length).toBeGreaterThan(0)
  })
})
