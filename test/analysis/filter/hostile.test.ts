import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXCHANGE_FIELDS, PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import type { FieldTable } from '../../../src/analysis/fields/field-table.ts'
import { compileFilter, formatFilterError } from '../../../src/analysis/filter/filter.ts'
import { readerOf } from '../build.ts'
import { EXCHANGES } from '../exchanges.ts'
import { PACKETS } from '../packets.ts'

/** Pieces that filters are made of, beside the names of fields, so that most of what comes out is nearly a filter. */
const PIECES = [
  ' == ', ' != ', ' === ', ' !== ', ' ~= ', ' > ', ' <= ', ' contains ', ' matches ', ' ~ ', ' in ', '{', '}', '(', ')',
  ' and ', ' or ', ' xor ', 'not ', '!', 'any ', 'all ', ' & ', ' + ', ' - ', ' * ', ' / ', ' % ', '[0:2]', '[-1]', '[', ']', ':', ',', '..', ' ', '\n', '"', '\\', "'", '"a/+/#"',
  'r"\\d+"', '1', '-5', '0x10', '017', '1.5', 'aa:bb', '10.0.0.0/8', '2001:db8::1', '2023-11-14', '"Nov 14, 2023 22:13:20"', 'PUBLISH', 'true', "'x'", 'len(', 'count(', 'upper(',
  'string(', 'max(', 'abs(', 'topic_matches(', '#', '$', '=', '😀', '\u0000', '"\\xff"',
]

const namesOf = (fields: FieldTable<never>) => fields.sources.map(({ field }) => field.name)

function anyText(fields: FieldTable<never>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 4, arbitrary: fc.array(fc.constantFrom(...namesOf(fields), ...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')) },
  )
}

function wellFormed(fields: FieldTable<never>): fc.Arbitrary<string> {
  return fc.tuple(
    fc.constantFrom(...namesOf(fields)),
    fc.constantFrom('==', '!=', '===', '!==', '>', '<=', 'contains', 'matches'),
    fc.constantFrom('1', '-1', '"a"', '"\\xff"', 'aa:bb', '10.0.0.0/8', '::/0', '2023-11-14', '1.5', 'true', 'mqtt.msgid', 'mqtt.topic', 'mqtt.msg', 'frame.time', 'ip.src'),
  ).map(([field, operator, value]) => `${field} ${operator} ${value}`)
}

describe('any text', () => {
  it('is a filter or a mistake with a place in the text', () => {
    fc.assert(fc.property(anyText(PACKET_FIELDS), fc.constantFrom(PACKET_FIELDS, EXCHANGE_FIELDS), (text, fields: FieldTable<never>) => {
      const result = compileFilter(text, fields)
      if (result.ok) return
      const { offset, length, message } = result.error
      expect(message).toMatch(/^\S.*\.$/s)
      expect(offset).toBeGreaterThanOrEqual(0)
      expect(length).toBeGreaterThanOrEqual(0)
      expect(offset + length).toBeLessThanOrEqual(text.length)
      const lines = formatFilterError(text, result.error).split('\n')
      expect(lines).toHaveLength(3)
      expect(lines[1]).toMatch(/^ *\^~*$/)
    }), { numRuns: 3000 })
  })
})

/** A compiled filter says yes or no to each subject, the same each time, and never both to a test and its contrary. */
function expectConsistency<Subject>(fields: FieldTable<Subject>, samples: Readonly<Record<string, () => Subject>>): void {
  let compiled = 0
  fc.assert(fc.property(fc.oneof(anyText(fields), wellFormed(fields)), fc.constantFrom(...Object.values(samples)), (text, sample) => {
    const result = compileFilter(text, fields)
    if (!result.ok) return
    compiled++
    const subject = sample()
    const shown = result.filter.matches(subject, readerOf())
    expect(result.filter.matches(subject, readerOf(null))).toBeTypeOf('boolean')
    expect(result.filter.matches(subject, readerOf())).toBe(shown)
    const contrary = compileFilter(`not (${text})`, fields)
    if (contrary.ok) expect(contrary.filter.matches(subject, readerOf())).toBe(!shown)
  }), { numRuns: 2000 })
  expect(compiled).toBeGreaterThan(300)
}

describe('a compiled filter says yes or no, the same each time, and never both to a test and its contrary', () => {
  it('of packets', () => {
    expectConsistency(PACKET_FIELDS, PACKETS)
  })

  it('of exchanges', () => {
    expectConsistency(EXCHANGE_FIELDS, EXCHANGES)
  })
})
