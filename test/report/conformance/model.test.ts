import { describe, expect, test } from 'vitest'
import { parseReport } from '../../../src/report/conformance/comparison.ts'
import { REPORT_RENDERERS } from '../../../src/report/conformance/formats.ts'
import { PLAIN } from '../../../src/report/colour.ts'
import { REPORT_SCHEMA } from '../../../src/report/schema/report.ts'
import { checkAgainst } from '../schema-check.ts'
import { clean, finding, HOSTILE, report, verdict } from './sample-report.ts'
import type { ReportObject } from '../../../src/report/schema/report.ts'

const differences = checkAgainst(REPORT_SCHEMA)
const json = (made: ReportObject) => REPORT_RENDERERS.json(made, { palette: PLAIN, utc: true })

describe('the object', () => {
  test.each([
    ['with something of everything', report()],
    ['of a clean capture', clean()],
    ['with an earlier report', report({ context: { baseline: clean() } })],
    ['without times', report({ totals: { firstTime: null, lastTime: null }, judged: { findings: [finding({ time: NaN, packet: null })] } })],
    ['with identifiers that are not text', report({ judged: { findings: [finding({ clientId: { hex: '66ff' } })] } })],
    ['of nothing', report({ clients: [], judged: { findings: [], verdicts: [], findingsLeftOut: [] } })],
  ])('%s is what the schema says', (_name, made) => {
    expect(differences(JSON.parse(json(made)))).toEqual([])
  })

  test('summary', () => {
    expect(report().summary).toEqual({
      verdict: 'fail', connections: 2, clients: 2, packets: 12, malformedPackets: 0, exchanges: 6, findings: { error: 6, warning: 0, note: 6 },
      counted: { error: 4, warning: 0, note: 1 }, waived: 1, unsure: 1,
    })
  })

  test('timing', () => {
    expect(report().timing['publish-qos1']).toMatchObject({ answered: 2, unanswered: 2, count: 2, minMs: 2.5, maxMs: 2.5 })
    expect(report().timing.ping).toMatchObject({ count: 0, p50Ms: null })
  })

  test('bytes are TCP payload', () => {
    const { capture, connections } = report()
    expect(capture.bytes).toBe(connections.reduce((sum, { bytes }) => sum + bytes.client + bytes.server, 0))
    expect(capture.frameBytes).toBe(capture.bytes + 12 * 54)
  })
})

describe('the verdict', () => {
  const verdictWith = (...findings: ReturnType<typeof finding>[]) => report({ judged: { findings, verdicts: [verdict()], findingsLeftOut: [] } }).summary.verdict

  test.each([
    ['an error', [finding()], 'fail'],
    ['an error that is likely', [finding({ certainty: 'likely' })], 'fail'],
    ['an error that is unsure', [finding({ certainty: 'unsure' })], 'pass'],
    ['an error that is waived', [finding({ waived: { reason: 'known', until: null } })], 'pass'],
    ['a warning', [finding({ severity: 'warning' })], 'pass'],
    ['nothing', [], 'pass'],
  ] as const)('%s', (_name, findings, expected) => {
    expect(verdictWith(...findings)).toBe(expected)
  })

  test('nothing was checked', () => {
    expect(report({ judged: { findings: [], verdicts: [verdict({ verdict: 'not-exercised', checked: 0 })], findingsLeftOut: [] } }).summary.verdict).toBe('not-judged')
  })
})

describe('connections', () => {
  const clients = ['a', 'b', 'c', 'd', 'e', 'a']
  const streams = (made: ReportObject) => made.connections.map(({ stream }) => stream)

  test('those with findings come first', () => {
    const made = report({ clients, judged: { findings: [finding({ stream: 3 })] } })
    expect(streams(made)).toEqual([3, 0, 1, 2, 4, 5])
    expect(made.summary).toMatchObject({ connections: 6, clients: 5 })
  })

  test('beyond the limit, the ones with findings stay', () => {
    const made = report({ clients, mostConnections: 2, accused: [4], judged: { findings: [finding({ stream: 4 })] } })
    expect(streams(made)).toEqual([4, 0])
    expect(made.connectionsLeftOut).toBe(4)
    expect(made.summary.connections).toBe(6)
  })
})

describe('against an earlier report', () => {
  const of = (...findings: ReturnType<typeof finding>[]) => report({ judged: { findings, verdicts: [verdict()], findingsLeftOut: [] } })
  const compared = (before: ReportObject, ...now: ReturnType<typeof finding>[]) =>
    report({ context: { baseline: parseReport(json(before)) }, judged: { findings: now, verdicts: [verdict()], findingsLeftOut: [] } }).comparison!

  test('frames, times and streams are another matter', () => {
    expect(compared(of(finding()), finding({ frame: 7, packet: 3, time: 5, stream: 1, evidence: [7] }))).toEqual({ new: [], fixed: [], unchanged: 1 })
  })

  test.each([
    ['rule', { rule: 'publish.qos-3' }], ['version', { version: '3.1.1' }], ['actor', { actor: 'server' }], ['client', { clientId: 'plc-8' }],
  ] as const)('another %s is another finding', (_name, change) => {
    const { new: added, fixed, unchanged } = compared(of(finding()), finding(change))
    expect([added.length, fixed.length, unchanged]).toEqual([1, 1, 0])
    expect(added[0]).toMatchObject({ ...change, before: 0, now: 1 })
  })

  test('more and fewer of the same', () => {
    expect(compared(of(finding(), finding()), finding(), finding(), finding())).toMatchObject({ new: [{ before: 2, now: 3 }], fixed: [], unchanged: 2 })
    expect(compared(of(finding(), finding()), finding())).toMatchObject({ new: [], fixed: [{ before: 2, now: 1 }], unchanged: 1 })
  })

  test('of more findings than are listed, the number says nothing', () => {
    const before = report({ judged: { findings: [finding(), finding()], findingsLeftOut: [{ rule: 'publish.dup-on-qos0', version: '5.0', statements: [], count: 9 }] } })
    expect(compared(before, finding())).toEqual({ new: [], fixed: [], unchanged: 1 })
  })

  test('what did not come up is not fixed for certain', () => {
    expect(compared(of(finding({ statements: ['MQTT-3.1.0-2'] }))).fixed).toMatchObject([{ exercised: false }])
    expect(compared(of(finding())).fixed).toMatchObject([{ exercised: true }])
    expect(compared(of(finding({ statements: [] }))).fixed).toMatchObject([{ exercised: null }])
  })

  test.each(['', '[]', 'null', '{"schema":"mqtap.stats/1"}', '{"schema":"mqtap.report/1"}', '{"schema":"mqtap.report/1","statements":[],"findings":[{}],"findingsLeftOut":[]}'])(
    '%s is no report', (text) => {
      expect(parseReport(text)).toBeNull()
    })
})

test('JSON has the exact text', () => {
  const made = JSON.parse(json(report({ judged: { findings: [finding({ clientId: HOSTILE })] } }))) as ReportObject
  expect(made.findings[0]!.clientId).toBe(HOSTILE)
})
