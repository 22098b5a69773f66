import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable } from '../../src/bytes/printable.ts'

describe('printable', () => {
  test.each<[situation: string, text: string, shown: string]>([
    ['an ordinary topic', 'plant/7/temp', 'plant/7/temp'],
    ['letters of other scripts', 'čidlo/温度/Ω', 'čidlo/温度/Ω'],
    ['an emoji', 'on 👍', 'on 👍'],
    ['an emoji whose style a variation selector chooses', '☀️', '☀️'],
    ['a terminal escape sequence', '\x1b[2Jx', String.raw`\x1b[2Jx`],
    ['NUL, tab and line feed', 'a\0b\tc\n', String.raw`a\x00b\x09c\x0a`],
    ['DEL and the C1 control that starts a sequence', '\x7f\x9b31m', String.raw`\x7f\x9b31m`],
    ['a right-to-left override', 'a\u202egnp.exe', String.raw`a\u{202e}gnp.exe`],
    ['isolates and marks of direction', '\u2066\u2069\u200e\u061c', String.raw`\u{2066}\u{2069}\u{200e}\u{61c}`],
    ['zero width space within a name', 'valve\u200b1', String.raw`valve\u{200b}1`],
    ['a joiner between emoji', '👨\u200d👩', String.raw`👨\u{200d}👩`],
    ['a variation selector after a letter', 'a\ufe0f', String.raw`a\u{fe0f}`],
    ['a soft hyphen', 'a\u00adb', String.raw`a\xadb`],
    ['line and paragraph separators', '\u2028\u2029', String.raw`\u{2028}\u{2029}`],
    ['tag characters', '\u{e0041}\u{e007f}', String.raw`\u{e0041}\u{e007f}`],
    ['a lone surrogate', 'a\ud83dÜ', String.raw`a\u{d83d}Ü`],
    ['a high and a low surrogate apart', '\ud83d-\ude00', String.raw`\u{d83d}-\u{de00}`],
    ['a byte order mark', '\ufeffa', String.raw`\u{feff}a`],
    ['non-characters', '\ufdd0\uffff\u{1fffe}', String.raw`\u{fdd0}\u{ffff}\u{1fffe}`],
    ['a filler that shows as nothing', 'a\u3164b', String.raw`a\u{3164}b`],
    ['a Windows path', String.raw`C:\temp\new`, String.raw`C:\temp\new`],
    ['a regular expression', String.raw`^\d+\.\w$`, String.raw`^\d+\.\w$`],
    ['JSON with escapes of its own', String.raw`{"a":"\u0041\n"}`, String.raw`{"a":"\u0041\n"}`],
    ['a backslash that would read as an escape', String.raw`\x41`, String.raw`\\x41`],
    ['a backslash that would read as a long escape', String.raw`\u{41}`, String.raw`\\u{41}`],
    ['two backslashes before the look of an escape', String.raw`\\x41`, String.raw`\\\\x41`],
    ['a backslash before a control character', '\\\x1b', String.raw`\\\x1b`],
    ['a backslash at the end', 'a\\', 'a\\'],
  ])('%s', (_situation, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test('can be read back: two texts never look the same', () => {
    fc.assert(fc.property(trickyText, (text) => {
      expect(readBack(printable(text))).toBe(text)
    }), { numRuns: 2000 })
  })

  test('no text brings a character through that controls, hides or turns', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\uffff]/)
    }), { numRuns: 1000 })
  })

  test('a long run of backslashes takes no longer than its length', () => {
    const text = '\\'.repeat(200_000)
    expect(printable(text)).toBe(text)
    expect(printable(text, 100_000)).toHaveLength(100_000)
  })
})

describe('printable, cut to a length', () => {
  test.each<[situation: string, text: string, maxLength: number, shown: string]>([
    ['a text that just fits', 'plant', 5, 'plant'],
    ['one that is one too long', 'plants', 5, 'plan…'],
    ['room for nothing but the sign', 'plants', 1, '…'],
    ['no room at all', 'plants', 0, ''],
    ['an escape that would be cut is left out', 'ab\x1bcdef', 5, 'ab…'],
    ['an escape that just fits', 'ab\x1bcdef', 7, String.raw`ab\x1b…`],
    ['a surrogate pair is not split', 'abc😀def', 5, 'abc…'],
    ['a letter keeps its accent', 'abce\u0301fgh', 5, 'abc…'],
    ['a letter keeps its accent where there is room', 'abce\u0301fgh', 6, 'abce\u0301…'],
    ['a flag stays whole', 'a🇩🇪bcdef', 4, 'a…'],
    ['a text that fits but for its escapes', 'a\x1bb', 4, 'a…'],
    ['a long text', 'x'.repeat(10_000), 10, 'xxxxxxxxx…'],
  ])('%s', (_situation, text, maxLength, shown) => {
    expect(printable(text, maxLength)).toBe(shown)
  })

  test('is never longer than asked for, and begins as the whole does', () => {
    fc.assert(fc.property(trickyText, fc.nat(30), (text, maxLength) => {
      const whole = printable(text)
      const shown = printable(text, maxLength)
      expect(shown.length).toBeLessThanOrEqual(maxLength)
      if (shown !== whole) expect(whole.startsWith(shown.replace(/…$/, ''))).toBe(true)
      expect(shown === whole).toBe(whole.length <= maxLength)
    }), { numRuns: 2000 })
  })
})

/** Text that is full of backslashes, of what looks like our escapes, and of characters that need one. */
const trickyText = fc
  .array(fc.constantFrom('\\', '\\', 'x', 'u{', '4', '1', '}', 'a', '\x1b', '\u202e', '\u200d', '😀', 'e\u0301', '\ud83d', '/'), { maxLength: 24 })
  .map((parts) => parts.join(''))

/** The rule of `printable`'s opening comment, the other way round. */
function readBack(shown: string): string {
  return shown.replaceAll(/(?<!\\)(\\+)(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|(?=u\{))/gi, (match, run: string, short?: string, long?: string) => {
    const half = '\\'.repeat(Math.floor(run.length / 2))
    const hex = short ?? long
    if (run.length % 2 === 0) return half + match.slice(run.length)
    if (hex === undefined) return match
    return half + String.fromCodePoint(parseInt(hex, 16))
  })
}
