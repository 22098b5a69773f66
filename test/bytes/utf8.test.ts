import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, firstIllFormed, isJavaModifiedUtf8, Utf8Validator } from '../../src/bytes/utf8.ts'
import { bytes, embedded } from './build.ts'

const WELL_FORMED: readonly [situation: string, hex: string, text: string][] = [
  ['nothing', '', ''],
  ['ASCII', '61 2f 62', 'a/b'],
  ['U+0000, which is for MQTT to forbid', '00', '\0'],
  ['U+007F, the last of one byte', '7f', '\x7f'],
  ['U+0080, the first of two bytes', 'c2 80', '\x80'],
  ['U+07FF, the last of two bytes', 'df bf', '\u07ff'],
  ['U+0800, the first of three bytes', 'e0 a0 80', '\u0800'],
  ['U+D7FF, just below the surrogates', 'ed 9f bf', '\ud7ff'],
  ['U+E000, just above the surrogates', 'ee 80 80', '\ue000'],
  ['U+FEFF at the start, which is not swallowed', 'ef bb bf 61', '\ufeffa'],
  ['U+FFFF, a non-character but well formed', 'ef bf bf', '\uffff'],
  ['U+10000, the first of four bytes', 'f0 90 80 80', '\u{10000}'],
  ['U+10FFFF, the last of all', 'f4 8f bf bf', '\u{10ffff}'],
  ['one, two, three and four bytes in turn', '41 c3 a9 e2 82 ac f0 9f 98 80 41', 'Aé€😀A'],
]

const ILL_FORMED: readonly [situation: string, hex: string, at: number][] = [
  ['a continuation byte that continues nothing', '61 80', 1],
  ['a second lead where a continuation is due', 'c3 c3 a9', 0],
  ['ASCII where a continuation is due', '61 62 e2 82 41', 2],
  ['two bytes, cut', '61 c3', 1],
  ['three bytes, cut after one', 'e2', 0],
  ['three bytes, cut after two', '41 e2 82', 1],
  ['four bytes, cut after three', 'f0 9f 98', 0],
  ['U+0000 overlong in two bytes', 'c0 80', 0],
  ['"/" overlong in two bytes', '61 c0 af', 1],
  ['U+007F overlong in two bytes', 'c1 bf', 0],
  ['U+07FF overlong in three bytes', 'e0 9f bf', 0],
  ['U+FFFF overlong in four bytes', 'f0 8f bf bf', 0],
  ['the first surrogate', 'ed a0 80', 0],
  ['the last surrogate', 'ed bf bf', 0],
  ['a surrogate pair as two sequences', '61 ed a0 bd ed b8 80', 1],
  ['U+110000', 'f4 90 80 80', 0],
  ['a lead for code points above U+13FFFF', 'f5 80 80 80', 0],
  ['a five-byte sequence of old', 'f8 88 80 80 80', 0],
  ['FE', 'fe', 0],
  ['FF after good text', 'c3 a9 ff', 2],
  ['third byte wrong', 'e2 82 c0', 0],
  ['fourth byte wrong', 'f0 9f 98 7f', 0],
]

describe('firstIllFormed and decodeUtf8', () => {
  test.each(WELL_FORMED)('%s', (_situation, hex, text) => {
    const { buffer, start, end } = embedded(bytes(hex))
    expect(firstIllFormed(buffer, start, end)).toBe(-1)
    expect(decodeUtf8(buffer, start, end)).toBe(text)
  })

  test.each(ILL_FORMED)('%s', (_situation, hex, at) => {
    const { buffer, start, end } = embedded(bytes(hex))
    expect(firstIllFormed(buffer, start, end)).toBe(start + at)
  })

  test('every text survives, short and long', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { buffer, start, end } = embedded(new TextEncoder().encode(text))
      expect(firstIllFormed(buffer, start, end)).toBe(-1)
      expect(decodeUtf8(buffer, start, end)).toBe(text)
    }))
  })

  test('ASCII of every length around the point where the method changes', () => {
    const text = 'site/plant-7/line/31/sensor/temperature/'.repeat(3)
    for (let length = 0; length <= text.length; length++) {
      const { buffer, start, end } = embedded(new TextEncoder().encode(text.slice(0, length)))
      expect(decodeUtf8(buffer, start, end)).toBe(text.slice(0, length))
    }
  })

  test('agrees with the platform on any bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true })
    fc.assert(fc.property(likelyBytes, (content) => {
      let accepted = true
      try {
        strict.decode(content)
      } catch {
        accepted = false
      }
      expect(firstIllFormed(content, 0, content.length) === -1).toBe(accepted)
    }), { numRuns: 2000 })
  })

  test('what comes before the offset is well formed', () => {
    fc.assert(fc.property(likelyBytes, (content) => {
      const at = firstIllFormed(content, 0, content.length)
      if (at >= 0) expect(firstIllFormed(content, 0, at)).toBe(-1)
    }))
  })
})

