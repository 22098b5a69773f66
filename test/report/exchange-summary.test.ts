import { expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { exchangeSummaryText } from '../../src/report/exchange-summary.ts'
import { EXCHANGE_OUTCOMES } from '../../src/session/exchange.ts'
import { CLOCK } from './build.ts'
import type { CaptureTotals } from '../../src/analysis/pipeline.ts'

const COUNTS = new Map([['connect complete', 11], ['connect failed', 1], ['publish-qos1 complete', 12_041], ['publish-qos1 partly-seen', 3], ['ping open', 2]])

const totals = (changes: Partial<CaptureTotals> = {}): CaptureTotals => ({
  files: [{ name: 'plant.pcapng', format: 'pcapng' }], linkTypes: [1], frames: 48_211, frameBytes: 9_120_344, truncatedFrames: 0, droppedFrames: null,
  firstTime: 0, lastTime: 600_000_000_000, streams: 14, expectedStreams: 12, mqttStreams: 12, leftOutByPort: new Map(), otherStreams: { tls: 0, websocket: 0 }, packetTypes: new Map(), packets: 30_606, unframed: 0, malformedPackets: 0,
  problems: { error: 0, warning: 0, note: 0 }, gaps: 0, gapBytes: 0, retransmissions: 0, captureProblems: [], exchanges: COUNTS, unexpected: 0, exchangesLeftOut: 0,
  sessionsForgotten: 0, subscriptionsLeftOut: 0, publicationsLeftOut: 0,
  ...changes,
})
const text = (
  changes: Partial<CaptureTotals> = {}, choice: string | null = null, counts: ReadonlyMap<string, number> = COUNTS, palette = PLAIN, filter: string | null = null,
) => exchangeSummaryText(totals(changes), counts, CLOCK, { palette, utc: true, filter, choice })

test('exchanges by kind and outcome', () => {
  expect(text()).toBe([
    'File            plant.pcapng  pcapng',
    'Frames          48,211, 9,120,344 bytes, ETHERNET',
    'Time            2023-11-14 22:13:20.123456789 to 2023-11-14 22:23:20.123456789 UTC (10m00s)',
    'TCP streams     14, of these with MQTT 12',
    'MQTT packets    30,606',
    'Exchanges        12,058 complete failed   open partly-seen',
    '  CONNECT            12       11      1      -           -',
    '  PUBLISH QoS 1  12,044   12,041      -      -           3',
    '  PING                2        -      -      2           -',
    '',
  ].join('\n'))
})

test('columns are as wide as their numbers', () => {
  const millions = new Map([['publish-qos1 complete', 12_263_041], ['publish-qos1 open', 7], ['ping complete', 1]])
  expect(text({}, null, millions).split('\n').slice(5)).toEqual([
    'Exchanges       12,263,049   complete   open',
    '  PUBLISH QoS 1 12,263,048 12,263,041      7',
    '  PING                   1          1      -',
    '',
  ])
})

test('answers without a request, and what was too much', () => {
  expect(text({ unexpected: 1, exchangesLeftOut: 1_204, sessionsForgotten: 1 }).split('\n').slice(-4)).toEqual([
    'Unexpected      1 answer that nothing had asked for',
    'Left out        1,204 exchanges: too many were open at once',
    'Forgotten       1 Session of clients: there were too many, or the client was away for more than a day',
    '',
  ])
})

test('those chosen, of all', () => {
  expect(text({}, 'failed', new Map([['connect failed', 1]])).split('\n').slice(5)).toEqual([
    'Chosen          failed: 1 of 12,058 exchanges', 'Exchanges             1 failed', '  CONNECT             1      1', '',
  ])
})

test('those that a filter lets through', () => {
  expect(text({}, null, new Map([['ping open', 2]]), PLAIN, 'mqtt.topic == "a\u001b"').split('\n').slice(4)).toEqual([
    'MQTT packets    30,606', 'Filter          mqtt.topic == "a\\x1b"', 'Chosen          2 of 12,058 exchanges', 'Exchanges             2   open', '  PING                2      2', '',
  ])
})

test('both', () => {
  expect(text({}, 'without an end', new Map(), PLAIN, 'mqtt.qos == 2')).toContain('Filter          mqtt.qos == 2\nChosen          without an end: 0 of 12,058 exchanges\n')
})

test('none', () => {
  const none = { exchanges: new Map<string, number>(), packets: 0, frames: 1 }
  expect(text(none, null, none.exchanges).split('\n').slice(4)).toEqual(['MQTT packets    none in 1 frame', 'Exchanges             0', ''])
})

test('all outcomes fit 80 columns', () => {
  const counts = new Map(EXCHANGE_OUTCOMES.map((outcome) => [`publish-qos2 ${outcome}`, 99_999]))
  const table = text({}, null, counts).split('\n').slice(5)
  expect(table.map((line) => line.length)).toEqual([79, 79, 0])
})

test('colour is only colour', () => {
  const coloured = text({}, null, COUNTS, ANSI)
  expect(coloured).toContain(`${ANSI.red}     1`)
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(text())
})
