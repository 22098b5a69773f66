import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BRACKETS, bracketsOf } from '../../../src/report/ladder/brackets.ts'
import { part, sent } from './build.ts'
import type { ExchangePart, LadderRow } from '../../../src/report/ladder/ladder.ts'

const PLACES: Readonly<Record<string, ExchangePart['place']>> = { '(': 'begins', '+': 'goes-on', ')': 'ends', '!': 'alone' }

/** `1( 2( 1)`: exchange 1 begins, 2 begins, 1 ends. `-` is a row of none, `/` stands for what is left out. */
function rowsOf(words: string): LadderRow[] {
  return words.split(' ').map((word) => {
    if (word === '-') return sent(0, 'PUBLISH')
    if (word === '/') return { kind: 'left-out', packets: 9 }
    return sent(0, 'PUBLISH', [], part(Number(word.slice(0, -1)), PLACES[word.slice(-1)]!))
  })
}

const shown = (words: string) => bracketsOf(rowsOf(words)).map(({ glyphs, numbered }, index) => `${glyphs}${numbered ? ` ${words.split(' ')[index]!.slice(0, -1)}:` : ''}`.trimEnd())

describe('brackets', () => {
  test.each<[string, string, string[]]>([
    ['a request and its answer', '1( 1)', ['.', "'--"]],
    ['rows between them', '- 1( - 1) -', ['', '.', '|', "'--", '']],
    ['several legs', '1( 1+ 1+ 1)', ['.', '+--', '+--', "'--"]],
    ['two, one in the other', '1( 2( 2) 1)', ['.', '|.', "|'-", "'--"]],
    ['two that cross', '1( 2( 1) 2)', ['.', '|.', "'|-", " '-"]],
    ['a column is used again', '1( 2( 1) 3( 2) 3)', ['.', '|.', "'|-", '.|', "|'-", "'--"]],
    ['a fourth has its number', '1( 2( 3( 4( 1) 4) 2) 3)', ['.', '|.', '||.', '||| 4:', "'||", ' || 4:', " '|", "  '"]],
    ['and keeps it', '1( 2( 3( 4( 1) 5( 4+ 4) 5)', ['.', '|.', '||.', '||| 4:', "'||", '.||', '||| 4:', '||| 4:', "'||"]],
    ['one row alone', '1( 2! 1)', ['.', '|', "'--"]],
    ['it never ends', '1( - -', ['.', '|', '|']],
    ['it goes on from an earlier connection', '1+ 1)', ['+--', "'--"]],
    ['its beginning is left out', '/ 1) 2( 2)', ['', '', '.', "'--"]],
    ['its end is left out', '1( / 2( 2)', ['.', '', '.', "'--"]],
    ['what is between is left out', '1( / 1)', ['.', '|', "'--"]],
  ])('%s', (_name, words, expected) => {
    expect(shown(words)).toEqual(expected)
  })

  test('each exchange can be followed: its rows are in one column, or have its number', () => {
    const word = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('(', '+', ')', '!')).map(([number, place]) => `${number}${place}`)
    fc.assert(fc.property(fc.array(fc.oneof(word, fc.constant('-')), { minLength: 1, maxLength: 40 }), (words) => {
      const rows = rowsOf(words.join(' '))
      const columns = new Map<number, number>()
      bracketsOf(rows).forEach(({ glyphs, numbered }, index) => {
        expect(glyphs).toHaveLength(BRACKETS)
        const row = rows[index]!
        const own = 'part' in row ? row.part : null
        if (own === null) return
        const column = glyphs.search(/[.+']/)
        // No more than one glyph of its own, and none for what is numbered.
        expect(glyphs.replaceAll(/[^.+']/g, '').length).toBeLessThanOrEqual(numbered ? 0 : 1)
        const before = columns.get(own.number)
        if (before !== undefined && own.place !== 'alone') expect(numbered ? -1 : column).toBe(before)
        if (own.place === 'begins' || own.place === 'goes-on') columns.set(own.number, numbered ? -1 : column)
        if (own.place === 'ends') columns.delete(own.number)
      })
    }))
  })
})
