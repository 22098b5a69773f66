import type { Size } from '../view.ts'

/**
 * How the three panes of the Packets view share the screen. Each pane but the list has a line with its name above it, which counts.
 *
 * From 120 columns the fields and the bytes are side by side below the list; from 80 below one another; else there is one pane at a time. `|` chooses the other of the
 * first two, `\` gives all to one pane.
 */

export const PANES = ['list', 'fields', 'bytes'] as const
export type PaneName = (typeof PANES)[number]

export interface PaneChoice {
  readonly focus: PaneName
  readonly maximised: boolean
  /** The user wants the other arrangement than the usual one. */
  readonly swapped: boolean
  /** Rows that the user gave to the list, or took from it. */
  readonly more: number
}

/** Null where a pane is not on the screen. */
export interface PacketsLayout {
  readonly list: Size | null
  readonly fields: Size | null
  readonly bytes: Size | null
  /** Bytes in a row of the byte pane. */
  readonly bytesPerRow: 8 | 16
  readonly arrangement: 'side' | 'stacked' | 'one'
}

const WIDE = 120
const NARROW = 80
/** `0000  30 18 00 0c 70 6c 61 6e  :...plan`: offset, the bytes with a bracket at each side, characters. */
const BYTES_WIDTH = { 8: 6 + 8 * 3 + 2 + 8, 16: 6 + 16 * 3 + 2 + 16 } as const
const LEAST_ROWS = 3

export function packetsLayout({ width, height }: Size, { focus, maximised, swapped, more }: PaneChoice): PacketsLayout {
  const perRow = width >= BYTES_WIDTH[16] ? 16 : 8
  if (maximised || width < NARROW) {
    const size = { width, height }
    return { list: focus === 'list' ? size : null, fields: focus === 'fields' ? size : null, bytes: focus === 'bytes' ? size : null, bytesPerRow: perRow, arrangement: 'one' }
  }
  const side = width >= WIDE !== swapped
  const wanted = Math.floor(height * (side ? 0.5 : 0.4)) + more
  const list = Math.max(LEAST_ROWS, Math.min(wanted, height - (side ? 1 : 2) * (LEAST_ROWS + 1)))
  const rest = height - list
  if (side) {
    const bytesPerRow = width - 60 >= BYTES_WIDTH[16] ? 16 : 8
    const bytes = Math.min(BYTES_WIDTH[bytesPerRow], Math.floor(width / 2))
    return { list: { width, height: list }, fields: { width: width - bytes - 1, height: rest }, bytes: { width: bytes, height: rest }, bytesPerRow, arrangement: 'side' }
  }
  const bytes = Math.max(LEAST_ROWS + 1, Math.floor(rest * 0.35))
  return { list: { width, height: list }, fields: { width, height: rest - bytes }, bytes: { width, height: bytes }, bytesPerRow: perRow, arrangement: 'stacked' }
}
