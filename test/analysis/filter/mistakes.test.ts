import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXCHANGE_FIELDS, PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import type { FieldTable } from '../../../src/analysis/fields/field-table.ts'
import { compileFilter, formatFilterError } from '../../../src/analysis/filter/filter.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { readerOf } from '../build.ts'
import { PACKETS } from '../packets.ts'

/**
 * These files have each mistake as the user sees it, three lines and more, with an empty line between: the filter is what stands in its first lines,
 * up to the one with the caret. To change a message, change it there.
 */
function mistakesIn(file: string): string[] {
  return readFileSync(new URL(file, import.meta.url), 'utf8').trimEnd().split('\n\n')
}

/** What `shown` would look like now. */
function shownBy<Subject>(fields: FieldTable<Subject>, shown: string): string {
  const [filter] = shown.split(/\n *\^~*\n/)
  const result = compileFilter(filter!, fields)
  return result.ok ? `${filter}\n(no mistake)` : formatFilterError(filter!, result.error)
}

describe('a mistake is shown with its place and what was probably meant', () => {
  it.each(mistakesIn('mistakes.txt'))('%s', (shown) => {
    expect(shownBy(PACKET_FIELDS, shown)).toBe(shown)
  })
})

describe('a mistake in a filter of exchanges', () => {
  it.each(mistakesIn('mistakes-of-exchanges.txt'))('%s', (shown) => {
    expect(shownBy(EXCHANGE_FIELDS, shown)).toBe(shown)
  })

  it('each field that only packets have is told to be one', () => {
    for (const { field: { name } } of PACKET_FIELDS.sources) {
      if (EXCHANGE_FIELDS.get(name) !== undefined) continue
      const result = compileFilter(name, EXCHANGE_FIELDS)
      expect(result.ok ? null : result.error.message).toBe(`${name} is a field of packets: use it with mqtap read -Y.`)
    }
  })
})

describe('the place of a mistake', () => {
  it('on one of several lines shows that line alone', () => {
    const filter = 'mqtt.topic\n  and mqtt.qoss == 1\n  or mqtt.retain'
    const result = compileFilter(filter, PACKET_FIELDS)
    expect(result.ok ? null : result.error).toEqual({ message: 'No field is named mqtt.qoss.', offset: 17, length: 9, suggestion: 'mqtt.qos' })
    expect(result.ok ? '' : formatFilterError(filter, result.error)).toBe(
      ['  and mqtt.qoss == 1', '      ^~~~~~~~~', 'No field is named mqtt.qoss. Did you mean mqtt.qos?'].join('\n'),
    )
  })

  it('is under the right character behind wide ones, and behind what must not reach a terminal', () => {
    const filter = 'mqtt.topic == "温度\u001b[31m\u202e" mqtt'
    const result = compileFilter(filter, PACKET_FIELDS)
    expect(result.ok ? '' : formatFilterError(filter, result.error)).toBe(
      [
        'mqtt.topic == "温度\\x1b[31m\\u{202e}" mqtt',
        `${' '.repeat(15 + 2 * 2 + 8 + 8 + 2)}^~~~`,
        '"mqtt" was not expected here: an operator such as == or "and" is missing.',
      ].join('\n'),
    )
  })
})

describe('limits', () => {
  it('a filter that is too long is refused before it is read', () => {
    const result = compileFilter('x'.repeat(LIMITS.filter.textLength + 1), PACKET_FIELDS)
    expect(result.ok ? null : result.error.message).toBe('A filter has at most 65536 characters, and this has 65537.')
  })

  it.each([
    ['groups', '(', 'mqtt', ')'],
    ['calls', 'len(upper(lower(', 'mqtt.topic', ')))'],
    ['arithmetic', '{1 + ', 'mqtt.len', '}'],
  ])('%s may be nested as deeply as people write, and no deeper', (kind, open, middle, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}${middle}${close.repeat(depth)}${kind === 'groups' ? '' : ' == 1'}`
    const shallow = compileFilter(nested(kind === 'calls' ? 1 : 50), PACKET_FIELDS)
    expect(shallow.ok ? null : shallow.error).toBe(null)
    const deep = compileFilter(nested(kind === 'calls' ? 1_000 : 10_000), PACKET_FIELDS)
    expect(deep.ok ? null : deep.error.message).toBe('The filter is nested too deeply.')
  })

  it.each([
    ['terms', `mqtt${' or mqtt.qos == 1'.repeat(3000)}`],
    ['negations', `${'! '.repeat(20_000)}mqtt`],
    ['members of a set', `mqtt.len in {${Array.from({ length: 10_000 }, (_, value) => value).join(' ')}}`],
    ['summands', `mqtt.len ${'+ 1 '.repeat(10_000)}== 3`],
    ['relations', `0 ${'<= mqtt.len '.repeat(4000)}`],
    ['minus signs', `${'- '.repeat(20_000)}mqtt.len == 1`],
    ['slices', `mqtt.topic[${'0:1,'.repeat(10_000)}0] == "x"`],
  ])('any number of %s is taken in its stride', (_, filter) => {
    const started = performance.now()
    const result = compileFilter(filter, PACKET_FIELDS)
    if (!result.ok) throw new Error(result.error.message)
    expect(result.filter.matches(PACKETS.publish(), readerOf())).toBeTypeOf('boolean')
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
