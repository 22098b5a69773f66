import { describe, expect, test } from 'vitest'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { DeliveryLineRenderer } from '../../src/report/delivery-line.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { CLOCK } from './build.ts'
import { copy, delivery, DELIVERIES, missing, party, publication } from './delivery-samples.ts'

const renderer = ({ palette = PLAIN, header = false } = {}) => new DeliveryLineRenderer({ palette, header, time: new TimeColumn('relative', true, () => CLOCK) })

test('lines', () => {
  const lines = renderer({ header: true })
  expect((lines.begin() + Object.values(DELIVERIES).map((result) => lines.item(result)).join('') + lines.end()).split('\n')).toEqual([
    '    NO       TIME PUBLISHER  QOS  COPIES       MIN       MAX INFO',
    '    17  12.004118 plc-7        1     2/2     0.311     4.083 plant/7/temp',
    '    17  12.004118 plc-7        0     0/0         -         - plant/7/temp',
    '    17  12.004118 plc-7        1     0/2         -         - plant/7/temp  refused: Not authorized  not judged hmi-1 (refused)',
    '    17  12.004118 plc-7        1     2/2     0.311     4.083 plant/7/temp  retain  2 sent again  not acknowledged',
    '    17  12.004118 plc-7        1     1/4     0.311     0.311 plant/7/temp  missing hmi-2, hmi-3  missing hmi-4 (likely)',
    '    17  12.004118 plc-7        1     0/2         -         - plant/7/temp  missing hmi-2 (unsure: QoS 0, rules of access may forbid it)',
    '    17  12.004118 plc-7        1     3/2     0.311     0.311 plant/7/temp  twice to hmi-1 (likely)  twice to hmi-2  2 likely',
    '    17  12.004118 plc-7        1     2/2     0.311     0.311 plant/7/temp  other properties to hmi-1  1 likely',
    '    17  12.004118 plc-7        1     3/2     0.311     0.311 plant/7/temp  1 stored  1 retained  1 unsure',
    '    17  12.004118 plc-7        1    late 300000.000 300000.000 plant/7/temp  stored, to hmi-1 (likely)',
    '    17  12.004118 plc-7        1    late 30000.000 30000.000 plant/7/temp  late, to hmi-1  twice to hmi-1 (unsure)',
    '    19  12.004429 -            1       -         -         - plant/9/state  to hmi-2, without a publication: a will (likely)',
    '    19  12.004429 -            1       -         -         - plant/9/state  to hmi-2, without a publication: published at another address, [::1]:1883, as packet 5 (unsure)',
    '    19  12.004429 -            1       -         -         - (topic not known)  to hmi-2, without a publication: the alias of its topic was set before (unsure)',
    '    19  12.004429 -            1       -         -         - plant/9/state  to hmi-2, which has no subscription for it (likely)',
    '    19  12.004429 -            1       -         -         - plant/7/temp  to hmi-2, which has no subscription for it (unsure)',
    '',
  ])
})

test('many that miss it are counted', () => {
  const line = renderer().item(delivery({ missing: Array.from({ length: 30 }, (_, index) => missing(`s${index}`)) }))
  expect(line).toMatch(/missing s0, s1, .*, s19 \+10 more$/m)
})

describe('names', () => {
  test.each([
    [undefined, '10.0.0.21:50122'],
    ['', '10.0.0.21:50122'],
    [new IllFormedText('ff00'), '0xff00'],
    ['a\u001b[2J', 'a\\x1b[2J'],
  ])('%s', (clientIdentifier, name) => {
    expect(renderer().item(delivery({ publication: publication({ publisher: party(clientIdentifier) }) }))).toContain(` ${name} `)
    expect(renderer().item(delivery({ missing: [{ ...missing('x'), client: party(clientIdentifier) }] }))).toContain(`missing ${name}\n`)
  })
})

test('columns grow with their clients', () => {
  const lines = renderer()
  lines.item(delivery({ publication: publication({ publisher: party('a-very-long-publisher') }) }))
  expect(lines.item(delivery())).toBe('    17  12.004118 plc-7                   1     2/2     0.311     4.083 plant/7/temp\n')
})

test('without times', () => {
  const line = renderer().item(delivery({ publication: publication({ time: NaN }), copies: [copy('hmi-1', { time: NaN, duration: null })] }))
  expect(line).toBe('    17          - plc-7        1     1/2         -         - plant/7/temp\n')
})

test('hostile text is safe for a terminal', () => {
  for (const topic of ['\u001b]0;owned\u0007', 'a\nb', '\u202e']) expect(renderer().item(delivery({ publication: publication({ topic }) })).slice(0, -1)).not.toMatch(/[\u0000-\u001f\u202e]/)
})

test('colour is only colour', () => {
  for (const result of Object.values(DELIVERIES)) {
    const coloured = renderer({ palette: ANSI }).item(result)
    expect(coloured).toContain('\x1b[')
    expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(renderer().item(result))
  }
})
