import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import { compileFilter, formatFilterError } from '../../../src/analysis/filter/filter.ts'
import { readerOf } from '../build.ts'
import { PACKET_NAMES, PACKETS } from '../packets.ts'

/** Pieces that filters are made of, so that most of what comes out is nearly a filter. */
const PIECES = [
  ...PACKET_FIELDS.sources.map(({ field }) => field.name), ' == ', ' != ', ' === ', ' !== ', ' ~= ', ' > ', ' <= ', ' contains ', ' matches ', ' ~ ', ' in ', '{', '}', '(', ')',
  ' and ', ' or ', ' xor ', 'not ', '!', 'any ', 'all ', ' & ', ' + ', ' - ', ' * ', ' / ', ' % ', '[0:2]', '[-1]', '[', ']', ':', ',', '..', ' ', '\n', '"', '\\', "'", '"a/+/#"',
  'r"\\d+"', '1', '-5', '0x10', '017', '1.5', 'aa:bb', '10.0.0.0/8', '2001:db8::1', '2023-11-14', '"Nov 14, 2023 22:13:20"', 'PUBLISH', 'true', "'x'", 'len(', 'count(', 'upper(',
  'string(', 'max(', 'abs(', 'topic_matches(', '#', '$', '=', '😀', '\u0000', '"\\xff"',
]

const filter = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')) },
)

const wellFormed = fc.tuple(
  fc.constantFrom(...PACKET_FIELDS.sources.map(({ field }) => field.name)),
  fc.constantFrom('==', '!=', '===', '!==', '>', '<=', 'contains', 'matches'),
  fc.constantFrom('1', '-1', '"a"', '"\\xff"', 'aa:bb', '10.0.0.0/8', '::/0', '2023-11-14', '1.5', 'true', 'mqtt.len', 'mqtt.topic', 'mqtt.msg', 'frame.time', 'ip.src'),
).map(([field, operator, value]) => `${field} ${operator} ${value}`)

describe('any text', () => {
  it('is a filter or a mistake with a place in the text', () => {
    fc.assert(fc.property(filter, (text) => {
      const result = compileFilter(text, PACKET_FIELDS)
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

describe('a compiled filter', () => {
  it('says yes or no to each packet, the same each time, and never both to a test and its contrary', () => {
    let compiled = 0
    fc.assert(fc.property(fc.oneof(filter, wellFormed), fc.constantFrom(...PACKET_NAMES), (text, name) => {
      const result = compileFilter(text, PACKET_FIELDS)
      if (!result.ok) return
      compiled++
      const event = PACKETS[name]()
      const shown = result.filter.matches(event, readerOf())
      expect(result.filter.matches(event, readerOf(null))).toBeTypeOf('boolean')
      expect(result.filter.matches(event, readerOf())).toBe(shown)
      const contrary = compileFilter(`not (${text})`, PACKET_FIELDS)
      if (contrary.ok) expect(contrary.filter.matches(event, readerOf())).toBe(!shown)
    }), { numRuns: 2000 })
    expect(compiled).toBeGreaterThan(300)
  })
})
