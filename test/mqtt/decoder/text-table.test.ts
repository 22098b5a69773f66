import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextTable } from '../../../src/mqtt/text-table.ts'
import { TEXT_FACTS, TextEntry, examineText } from '../../../src/mqtt/text-facts.ts'
import { utf8 } from './build.ts'

const LIMITS = { internedTexts: 16, internedBytes: 256, internedTextBytes: 12 }

function lookUp(table: TextTable, bytes: readonly number[]) {
  const facts = table.look(Uint8Array.from([0xaa, ...bytes, 0xaa]), 1, 1 + bytes.length)
  return new TextEntry(table.text, facts)
}

describe('the text table', () => {
  it('knows a text again by its bytes', () => {
    const table = new TextTable(LIMITS)
    // Only of texts that are no strings can it be seen whether they were made anew.
    expect(lookUp(table, [0xff, 0x01]).text).toBe(lookUp(table, [0xff, 0x01]).text)
    expect(lookUp(table, [0xff, 0x01]).text).not.toBe(lookUp(table, [0xff, 0x02]).text)
  })

  it.each([
    ['a prefix', 'plant', 'plan'],
    ['a NUL more', 'abc', 'abc\0'],
    ['a NUL less, a word long', 'abcd', 'abc\0'],
    ['the same letters', 'abcdefgh', 'efghabcd'],
  ])('tells apart %s', (_situation, one, other) => {
    const table = new TextTable(LIMITS)
    expect(lookUp(table, utf8(one)).text).toBe(one)
    expect(lookUp(table, utf8(other)).text).toBe(other)
    expect(lookUp(table, utf8(one)).text).toBe(one)
  })

  it('gives long texts too, without keeping them', () => {
    const table = new TextTable(LIMITS)
    const long = utf8('a text of more than twelve bytes')
    expect(lookUp(table, long).text).toBe('a text of more than twelve bytes')
    expect(lookUp(table, [...long, 0xff]).text).not.toBe(lookUp(table, [...long, 0xff]).text)
  })

  it.each([
    ['it is full of texts many times over', LIMITS],
    ['it is full of bytes many times over', { ...LIMITS, internedTexts: 4_096 }],
    ['it grows', { ...LIMITS, internedTexts: 4_096, internedBytes: 65_536 }],
  ])('stays right when %s', (_situation, limits) => {
    const table = new TextTable(limits)
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 3_000; number++) expect(lookUp(table, utf8(`t/${number}`)).text).toBe(`t/${number}`)
    }
  })

  it('answers for any bytes as an examination of them does', () => {
    const table = new TextTable(LIMITS)
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 14 }), (bytes) => {
        expect(lookUp(table, bytes)).toEqual(examineText(Uint8Array.from(bytes), 0, bytes.length))
      }),
    )
  })
})

describe('facts of a text', () => {
  const names = Object.entries(TEXT_FACTS)
  it.each<[string, string | number[], string[]]>([
    ['plain', 'plant/7', []],
    ['nothing', '', ['empty']],
    ['# alone', '#', ['wildcard']],
    ['# last', 'a/#', ['wildcard']],
    ['# not last', '#/a', ['wildcard', 'numberSignMisplaced']],
    ['# behind a character', 'a#', ['wildcard', 'numberSignMisplaced']],
    ['+ alone in levels', '+/a/+', ['wildcard']],
    ['+ before a character', '+a', ['wildcard', 'plusSignMisplaced']],
    ['+ behind a character', 'a+/b', ['wildcard', 'plusSignMisplaced']],
    ['++', '++', ['wildcard', 'plusSignMisplaced']],
    ['#+', '#+', ['wildcard', 'numberSignMisplaced', 'plusSignMisplaced']],
    ['shared', '$share/g/a', ['sharePrefix']],
    ['$share', '$share', ['shareAlone']],
    ['$shared', '$shared', []],
    ['$sha', '$sha', []],
    ['NUL and a control character', 'a\0\u001f', ['nullCharacter', 'controlCharacter']],
    ['space and tilde are the ends of what prints', ' ~', []],
    ['U+007F', '\u007f', ['controlCharacter']],
    ['U+0080 and U+009F', '\u0080\u009f', ['controlCharacter']],
    ['U+00A0', '\u00a0', []],
    ['U+FDCF and U+FDF0', '\ufdcf\ufdf0', []],
    ['U+FDD0', '\ufdd0', ['nonCharacter']],
    ['U+FDEF', '\ufdef', ['nonCharacter']],
    ['U+FFFD', '\ufffd', []],
    ['U+FFFE', '\ufffe', ['nonCharacter']],
    ['U+1FFFD', '\u{1fffd}', []],
    ['U+1FFFE', '\u{1fffe}', ['nonCharacter']],
    ['U+10FFFF', '\u{10ffff}', ['nonCharacter']],
    ['a character whose bytes look like the end of a plane', '\u{1f7ff}\u{2f7bf}', []],
    ['a byte order mark', '\ufeffa', []],
    ['no UTF-8, with a NUL', [0xff, 0x00], ['illFormed', 'nullCharacter']],
    ['no UTF-8, with a control character behind a lead', [0xc2, 0x05], ['illFormed', 'controlCharacter']],
    ["Java's NUL", [0xc0, 0x80], ['illFormed', 'javaModified']],
    ['32,767 characters', 'a'.repeat(32_767), []],
    ['32,768 characters', 'a'.repeat(32_768), ['longTopic']],
    ['20,000 characters in 40,000 bytes', '\u00e9'.repeat(20_000), []],
  ])('%s', (_situation, text, expected) => {
    const bytes = Uint8Array.from(typeof text === 'string' ? utf8(text) : text)
    const { facts } = examineText(bytes, 0, bytes.length)
    expect(names.filter(([, bit]) => facts & bit).map(([name]) => name)).toEqual(names.map(([name]) => name).filter((name) => expected.includes(name)))
  })
})
