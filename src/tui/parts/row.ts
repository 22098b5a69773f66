/** Rows of lists, and what marks the one under the cursor. */
import { cell } from '../../report/fit.ts'
import type { Theme } from '../theme.ts'

/** Columns that the mark of the cursor takes, with the blank behind it. */
export const CURSOR_WIDTH = 2

/**
 * A row with the cursor's mark before it: `> ` and, over the whole width, reverse video where the cursor is. `text` may hold no SGR sequence where `selected`,
 * for they would end the reverse video: give the plain form of the row then.
 */
export function listRow(text: string, selected: boolean, width: number, { inverse, palette }: Theme): string {
  return selected ? `${inverse}${cell(`> ${text}`, width)}${palette.reset}` : `  ${text}`
}
