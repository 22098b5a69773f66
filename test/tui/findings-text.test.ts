import { createElement } from 'react'
import stringWidth from 'string-width'
import { renderToString } from 'ink'
import { describe, expect, it } from 'vitest'
import { themeOf } from '../../src/tui/theme.ts'
import { FindingList } from '../../src/tui/model/finding-list.ts'
import { FINDINGS_AT_FIRST, findingRows, findingsOfStream, reduceFindings, type FindingsState } from '../../src/tui/views/findings-state.ts'
import { findingDetail } from '../../src/tui/views/findings-detail.ts'
import { findingsLines, type FindingsProps } from '../../src/tui/views/findings-text.ts'
import { FindingsView } from '../../src/tui/views/findings-view.tsx'
import { RULES } from '../../src/conformance/rules/all.ts'
import { PROBLEM_CODES } from '../../src/conformance/judges.ts'
import { VERSIONS } from '../../src/mqtt/version.ts'
import { booked } from './tui-capture.ts'
import { finding } from './tui-findings.ts'
import { ASCII_THEME, PLAIN_THEME, secondsText } from './tui-theme.ts'
import type { ViewAction } from '../../src/tui/view.ts'

function after(list: FindingList, actions: readonly ViewAction[], state: FindingsState = FINDINGS_AT_FIRST): FindingsState {
  return actions.reduce((now, action) => reduceFindings(now, action, { list, height: 24 }).state, state)
}

function frame(list: FindingList, changes: Partial<FindingsProps> = {}): string[] {
  return findingsLines({ state: FINDINGS_AT_FIRST, list, judged: 40, notJudged: NOT_JUDGED, width: 80, height: 24, theme: PLAIN_THEME, timeText: secondsText, ...changes })
}

const NOT_JUDGED: FindingsProps['notJudged'] = Array.from({ length: 12 }, (_, at) => ({ version: '5.0', id: `MQTT-${at}`, reason: 'gap' }))

const STORM = booked('reconnect-storm.pcap').list

/** Of the frames of a capture, a few have packets. */
const describeFrame = (number: number) => number % 2 === 0 ? `${number} CONNECT storm-5.0` : ''