/** Bytes in which leads, continuations and the edges of the table are common. */
const likelyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff),
      fc.integer({ min: 0x80, max: 0xbf }),
    ),
    { maxLength: 8 },
  )
  .map((content) => Uint8Array.from(content))

describe('Utf8Validator', () => {
  const texts = [...WELL_FORMED, ...ILL_FORMED].map(([situation, hex]) => [situation, hex] as const)
  test.each(texts)('%s, cut at every byte and in one piece', (_situation, hex) => {
    const content = bytes(hex)
    const expected = firstIllFormed(content, 0, content.length) === -1
    const validator = new Utf8Validator()
    validator.push(content, 0, content.length)
    expect(validator.finish()).toBe(expected)
    for (let cut = 0; cut <= content.length; cut++) {
      validator.reset()
      validator.push(content, 0, cut)
      validator.push(content, cut, content.length)
      expect(validator.finish()).toBe(expected)
    }
    validator.reset()
    for (let at = 0; at < content.length; at++) validator.push(content, at, at + 1)
    expect(validator.finish()).toBe(expected)
  })

  test('the cuts do not matter for any bytes', () => {
    fc.assert(fc.property(likelyBytes, fc.array(fc.nat(8), { maxLength: 4 }), (content, cuts) => {
      const validator = new Utf8Validator()
      let at = 0
      for (const cut of [...cuts.sort((a, b) => a - b), content.length]) {
        const stop = Math.min(cut, content.length)
        validator.push(content, at, stop)
        at = stop
      }
      expect(validator.finish()).toBe(firstIllFormed(content, 0, content.length) === -1)
    }), { numRuns: 2000 })
  })

  test('nothing pushed is well formed; a broken text stays broken until reset', () => {
    const validator = new Utf8Validator()
    expect(validator.finish()).toBe(true)
    validator.push(bytes('ff'), 0, 1)
    validator.push(bytes('41'), 0, 1)
    expect(validator.finish()).toBe(false)
    validator.reset()
    expect(validator.finish()).toBe(true)
  })
})

describe('isJavaModifiedUtf8', () => {
  test.each<[string, string, boolean]>([
    ['plain text', '61 c3 a9 e2 82 ac', true],
    ['U+0000 as C0 80', '61 c0 80 62', true],
    ['an emoji as its two surrogates', 'ed a0 bd ed b8 80', true],
    ['the highest character as its two surrogates', 'ed af bf ed bf bf', true],
    ['both, after each other', 'c0 80 ed a0 bd ed b8 80', true],
    ['another overlong form', 'c0 81', false],
    ['C0 at the end', '61 c0', false],
    ['a high surrogate alone', 'ed a0 bd 61', false],
    ['a low surrogate alone', 'ed b8 80', false],
    ['the surrogates the wrong way round', 'ed b8 80 ed a0 bd', false],
    ['a high surrogate before a cut low one', 'ed a0 bd ed b8', false],
    ['a stray continuation byte', '80', false],
  ])('%s', (_situation, hex, expected) => {
    const { buffer, start, end } = embedded(bytes(hex))
    expect(isJavaModifiedUtf8(buffer, start, end)).toBe(expected)
  })

  test('holds for all that is well formed', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const content = new TextEncoder().encode(text)
      expect(isJavaModifiedUtf8(content, 0, content.length)).toBe(true)
    }))
  })
})
