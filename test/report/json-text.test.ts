import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText, membersText } from '../../src/report/json-text.ts'
import type { JsonValue } from '../../src/report/json-text.ts'

/** Keys of our own making: words. */
const words = fc.stringMatching(/^[a-z]{1,9}$/)
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' }, fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(words, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

test('reads back as the value, whatever it is', () => {
  fc.assert(fc.property(value, (any) => {
    expect(JSON.parse(jsonText(any))).toEqual(JSON.parse(JSON.stringify(any)))
  }))
})

test('holds no character that steers a terminal', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => {
    expect(jsonText(any)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/)
  }))
})

test.each([
  ['an undefined member is left out', { a: undefined, b: 1 }, '{"b":1}'],
  ['nothing', {}, '{}'],
  ['an empty list', [], '[]'],
  ['what is no number of JSON', [NaN, Infinity], '[null,null]'],
])('%s', (_name, any, text) => {
  expect(jsonText(any)).toBe(text)
})

test('members of several objects make one', () => {
  expect(`{${membersText({ a: 1 })},${membersText({ b: 'x' })}}`).toBe('{"a":1,"b":"x"}')
})