describe('the Findings view', () => {
  it.each([80, 120, 60])('in %i columns', async (width) => {
    const lines = frame(STORM, { state: after(STORM, ['next', 'next']), width, height: width === 60 ? 16 : 30, describeFrame })
    await expect(`${lines.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(`golden/findings-${width}.txt`)
  })

  it('by client, with the rule of each', async () => {
    const lines = frame(STORM, { state: after(STORM, ['form', 'last', 'right', 'down']), width: 110, theme: ASCII_THEME })
    await expect(`${lines.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot('golden/findings-by-client.txt')
  })

  it('says plainly that nothing was found, and what was judged', () => {
    expect(frame(new FindingList()).slice(0, 5)).toEqual([
      '  SEV STATEMENT            SECTION        COUNT CLIENTS WHAT',
      '  No findings',
      '  40 statements were judged',
      '  Not judged: 12 statements need facts that this capture does not hold',
      '',
    ])
  })

  it('says that those that were found are not shown', () => {
    const list = new FindingList()
    list.add(finding('nagle', 'note'))
    expect(frame(list, { state: after(list, ['findings']) })[1]).toBe('  No findings among those that are shown (errors and warnings)')
    list.mute('nagle')
    expect(frame(list)[1]).toBe('  No findings among those that are shown (all severities, 1 muted)')
    expect(frame(list, { state: findingsOfStream(FINDINGS_AT_FIRST, 9) })[1]).toBe('  No findings of stream 9 among those that are shown (all severities, 1 muted)')
    list.choose(() => false)
    expect(frame(list)[1]).toBe('  No findings among those that are shown (filtered, all severities, 1 muted)')
  })

  it('says in words what it leaves out', () => {
    const list = new FindingList()
    for (const rule of ['a', 'b', 'c']) list.add(finding(rule, 'warning', { stream: 12 }))
    list.mute('a')
    list.mute('b')
    const words = frame(list, { state: after(list, ['sort', 'findings', 'next-pane'], findingsOfStream(FINDINGS_AT_FIRST, 12)), width: 120 }).find((line) => line.startsWith('──'))
    expect(words).toMatch(/^── \[keys: detail\] ─ stream 12 only ─ 2 rules muted ─ by rule ─ sorted by COUNT ─ errors and warnings ─+ row 1 of 1 ──$/)
  })

  it('marks severity, doubt and waivers by words and marks', () => {
    const list = new FindingList()
    list.add(finding('slow', 'warning', { certainty: 'likely', waived: { reason: 'known', until: null } }))
    list.add(finding('slow', 'error', { packet: null, frame: 77, time: NaN }))
    const lines = frame(list, { state: after(list, ['right']) })
    expect(lines.slice(1, 4).map((line) => line.trimEnd())).toEqual([
      '> ! ▾ slow                 -                  2       1 what slow says',
      '      ~ 10  1.000000  plc-7  likely  waived  what slow says',
      '      ! frame 77  -  plc-7  what slow says',
    ])
  })

  it('never draws more than it has room for', () => {
    const list = new FindingList()
    list.add(finding('温度'.repeat(30), 'error', { clientId: '温度計'.repeat(40), message: '温度計'.repeat(90), evidence: Array.from({ length: 90 }, (_, at) => at) }))
    list.add(finding('slow', 'note', { message: 'x'.repeat(400), clientId: '👩‍🔧'.repeat(30), waived: { reason: 'é '.repeat(300), until: '2027-01-31' } }))
    for (const each of [list, STORM]) {
      for (let width = 60; width <= 300; width += 43) {
        for (const height of [9, 12, 24, 61]) {
          for (const actions of [[], ['next'], ['form', 'last', 'right', 'last'], ['next', 'maximise', 'next-pane', 'last']] as const) {
            for (const theme of [themeOf(true, false), ASCII_THEME]) {
              const lines = frame(each, { state: after(each, actions), width, height, theme, describeFrame })
              expect(lines.length).toBeLessThanOrEqual(height)
              for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
            }
          }
        }
      }
    }
  })

  it('is drawn as its lines are', () => {
    const props = { state: after(STORM, ['next']), list: STORM, judged: 40, notJudged: NOT_JUDGED, width: 80, height: 24, theme: PLAIN_THEME, timeText: secondsText }
    const drawn = renderToString(createElement(FindingsView, props), { columns: 80 }).split('\n').map((line) => line.trimEnd())
    expect(drawn).toEqual(frame(STORM, props).map((line) => line.trimEnd()))
  })
})

describe('the details of a finding', () => {
  const detailOf = (list: FindingList, options: Partial<Parameters<typeof findingDetail>[1]> = {}) =>
    findingDetail(findingRows({ ...FINDINGS_AT_FIRST, unfolded: new Set(list.groups(FINDINGS_AT_FIRST).map(({ key }) => key)) }, list).at(1), { width: 300, timeText: secondsText, notJudged: null, ...options })

  it('name the frames of the evidence by their packets', () => {
    const list = new FindingList()
    list.add(finding('slow', 'warning', { evidence: [9120, 9122, 9131] }))
    const labels = new Map([[9120, '4170 PUBLISH #17'], [9122, '4171 PUBACK #17']])
    expect(detailOf(list, { describeFrame: (number) => labels.get(number) ?? '' })).toContain('Evidence    4170 PUBLISH #17 -> 4171 PUBACK #17 -> frame 9131')
    expect(detailOf(list)).toContain('Evidence    frame 9120 -> frame 9122 -> frame 9131')
  })

  it('name the first frames of very many, and the last', () => {
    const list = new FindingList()
    list.add(finding('slow', 'warning', { evidence: Array.from({ length: 40 }, (_, at) => at + 1) }))
    expect(detailOf(list).find((line) => line.startsWith('Evidence'))).toMatch(/-> frame 11 -> 28 more -> frame 40$/)
  })

  it('have the statement of the version that the finding is of', () => {
    const asked = (version: '3.1.1' | '5.0') => {
      const list = new FindingList()
      list.add(finding('slow', 'warning', { version, statements: ['MQTT-3.1.2-24'] }))
      return detailOf(list).find((line) => line.startsWith('Asked'))
    }
    expect(asked('3.1.1')).toMatch(/^Asked {7}MQTT-3\.1\.2-24 \(3\.1\.1 §3\.1\.2\.10\): /)
    expect(asked('5.0')).toMatch(/^Asked {7}MQTT-3\.1\.2-24 \(5\.0 §3\.1\.2\.11\.4\): /)
    expect(asked('3.1.1')).not.toBe(asked('5.0'))
  })

  it('explain every rule and every problem in every version', () => {
    for (const version of VERSIONS) {
      for (const rule of [...RULES.map(({ id }) => id), ...PROBLEM_CODES]) {
        const list = new FindingList()
        list.add(finding(rule, 'warning', { version, statements: RULES.find(({ id }) => id === rule)?.statements[version] ?? [] }))
        expect(detailOf(list).filter((line) => line.startsWith(`Rule        ${rule}: `)).length).toBe(1)
      }
    }
  })

  it('of a group are those of its first finding, and say how many there are', () => {
    const list = new FindingList()
    for (let at = 0; at < 3; at++) list.add(finding('slow', 'warning', { packet: 100 + at }))
    list.count({ totals: { error: 0, warning: 9, note: 0 }, counted: { error: 0, warning: 9, note: 0 }, certainties: { certain: 9, likely: 0, unsure: 0 }, findingsLeftOut: [{ rule: 'slow', version: '5.0', statements: [], count: 6 }] })
    const lines = findingDetail(findingRows(FINDINGS_AT_FIRST, list).at(0), { width: 80, timeText: secondsText, notJudged: [{ version: '5.0', id: 'MQTT-1', reason: 'gap' }] })
    expect(lines.slice(0, 3)).toEqual(['The first of 9 findings, of which 3 are kept:', 'plc-7  packet 100  1.000000  certain  warning  slow', 'what slow says'])
    expect(lines.slice(-2)).toEqual(['Not judged: 1 statement needs facts that this capture does not hold', '  MQTT-1 (5.0): bytes of the connection are missing from the capture'])
  })

  it('say why a finding is waived', () => {
    const list = new FindingList()
    list.add(finding('slow', 'warning', { waived: { reason: 'old \u001b[31mgateway', until: '2027-01-31' } }))
    expect(detailOf(list)).toContain('Waived      old \\x1b[31mgateway, until 2027-01-31')
  })
})
