import { expect, test } from 'vitest'
import { wantsUnicode } from '../../src/report/unicode.ts'

test.each([
  ['a file or a pipe', {}, false, 'linux', true],
  ['a terminal without a locale', {}, true, 'linux', false],
  ['a UTF-8 terminal', { LANG: 'en_US.UTF-8' }, true, 'linux', true],
  ['as others write it', { LANG: 'C.utf8' }, true, 'darwin', true],
  ['a Latin terminal', { LANG: 'de_DE.ISO-8859-1' }, true, 'linux', false],
  ['LC_ALL goes first', { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, true, 'linux', false],
  ['an empty one is none', { LC_ALL: '', LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }, true, 'linux', true],
  ['Windows', {}, true, 'win32', true],
])('%s', (_name, environment, isTerminal, platform, expected) => {
  expect(wantsUnicode(environment, isTerminal, platform)).toBe(expected)
})
