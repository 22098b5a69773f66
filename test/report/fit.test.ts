import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { fitted, fromColumn } from '../../src/report/fit.ts'
import { cut } from '../../src/bytes/printable.ts'

describe('text that is cut to a width', () => {
  it('is left alone where it fits', () => {
    expect(fitted('plc-7', 5)).toBe('plc-7')
    expect(fitted('温度', 4)).toBe('温度')
  })

  it('keeps what fits of wide characters, also where there are fewer of them than columns', () => {
    expect(fitted('温度計測定器', 10)).toBe('温度計測…')
    expect(fitted('温度計測定器', 4)).toBe('温…')
  })

  it('is the longest cut that fits', () => {
    for (const text of ['温度計'.repeat(20), 'a温'.repeat(30), 'é'.repeat(80), `${'\\u{202e}'.repeat(6)}abc`, '👩‍🔧'.repeat(9), 'plain text of some length']) {
      for (let width = 0; width < 40; width++) {
        const shown = fitted(text, width)
        expect(stringWidth(shown)).toBeLessThanOrEqual(width)
        if (shown === text) continue
        const longer = Array.from({ length: Math.min(width, text.length - 1) }, (_, length) => cut(text, length + 1)).filter((one) => stringWidth(one) <= width)
        expect(shown).toBe(longer[longer.length - 1] ?? '')
      }
    }
  })
})

describe('from a column on', () => {
  it('is all of it, or the rest behind a mark', () => {
    expect(fromColumn('abcdef', 0)).toBe('abcdef')
    expect(fromColumn('abcdef', 2)).toBe('…def')
    expect(fromColumn('abcdef', 6)).toBe('…')
    expect(fromColumn('', 3)).toBe('…')
  })

  it('cuts no character in two: what is left is never wider than what there was from there on', () => {
    expect(fromColumn('温度计ab', 2)).toBe('…计ab')
    expect(fromColumn('温度计ab', 3)).toBe('…计ab')
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(40), (text, column) => {
      expect(stringWidth(fromColumn(text, column))).toBeLessThanOrEqual(Math.max(1, stringWidth(text) - column))
    }))
  })
})
