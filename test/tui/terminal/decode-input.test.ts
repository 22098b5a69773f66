import { describe, expect, it, test } from 'vitest'
import { InputDecoder, LONGEST_PASTE } from '../../../src/tui/terminal/decode-input.ts'
import type { Key } from '../../../src/tui/terminal/decode-input.ts'

/** Keys as a test reads them: names in angle brackets, pastes in square ones, text as it is. */
function shown(keys: readonly Key[]): string {
  return keys.map((key) => (key.kind === 'key' ? `<${key.name}>` : key.kind === 'paste' ? `[${key.text}]` : key.text)).join('')
}

/** The keys of text that comes in these pieces, and silence after the last one. */
function decoded(pieces: readonly string[]): string {
  const decoder = new InputDecoder()
  const keys = pieces.flatMap((piece) => decoder.push(piece))
  return shown([...keys, ...decoder.flush()])
}

interface Situation {
  readonly name: string
  readonly text: string
  readonly keys: string
}

const SITUATIONS: readonly Situation[] = [
  { name: 'letters', text: 'jjjjj', keys: 'jjjjj' },
  { name: 'text of many scripts', text: 'é漢🙂', keys: 'é漢🙂' },
  { name: 'a character of two code points', text: 'e\u0301', keys: 'e\u0301' },
  { name: 'half of a pair, then a letter', text: '\ud83dj', keys: 'j' },
  { name: 'the wrong half of a pair', text: '\ude42j', keys: 'j' },
  { name: 'a first half twice', text: '\ud83d\ud83d\ude42', keys: '🙂' },
  { name: 'half of a pair, then a key', text: '\ud83d\x1b[A', keys: '<up>' },

  { name: 'Enter, and line feed', text: '\r\n', keys: '<enter><enter>' },
  { name: 'Tab', text: '\t', keys: '<tab>' },
  { name: 'both backspaces', text: '\x7f\b', keys: '<backspace><backspace>' },
  { name: 'Ctrl and letters', text: '\x01\x03\x0c\x1a', keys: '<ctrl-a><ctrl-c><ctrl-l><ctrl-z>' },
  { name: 'controls without a letter', text: '\x00\x1c\x1d\x1e\x1fj', keys: 'j' },

  { name: 'Escape', text: '\x1b', keys: '<escape>' },
  { name: 'Escape twice', text: '\x1b\x1b', keys: '<escape><escape>' },
  { name: 'Escape, then an arrow', text: '\x1b\x1b[A', keys: '<escape><up>' },
  { name: 'Alt and a letter', text: '\x1bxj', keys: 'j' },
  { name: 'Alt and a pair', text: '\x1b🙂j', keys: 'j' },
  { name: 'Alt and Enter', text: '\x1b\rj', keys: 'j' },
  { name: 'Alt and [', text: '\x1b[', keys: '' },
  { name: 'Alt and O', text: '\x1bO', keys: '' },

  { name: 'arrows', text: '\x1b[A\x1b[B\x1b[C\x1b[D', keys: '<up><down><right><left>' },
  { name: 'arrows in application mode', text: '\x1bOA\x1bOB\x1bOC\x1bOD', keys: '<up><down><right><left>' },
  { name: 'arrows with modifiers', text: '\x1b[1;5A\x1b[1;2B\x1bO5C\x1b[1;3:1D', keys: '<up><down><right><left>' },
  { name: 'arrows of rxvt with modifiers', text: '\x1b[a\x1bOb', keys: '<up><down>' },
  { name: 'an arrow, then a letter', text: '\x1b[Aj', keys: '<up>j' },
  { name: 'Home and End of xterm', text: '\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1;5H\x1b[1;2F', keys: '<home><end><home><end><home><end>' },
  { name: 'Home and End of vt and linux', text: '\x1b[1~\x1b[4~', keys: '<home><end>' },
  { name: 'Home and End of rxvt', text: '\x1b[7~\x1b[8~\x1b[7$\x1b[8^\x1b[7@', keys: '<home><end><home><end><home>' },
  { name: 'pages', text: '\x1b[5~\x1b[6~\x1b[5;5~\x1b[6;2~\x1b[5^\x1b[6$', keys: '<page-up><page-down><page-up><page-down><page-up><page-down>' },
  { name: 'Delete', text: '\x1b[3~\x1b[3;5~', keys: '<delete><delete>' },
  { name: 'Shift-Tab', text: '\x1b[Z\x1b[1;2Z\x1b\t', keys: '<shift-tab><shift-tab><shift-tab>' },
  { name: 'Enter of the number pad', text: '\x1bOM', keys: '<enter>' },
  { name: 'sequences of one character, 8-bit', text: '\x9bA\x8fB', keys: '<up><down>' },

  { name: 'Insert and function keys', text: '\x1b[2~\x1bOP\x1b[15~\x1b[1;2Pj', keys: 'j' },
  { name: 'function keys of linux', text: '\x1b[[A\x1b[[Ej', keys: 'j' },
  { name: 'mouse reports', text: '\x1b[<64;10;5M\x1b[<0;10;5m\x1b[32;10;5Mj', keys: 'j' },
  { name: 'mouse reports of the oldest form', text: '\x1b[M !!j', keys: 'j' },
  { name: 'news of the focus', text: '\x1b[I\x1b[Oj', keys: 'j' },
  { name: 'answers about the terminal', text: '\x1b[?1;2c\x1b[>0;276;0c\x1b[24;80R\x1b[?2026;2$y\x1b[0nj', keys: 'j' },
  { name: 'a private sequence that ends like an arrow', text: '\x1b[?1Aj', keys: 'j' },
  { name: 'an intermediate before what ends like an arrow', text: '\x1b[1 Aj', keys: 'j' },
  { name: 'a sequence that is too long', text: `\x1b[${'1;'.repeat(200)}1~j`, keys: '<home>j' },
  { name: 'OSC until BEL', text: '\x1b]11;rgb:0000/0000/0000\x07j', keys: 'j' },
  { name: 'OSC until ST', text: '\x1b]11;rgb:0000/0000/0000\x1b\\j', keys: 'j' },
  { name: 'OSC until 8-bit ST', text: '\x1b]11;?\x9cj', keys: 'j' },
  { name: 'DCS, SOS, PM and APC', text: '\x1bP>|xterm(388)\x1b\\\x1bXa\x1b\\\x1b^b\x1b\\\x1b_Gi=31;OK\x1b\\j', keys: 'j' },
  { name: 'a string that an arrow interrupts', text: '\x1b]11;\x1b[Aj', keys: '<up>j' },
  { name: 'a string without an end', text: '\x1b]11;rgb', keys: '' },

  { name: 'a sequence that Ctrl-C interrupts', text: '\x1b[1;\x03j', keys: '<ctrl-c>j' },
  { name: 'a sequence that another one interrupts', text: '\x1b[1;\x1b[B', keys: '<down>' },
  { name: 'a sequence that Backspace interrupts', text: '\x1bO\x7f', keys: '<backspace>' },
  { name: 'a sequence that a letter beyond ASCII interrupts', text: '\x1b[1é', keys: 'é' },

  { name: 'a paste', text: 'a\x1b[200~mqtt.qos == 1\x1b[201~b', keys: 'a[mqtt.qos == 1]b' },
  { name: 'an empty paste', text: '\x1b[200~\x1b[201~', keys: '[]' },
  { name: 'a paste of lines', text: '\x1b[200~one\rtwo\r\nthree\nfour\x1b[201~', keys: '[one\ntwo\nthree\nfour]' },
  { name: 'a paste that holds sequences', text: '\x1b[200~\x1b[A\x1b[20\x1b\x03\x1b[201~j', keys: '[\x1b[A\x1b[20\x1b\x03]j' },
  { name: 'two pastes', text: '\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~', keys: '[a][b]' },
  { name: 'the end of a paste that has not begun', text: '\x1b[201~j', keys: 'j' },
]

