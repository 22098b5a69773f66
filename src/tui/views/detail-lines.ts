/** The fields of a packet, and its bytes, as lines. The field under the cursor and its bytes are marked in both. */
import { hexDump, type ByteRange } from '../../bytes/hex.ts'
import { severityColour } from '../../report/colour.ts'
import stringWidth from 'string-width'
import { cell, fitted, fromColumn } from '../../report/fit.ts'
import type { DetailRow } from '../model/packet-detail.ts'
import type { ShownBytes } from '../model/shown-bytes.ts'
import type { Theme } from '../theme.ts'
import type { Size } from '../view.ts'
import type { Viewport } from '../viewport.ts'

/** The cursor's mark, and the fold's behind the indent. */
const MARKS_WIDTH = 4

/** Columns that a field takes, with its marks. */
export function fieldWidth({ depth, text }: DetailRow): number {
  return MARKS_WIDTH + 2 * depth + stringWidth(text)
}

/** `left`: columns that are scrolled out. `focused`: keys go to this pane. Without it the cursor is still marked, by its sign alone. */
export function fieldLines(rows: readonly DetailRow[], { cursor, top }: Viewport, left: number, focused: boolean, { width, height }: Size, theme: Theme): string[] {
  const { glyphs, palette, inverse } = theme
  return rows.slice(top, top + height).map((row, order) => {
    const fold = row.fold === null ? ' ' : row.fold === 'folded' ? glyphs.folded : glyphs.unfolded
    const text = fromColumn(`${'  '.repeat(row.depth)}${fold} ${row.text}`, left)
    if (top + order === cursor) {
      const line = cell(`> ${text}`, width)
      return focused ? `${inverse}${line}${palette.reset}` : `${palette.bold}${line.trimEnd()}${palette.reset}`
    }
    const line = fitted(`  ${text}`, width)
    return row.severity === null ? line : `${severityColour(palette, row.severity)}${line}${palette.reset}`
  })
}

/** Offsets count from the first byte shown. */
export interface BytesView {
  /** The first row on the screen. */
  readonly top: number
  /** The byte under the cursor. */
  readonly byte: number
  readonly mark: ByteRange | null
  readonly bytesPerRow: 8 | 16
  readonly focused: boolean
}

/** `0000  30 18 00 0c[70 6c 61 6e  :...plan`: the marked bytes are in brackets and in reverse video. */
export function byteLines({ buffer, start, end, length, masked }: ShownBytes, { top, byte, mark, bytesPerRow, focused }: BytesView, { width, height }: Size, theme: Theme): string[] {
  const first = start + top * bytesPerRow
  const last = Math.min(end, first + height * bytesPerRow)
  if (end === start) return [fitted('no bytes at hand', width)]
  const rows = hexDump(buffer, first, last, { bytesPerRow, firstOffset: top * bytesPerRow, mark, masked })
  const { inverse, palette, glyphs } = theme
  const more = length - (end - start)
  return rows.map(({ offset, hex, ascii, markStart, markEnd }) => {
    const on = (column: number) => column >= markStart && column < markEnd
    let columns = ''
    for (let column = 0; column <= bytesPerRow; column++) {
      // A bracket where the marked bytes begin or end; one that goes on in the next row has none there.
      const opens = on(column) && !on(column - 1) && mark !== null && offset + column === mark.start
      const closes = column > 0 && on(column - 1) && !on(column) && mark !== null && offset + column === mark.end
      columns += opens ? '[' : closes ? ']' : ' '
      if (column === bytesPerRow) break
      const pair = hex[column] ?? '  '
      const underCursor = focused && offset + column === byte
      columns += underCursor ? `${palette.bold}${inverse}${pair}${palette.reset}` : on(column) ? `${inverse}${pair}${palette.reset}` : pair
    }
    return `${palette.dim}${offset.toString(16).padStart(4, '0')}${palette.reset} ${columns} ${ascii}`
  }).concat(last === end && more > 0 && rows.length < height ? [fitted(`${glyphs.ellipsis} and ${more} more ${more === 1 ? 'byte' : 'bytes'}`, width)] : [])
}
