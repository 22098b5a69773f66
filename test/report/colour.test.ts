import { expect, test } from 'vitest'
import { wantsColour } from '../../src/report/colour.ts'

test.each([
  ['a terminal', 'auto', {}, true, true],
  ['a pipe', 'auto', {}, false, false],
  ['NO_COLOR on a terminal', 'auto', { NO_COLOR: '1' }, true, false],
  ['NO_COLOR with any value', 'auto', { NO_COLOR: '0' }, true, false],
  ['an empty NO_COLOR says nothing', 'auto', { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR into a pipe', 'auto', { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', 'auto', { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR is stronger than FORCE_COLOR', 'auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['a dumb terminal', 'auto', { TERM: 'dumb' }, true, false],
  ['--color always is stronger than NO_COLOR', 'always', { NO_COLOR: '1' }, false, true],
  ['--color never is stronger than FORCE_COLOR', 'never', { FORCE_COLOR: '1' }, true, false],
] as const)('%s', (_name, choice, environment, isTerminal, wanted) => {
  expect(wantsColour(choice, environment, isTerminal)).toBe(wanted)
})
