import { ANSI, PLAIN, type Palette } from '../report/colour.ts'

/** How the screens look: the terminal's own 16 colours, and glyphs that its character set has. */
export interface Theme {
  /** With `inverse`; `NO_COLOR` leaves bold, dim and inverse, which are no colours. */
  readonly palette: Palette
  readonly inverse: string
  readonly glyphs: Glyphs
}

export interface Glyphs {
  readonly folded: string
  readonly unfolded: string
  /** Stands for text that was cut off. */
  readonly ellipsis: string
  /** Between panes. */
  readonly horizontal: string
  readonly vertical: string
  readonly cross: string
  /** Parts of a bar, from empty to full. */
  readonly bars: readonly string[]
}

const ASCII: Glyphs = { folded: '+', unfolded: '-', ellipsis: '~', horizontal: '-', vertical: '|', cross: '+', bars: [' ', '.', ':', '-', '=', '+', '*', '#'] }
const UNICODE: Glyphs = { folded: '▸', unfolded: '▾', ellipsis: '…', horizontal: '─', vertical: '│', cross: '┬', bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] }

const INVERSE = '\x1b[7m'
/** ECMA-48 §8.3.117 (SGR): what is no colour. */
const NO_COLOURS: Palette = { ...PLAIN, bold: '\x1b[1m', dim: '\x1b[2m', reset: '\x1b[0m' }

export function themeOf(coloured: boolean, ascii: boolean): Theme {
  return { palette: coloured ? ANSI : NO_COLOURS, inverse: INVERSE, glyphs: ascii ? ASCII : UNICODE }
}
