import { expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { DeliveryCounts, deliverySummaryText } from '../../src/report/delivery-summary.ts'
import { CLOCK } from './build.ts'
import { copy, delivery, DELIVERIES, publication } from './delivery-samples.ts'
import { TOTALS } from './totals.ts'
import type { CaptureTotals } from '../../src/analysis/pipeline.ts'
import type { DeliveryResult } from '../../src/session/delivery.ts'

const totals = (changes: Partial<CaptureTotals> = {}): CaptureTotals => ({ ...TOTALS, ...changes })

function text(results: Iterable<DeliveryResult>, changes: Partial<CaptureTotals> = {}, choice: string | null = null, palette = PLAIN): string {
  const counts = new DeliveryCounts()
  for (const result of results) counts.add(result)
  return deliverySummaryText(totals(changes), counts, CLOCK, { palette, utc: true, choice })
}

test('all that may be told', () => {
  expect(text(Object.values(DELIVERIES))).toBe([
    'File            plant.pcapng  pcapng',
    'Frames          48,211, 9,120,344 bytes, ETHERNET',
    'Time            2023-11-14 22:13:20.123456789 to 2023-11-14 22:23:20.123456789 UTC (10m00s)',
    'TCP streams     14, of these with MQTT 12',
    'MQTT packets    30,606',
    'Publications               9  QoS 0 1, QoS 1 8; 1 refused, 1 not acknowledged',
    '                         all  certain   likely   unsure',
    'Copies  live              12        9        3        -',
    '        stored             2        1        1        -',
    '        retained           1        -        -        1',
    'Missing                    4        2        1        1',
    'Duplicates                 3        1        1        1',
    'No publication             3        -        1        2  a will 1, published at another address 1, the alias of its topic was set before 1',
    'No subscription            2        -        1        1',
    'Not judged                 1  refused 1',
    'Through server  0.311 to 30000.000 ms, 2500.914 ms on average',
    '',
  ].join('\n'))
})

test('nothing', () => {
  expect(text([], { packets: 0, frames: 1 }).split('\n').slice(4)).toEqual([
    'MQTT packets    none in 1 frame',
    'Publications               -',
    '                         all  certain   likely   unsure',
    'Copies  live               -        -        -        -',
    'Missing                    -        -        -        -',
    'Duplicates                 -        -        -        -',
    'No publication             -        -        -        -',
    'No subscription            -        -        -        -',
    '',
  ])
})

test('those chosen, and what was too much', () => {
  const lines = text([delivery()], { subscriptionsLeftOut: 1, publicationsLeftOut: 1_204 }, 'failed').split('\n')
  expect(lines[5]).toBe('Chosen          failed')
  expect(lines.slice(-3)).toEqual(['Left out        1 subscription: there were too many at once, or too many levels in their filters', 'Left out        1,204 publications: there were too many at once', ''])
})

test('columns are as wide as their numbers', () => {
  const counts = new DeliveryCounts()
  counts.add(delivery({ publication: publication({ qos: 2 }), copies: [copy('a')] }))
  counts.copies.live.certain = 12_345_678
  counts.copies.live.likely = 1_000
  expect(deliverySummaryText(totals(), counts, CLOCK, { palette: PLAIN, utc: true, choice: null }).split('\n').slice(6, 8)).toEqual([
    '                         all    certain     likely     unsure',
    'Copies  live      12,346,678 12,345,678      1,000          -',
  ])
})

test('colour is only colour', () => {
  const results = Object.values(DELIVERIES)
  const coloured = text(results, {}, null, ANSI)
  expect(coloured).toContain(`${ANSI.red}        2${ANSI.reset}`)
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(text(results))
})
