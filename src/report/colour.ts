/**
 * The colours of text output: the terminal's own 16, so that they suit light and dark backgrounds. Colour never carries a meaning by itself:
 * whatever is coloured also has a mark or a word.
 */

/** Escape sequences to put around text; all of them empty where colour is off. Each style ends with `reset`. */
export interface Palette {
  readonly bold: string
  readonly dim: string
  readonly red: string
  readonly yellow: string
  readonly green: string
  readonly cyan: string
  readonly reset: string
}

export const PLAIN: Palette = { bold: '', dim: '', red: '', yellow: '', green: '', cyan: '', reset: '' }

/** ECMA-48 §8.3.117 (SGR). No blue: it is unreadable on many dark backgrounds. */
export const ANSI: Palette = {
  bold: '\x1b[1m', dim: '\x1b[2m', red: '\x1b[1;31m', yellow: '\x1b[33m', green: '\x1b[32m', cyan: '\x1b[36m', reset: '\x1b[0m',
}

export type ColourChoice = 'auto' | 'always' | 'never'

/**
 * Whether to colour. The option decides; without it, `NO_COLOR` (any value but the empty one) turns colour off and `FORCE_COLOR` (any value but `0`) on, in
 * this order; else it is on where the output is a terminal that is not `TERM=dumb`.
 */
export function wantsColour(choice: ColourChoice, environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false
  if (environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== '') return environment.FORCE_COLOR !== '0'
  return isTerminal && environment.TERM !== 'dumb'
}

/** How a severity is marked, with and without colour. */
export const SEVERITY_MARK = { error: '!', warning: '~', note: 'i' } as const

export function severityColour(palette: Palette, severity: 'error' | 'warning' | 'note'): string {
  return severity === 'error' ? palette.red : severity === 'warning' ? palette.yellow : palette.cyan
}
