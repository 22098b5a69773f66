import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { drawLine, EMPTY_LINE, historyWith, lineWith, LONGEST_LINE, reduceLine, type LineContext, type LineKey, type LineState } from '../../src/tui/model/line-editor.ts'
import { themeOf } from '../../src/tui/theme.ts'

const NONE: LineContext = { history: [] }
const FAMILY = '👨‍👩‍👧'

/** `ab|c`, where the bar is the cursor. */
const line = (marked: string): LineState => ({ ...EMPTY_LINE, text: marked.replace('|', ''), cursor: marked.indexOf('|') })
const marked = ({ text, cursor }: LineState): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`
const keyOf = (name: string): LineKey => (name.length === 1 ? { kind: 'text', text: name } : { kind: 'key', name })
const after = (state: LineState, keys: readonly string[], context = NONE): LineState => keys.reduce((now, name) => reduceLine(now, keyOf(name), context) ?? now, state)

describe('keys', () => {
  test.each([
    ['ab|', 'c', 'abc|'], ['a|c', 'b', 'ab|c'], ['|', 'ä', 'ä|'],
    ['ab|', 'left', 'a|b'], ['|ab', 'left', '|ab'], ['a|b', 'right', 'ab|'], ['ab|', 'right', 'ab|'],
    ['a|b', 'home', '|ab'], ['a|b', 'ctrl-a', '|ab'], ['a|b', 'end', 'ab|'], ['a|b', 'ctrl-e', 'ab|'],
    ['ab|c', 'backspace', 'a|c'], ['|abc', 'backspace', '|abc'], ['a|bc', 'delete', 'a|c'], ['abc|', 'delete', 'abc|'],
    ['ab|c', 'ctrl-u', '|c'], ['a|bc', 'ctrl-k', 'a|'], ['a b.c |d', 'ctrl-w', 'a |d'], ['a  |', 'ctrl-w', '|'], ['|a', 'ctrl-w', '|a'],
    [`${FAMILY}|`, 'backspace', '|'], [`a${FAMILY}|b`, 'left', `a|${FAMILY}b`], [`|${FAMILY}b`, 'right', `${FAMILY}|b`], [`|${FAMILY}b`, 'delete', '|b'],
    // An accent joins the letter before it; both go together.
    ['e|x', '\u0301', 'e\u0301|x'], ['e\u0301|x', 'backspace', '|x'],
    // The letter joins the accent behind it.
    ['|\u0301x', 'e', 'e\u0301|x'],
  ])('%j and %s: %j', (before, key, behind) => {
    expect(marked(after(line(before), [key]))).toBe(behind)
  })

  test.each(['enter', 'escape', 'ctrl-c', 'page-up'])('%s is none of a field', (name) => {
    expect(reduceLine(line('a|'), { kind: 'key', name }, NONE)).toBeNull()
  })

  test.each([
    ['two\nlines', 'two lines|'], ['dos\r\n\r\nlines\r\n', 'dos lines|'], ['a\tb', 'a b|'], ['\x1b]0;x\x07', ']0;x|'], ['\n', '|'], ['\ud800a', 'a|'], ['para\u2029graph', 'para graph|'],
  ])('what is pasted (%j) is one line', (text, behind) => {
    expect(marked(reduceLine(EMPTY_LINE, { kind: 'paste', text }, NONE)!)).toBe(behind)
  })

  test('a paste without end is cut, before a whole character', () => {
    const full = reduceLine(line('x|'), { kind: 'paste', text: '😀'.repeat(LONGEST_LINE) }, NONE)!
    expect(full.text).toHaveLength(LONGEST_LINE - 1)
    expect(full.text).toBe(`x${'😀'.repeat(LONGEST_LINE / 2 - 1)}`)
    expect(after(lineWith('x'.repeat(LONGEST_LINE)), ['y']).text).toHaveLength(LONGEST_LINE)
  })

  test('the cursor is never inside of a character, nor outside of the text', () => {
    const key = fc.oneof(
      fc.constantFrom('left', 'right', 'home', 'end', 'backspace', 'delete', 'ctrl-u', 'ctrl-k', 'ctrl-w', 'up', 'down').map(keyOf),
      fc.constantFrom('a', ' ', '\u0301', '\u200d', '👩', '🇩', '🇪', '漢', '\u0b95', '\u0bcd').map((text): LineKey => ({ kind: 'text', text })),
    )
    fc.assert(fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      let state = EMPTY_LINE
      for (const one of keys) {
        state = reduceLine(state, one, { history: ['older', '👩\u200d👧'] })!
        const places = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(state.text)].map(({ index }) => index)
        expect([...places, state.text.length]).toContain(state.cursor)
      }
    }))
  })
})

describe('history', () => {
  const history = ['newest', 'older']

  test('up and down, and back to what was being written', () => {
    let state = line('dra|ft')
    const seen = ['up', 'up', 'up', 'down', 'down', 'down'].map((key) => marked((state = after(state, [key], { history }))))
    expect(seen).toEqual(['newest|', 'older|', 'older|', 'newest|', 'draft|', 'draft|'])
  })

  test('an entry that is changed is what is being written', () => {
    const state = after(line('draft|'), ['up', 'up', 's', 'up', 'down'], { history })
    expect(marked(state)).toBe('olders|')
  })

  test('keeps the newest 50, each once, and nothing empty', () => {
    expect(historyWith(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c'])
    expect(historyWith(['a'], '  ')).toEqual(['a'])
    const full = Array.from({ length: 50 }, (_, index) => `entry ${index}`)
    expect(historyWith(full, 'new')).toEqual(['new', ...full.slice(0, 49)])
  })
})

describe('completion', () => {
  const names = ['mqtt.topic', 'mqtt.topic_len', 'mqtt.qos']
  const context: LineContext = {
    history: [],
    complete: (text, cursor) => {
      const start = text.slice(0, cursor).lastIndexOf(' ') + 1
      return { start, options: names.filter((name) => name.startsWith(text.slice(start, cursor))) }
    },
  }

  test.each([
    ['mq|', ['tab'], 'mqtt.|'],
    ['mqtt.t|', ['tab'], 'mqtt.topic|'],
    ['mqtt.|', ['tab', 'tab', 'tab', 'tab'], 'mqtt.topic|'],
    ['mqtt.|', ['tab', 'tab'], 'mqtt.topic_len|'],
    ['mqtt.|', ['shift-tab'], 'mqtt.qos|'],
    ['mq|', ['tab', 'shift-tab'], 'mqtt.qos|'],
    ['mqtt.q|', ['tab', 'tab'], 'mqtt.qos|'],
    ['x mqtt.q| == 1', ['tab'], 'x mqtt.qos| == 1'],
    ['nothing|', ['tab'], 'nothing|'],
    ['mqtt.|', ['tab', 'x', 'tab'], 'mqtt.topicx|'],
  ])('%j and %j: %j', (before, keys, behind) => {
    expect(marked(after(line(before), keys, context))).toBe(behind)
  })

  test('without anything to offer, Tab does nothing', () => {
    expect(marked(after(line('mq|'), ['tab']))).toBe('mq|')
  })
})

describe('drawing', () => {
  const theme = themeOf(false, false)
  const ascii = themeOf(true, true)
  /** The cursor's place between brackets. */
  const drawn = (state: LineState, width: number, of = theme) => drawLine(state, width, of).replace(/\x1b\[7m(.*?)\x1b\[0m/, '[$1]')

  test.each([
    ['abc|', 10, 'abc[ ]'], ['a|bc', 10, 'a[b]c'], ['|', 10, '[ ]'], ['abc|', 4, 'abc[ ]'],
    ['abcdefghij|', 8, '…fghij[ ]'], ['|abcdefghij', 8, '[a]bcdef…'], ['abcde|fghij', 8, '…cde[f]gh…'],
    ['漢字漢字|', 6, '…字[ ]'], ['|漢字', 1, '[ ]'], ['abc|', 0, ''], ['abcdef|', 2, '[ ]'],
    // Nothing in the field reaches the terminal as it is.
    ['a\u202eb|', 20, 'a\\u{202e}b[ ]'], ['\u0301a|', 9, ' \u0301a[ ]'],
  ])('%j in %d columns: %j', (state, width, text) => {
    expect(drawn(line(state), width)).toBe(text)
  })

  test('ASCII where the terminal knows no more', () => {
    expect(drawn(line('abcdefghij|'), 8, ascii)).toBe('~fghij[ ]')
  })

  test('never too wide, and the cursor is always there', () => {
    const text = fc.array(fc.constantFrom('a', ' ', '漢', 'e\u0301', '👨‍👩‍👧', '\u202e', '\\', '\u200b'), { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(fc.property(text, fc.nat(), fc.integer({ min: 1, max: 40 }), (whole, place, width) => {
      const places = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(whole)].map(({ index }) => index).concat(whole.length)
      const made = drawLine({ ...EMPTY_LINE, text: whole, cursor: places[place % places.length]! }, width, theme)
      expect(stringWidth(made)).toBeLessThanOrEqual(width)
      expect(made.split('\x1b[7m')).toHaveLength(2)
      expect(made.replaceAll('\x1b[7m', '').replaceAll('\x1b[0m', '')).not.toMatch(/[\p{Cc}\u202e\u200b]/u)
    }))
  })
})
