import stringWidth from 'string-width'
import layOut from 'text-table'
import { fitted } from './fit.ts'
import { millisecondsText } from './exchange-line.ts'
import type { Times } from '../analysis/statistics/times.ts'
import type { Side } from '../session/side.ts'
import type { Palette } from './colour.ts'

/** Tables for people: a line of names, then one line for each row, in columns as wide as what is in them. */

export interface Column {
  readonly name: string
  readonly align: 'left' | 'right'
}

export interface Row {
  /** Printable text, one for each column. */
  readonly cells: readonly string[]
  /** For the whole line. */
  readonly colour?: 'yellow' | 'dim' | undefined
}

export interface TableOptions {
  readonly palette: Palette
  /** The first column gets what the others leave of this many, and its text is cut to that; but never below LEAST_WIDTH. */
  readonly width: number
}

/** As all text output. */
export const TABLE = { width: 80 } as const

/** Spaces between columns, where there is room for them. */
const GAP = 2

/** Less of a name says nothing. */
const LEAST_WIDTH = 12

export function tableText(columns: readonly Column[], rows: readonly Row[], { palette, width }: TableOptions): string {
  const names = columns.map(({ name }) => name)
  const others = names.slice(1).map((name, index) => Math.max(name.length, ...rows.map(({ cells }) => stringWidth(cells[index + 1]!))))
  const first = Math.max(...[names, ...rows.map(({ cells }) => cells)].map((cells) => stringWidth(cells[0]!)))
  const wide = others.reduce((sum, other) => sum + other + GAP, first)
  const gap = wide <= width ? GAP : 1
  const left = Math.max(LEAST_WIDTH, others.reduce((rest, other) => rest - other - gap, width))
  const cells = [names, ...rows.map(({ cells: [first, ...more] }) => [fitted(first!, left), ...more])]
  const lines = layOut(cells, { hsep: ' '.repeat(gap), align: columns.map(({ align }) => (align === 'left' ? 'l' : 'r')), stringLength: stringWidth }).split('\n')
  return lines.map((line, index) => `${coloured(line, index === 0 ? 'bold' : rows[index - 1]!.colour, palette)}\n`).join('')
}

function coloured(line: string, colour: 'bold' | Row['colour'], palette: Palette): string {
  return colour === undefined ? line : `${palette[colour]}${line}${palette.reset}`
}

/** Who began it, as in lines of packets and exchanges. */
export const DIRECTION: Readonly<Record<Side, string>> = { client: '->', server: '<-' }

/** Least, p50, p95, p99 and greatest time, in milliseconds. */
export function durationCells(times: Times): string[] {
  const cells = [times.least, times.percentile(50), times.percentile(95), times.percentile(99), times.greatest]
  return cells.map((time) => (time === null ? '-' : millisecondsText(time)))
}
