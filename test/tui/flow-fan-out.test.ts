import { describe, expect, test } from 'vitest'
import { PLAIN } from '../../src/report/colour.ts'
import { fanOutLines } from '../../src/tui/model/flow-fan-out.ts'
import { flowHeights } from '../../src/tui/views/flow-state.ts'
import { copy, delivery, missing, party, publication } from '../report/delivery-samples.ts'
import type { Copy, Delivery } from '../../src/session/delivery.ts'

function drawn(changes: Partial<Delivery>, late: readonly Copy[] = [], height = 10, width = 120): string[] {
  return fanOutLines({ delivery: delivery(changes), late }, true, width, height, PLAIN).map((line) => line.trimEnd())
}

test('a publication and its copies', () => {
  expect(drawn({})).toMatchInlineSnapshot(`
    [
      "  publisher plc-7            broker                subscribers",
      "  |-- q1 plant/7/temp -------->|                            |   2 copies for 2 subscribers  accepted",
      "  |                            |-- q1 --------------------->|   hmi-1  0.311 ms  packet 19",
      "  |                            |-- q1 --------------------->|   hmi-2  4.083 ms  packet 21",
    ]
  `)
})

test('what is doubtful says so in words, and what is wrong has a mark', () => {
  expect(drawn({
    publication: publication({ resent: 2, retain: true }), acceptance: 'open', reasonCode: null, subscribers: 5,
    copies: [copy('hmi-1', { certainty: 'likely' }), copy('hmi-1', { duplicate: 'certain', number: 20 }), copy('hmi-2', { kind: 'stored', dup: true, unaltered: false, duration: 9e9 })],
    missing: [missing('hmi-3'), missing('hmi-4', { certainty: 'unsure', doubts: ['qos-0', 'access'] })],
    notJudged: [{ client: party('hmi-5'), filter: 'plant/#', reason: 'gap', closedIn: null }],
  }, [copy('hmi-6', { duration: 30e9, number: 90 })])).toMatchInlineSnapshot(`
    [
      "  publisher plc-7            broker                subscribers",
      "  |-- q1 retain plant/7/temp ->|                            | ~ 3 copies for 5 subscribers  2 missing  not acknowledged…",
      "  |                            |-- q1 --------------------->|   hmi-1  0.311 ms  matched, not certain (likely)  packet …",
      "  |                            |-- q1 --------------------->| ! hmi-1  0.311 ms  one too many  packet 20",
      "  |                            |-- q1 DUP ----------------->| ~ hmi-2  9000.000 ms  stored  other properties  packet 19",
      "  |                            |-- q1 --------------------->|   hmi-6  30.000 s  late  packet 90",
      "  |                            |          nothing           | ! hmi-3  missing (certain)  filter plant/#",
      "  |                            |          nothing           | ~ hmi-4  missing (unsure: QoS 0, rules of access may forb…",
      "  |                            |          nothing           |   hmi-5  not judged (gap)",
    ]
  `)
})

test('in a narrow view the publisher is named over its lane, and first of all copies are seen', () => {
  expect(drawn({}, [], flowHeights(11, true).fan - 1, 60)).toEqual([
    '  plc-7       broker subscribers',
    '  |-- q1 pla… ->|             |   2 copies for 2 subscriber…',
    expect.stringContaining('hmi-1'), expect.stringContaining('hmi-2'),
  ])
})

describe('where there is no room for all', () => {
  const copies = Array.from({ length: 20 }, (_, index) => copy(`hmi-${index}`, { number: 100 + index }))

  test('what is missing stays, and the rest is counted', () => {
    const lines = drawn({ copies, missing: [missing('hmi-99')] }, [], 6)
    expect(lines).toHaveLength(6)
    expect(lines.slice(-3)).toEqual([expect.stringContaining('hmi-1'), expect.stringContaining('! hmi-99  missing (certain)'), expect.stringMatching(/and 18 more$/)])
  })

  test.each([0, 1, 2, 3])('%i lines', (height) => {
    expect(drawn({ copies }, [], height)).toHaveLength(height)
  })
})

test('text from the wire is safe for a terminal', () => {
  const text = drawn({ publication: publication({ topic: 'a\x1b]0;x\x07', publisher: party('p\x9b1m') }), copies: [copy('c\u202e')], missing: [missing('m\r', { filter: 'f\n' })] }).join('')
  expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  expect(text).toContain('a\\x1b]0;x\\x07')
})

test('a PUBLISH of which nothing is known yet, and what is none', () => {
  expect(fanOutLines(null, true, 80, 5, PLAIN).join(' ')).toContain('Its copies are not known')
  expect(fanOutLines(null, false, 80, 5, PLAIN)).toEqual(['  Only a PUBLISH has copies.'])
})
