import { expect, it } from 'vitest'
import { screenLine } from '../../../src/tui/terminal/screen-line.ts'

it.each([
  { what: 'text that fits', line: 'plc-7', shown: 'plc-7' },
  { what: 'text of the whole width', line: '1234567890', shown: '1234567890' },
  { what: 'text that is too long', line: '12345678901', shown: '1234567890' },
  { what: 'wide characters', line: '漢漢漢漢漢漢', shown: '漢漢漢漢漢' },
  { what: 'a wide character across the edge', line: '123456789漢', shown: '123456789' },
  { what: 'what follows a character that did not fit', line: '123456789漢x', shown: '123456789' },
  { what: 'an accent at the edge', line: '123456789e\u0301x', shown: '123456789e\u0301' },
  { what: 'bold that is ended', line: '\x1b[1mplc\x1b[22m', shown: '\x1b[1mplc\x1b[22m\x1b[0m' },
  { what: 'bold that is not', line: '\x1b[1mplc', shown: '\x1b[1mplc\x1b[0m' },
  { what: 'colours with colons', line: '\x1b[38:5:1mx', shown: '\x1b[38:5:1mx\x1b[0m' },
  { what: 'bold that ends behind the edge', line: '\x1b[1m12345678901\x1b[22m', shown: '\x1b[1m1234567890\x1b[22m\x1b[0m' },
  { what: 'a cursor movement', line: 'a\x1b[2Jb', shown: 'a?[2Jb' },
  { what: 'a title', line: '\x1b]0;x\x07', shown: '?]0;x?' },
  { what: 'controls', line: 'a\rb\bc\td\x00e\x7ff\x9bg', shown: 'a?b?c?d?e?' },
])('$what', ({ line, shown }) => {
  expect(screenLine(line, 10)).toBe(shown)
})

it('leaves nothing where there are no columns', () => {
  expect(screenLine('plc-7', 0)).toBe('')
})