describe.each(SITUATIONS)('$name', ({ text, keys }) => {
  test('whole', () => expect(decoded([text])).toBe(keys))

  test('unit by unit', () => expect(decoded(text.split(''))).toBe(keys))

  test('in two pieces', () => {
    for (let at = 1; at < text.length; at++) expect(decoded([text.slice(0, at), text.slice(at)]), `cut at ${at}`).toBe(keys)
  })

  test('with a key behind it', () => {
    const decoder = new InputDecoder()
    const before = shown([...decoder.push(text), ...decoder.flush()])
    expect(before + shown(decoder.push('\x1b[B'))).toBe(`${keys}<down>`)
  })
})

describe('silence', () => {
  it.each([
    { what: 'nothing', text: '', pending: false },
    { what: 'a whole key', text: '\x1b[A', pending: false },
    { what: 'ESC', text: '\x1b', pending: true },
    { what: 'the beginning of a sequence, which is Alt and a letter too', text: '\x1b[', pending: true },
    { what: 'more of a sequence', text: '\x1b[1', pending: false },
    { what: 'a string', text: '\x1b]52;', pending: true },
    { what: 'half of a pair', text: '\ud83d', pending: true },
    { what: 'a paste', text: '\x1b[200~a', pending: false },
  ])('after $what says something: $pending', ({ text, pending }) => {
    const decoder = new InputDecoder()
    decoder.push(text)
    expect(decoder.pending).toBe(pending)
    decoder.flush()
    expect(decoder.pending).toBe(false)
  })

  it('does not end a sequence that a slow line has cut', () => {
    const decoder = new InputDecoder()
    expect(shown([...decoder.push('\x1b[1;'), ...decoder.flush(), ...decoder.push('5Aj')])).toBe('<up>j')
  })

  it('does not end a paste', () => {
    const decoder = new InputDecoder()
    expect(shown([...decoder.push('\x1b[200~a\x1b'), ...decoder.flush(), ...decoder.push('[201~')])).toBe('[a]')
  })

  it('ends a string, so that it cannot swallow what is typed', () => {
    const decoder = new InputDecoder()
    expect(shown([...decoder.push('\x1b]'), ...decoder.flush(), ...decoder.push('j')])).toBe('j')
  })
})

describe('a paste that is too long', () => {
  const END = '\x1b[201~'

  it.each([
    { what: 'as long as it may be', text: 'x'.repeat(LONGEST_PASTE), kept: LONGEST_PASTE },
    { what: 'longer', text: 'x'.repeat(3 * LONGEST_PASTE), kept: LONGEST_PASTE },
    { what: 'with a pair at its end', text: `${'x'.repeat(LONGEST_PASTE - 1)}🙂`, kept: LONGEST_PASTE - 1 },
  ])('$what', ({ text, kept }) => {
    for (const size of [1000, text.length]) {
      const decoder = new InputDecoder()
      const keys: Key[] = decoder.push('\x1b[200~')
      for (let at = 0; at < text.length; at += size) keys.push(...decoder.push(text.slice(at, at + size)))
      keys.push(...decoder.push(`${END}j`))
      expect(keys).toEqual([{ kind: 'paste', text: 'x'.repeat(kept) }, { kind: 'text', text: 'j' }])
    }
  })
})
