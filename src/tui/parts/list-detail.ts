/**
 * A list above and what is known of the selected row below, with a line of words between: how the height is shared, and which of the two the keys move. Pure.
 *
 * ```
 *   heading of the list
 * > rows
 * -- words -------------
 *   detail
 * ```
 */
import { fitted, spaces } from '../../report/fit.ts'
import stringWidth from 'string-width'
import { moved, inBounds, type Viewport } from '../viewport.ts'
import type { Theme } from '../theme.ts'
import type { ViewAction } from '../view.ts'

export interface Panes {
  readonly focus: 'list' | 'detail'
  readonly maximised: boolean
  /** Rows that the detail has more than its share. */
  readonly grown: number
  /** The first line of the detail on the screen. */
  readonly detailTop: number
}

export const BOTH_PANES: Panes = { focus: 'list', maximised: false, grown: 0, detailTop: 0 }

/** The list by itself again, where the cursor was in the detail, or one of both had all the room; null where neither was so. */
export function closedPanes(panes: Panes): Panes | null {
  return panes.maximised || panes.focus !== 'list' ? { ...panes, maximised: false, focus: 'list' } : null
}

/** Rows of the list without its heading, and of the detail; 0 for what is not shown. */
export interface PaneHeights {
  readonly list: number
  readonly detail: number
}

const HEADING = 1
const BETWEEN = 1
/** Fewer rows of either say too little. */
const LEAST = 3
const SHARE = 0.42

export function paneHeights({ focus, maximised, grown }: Panes, height: number): PaneHeights {
  const rows = height - HEADING - BETWEEN
  if (maximised) return focus === 'list' ? { list: Math.max(1, rows), detail: 0 } : { list: 0, detail: Math.max(1, height - BETWEEN) }
  if (rows < 2 * LEAST) return { list: Math.max(1, rows), detail: 0 }
  const detail = Math.max(LEAST, Math.min(rows - LEAST, Math.round(rows * SHARE) + grown))
  return { list: rows - detail, detail }
}

/** The panes after an action that concerns them, or that moves the detail while it has the keys; null for any other. `lines`: of the detail. */
export function movedPanes(panes: Panes, action: ViewAction, height: number, lines: number): Panes | null {
  switch (action) {
    case 'next-pane': case 'previous-pane': return { ...panes, focus: panes.focus === 'list' ? 'detail' : 'list' }
    case 'maximise': return { ...panes, maximised: !panes.maximised }
    case 'grow': case 'shrink': return resized(panes, action === 'grow' ? 1 : -1, height)
    default:
      return panes.focus === 'detail' ? scrolled(panes, action, height, lines) : null
  }
}

/** The pane with the keys gets more or less; no further than there is room, so that the other key works at once. */
function resized(panes: Panes, by: number, height: number): Panes {
  const grown = panes.grown + (panes.focus === 'detail' ? by : -by)
  return paneHeights({ ...panes, grown }, height).detail === paneHeights(panes, height).detail ? panes : { ...panes, grown }
}

function scrolled(panes: Panes, action: ViewAction, height: number, lines: number): Panes | null {
  const { detail } = paneHeights(panes, height)
  const positions = Math.max(1, lines - detail + 1)
  const at = moved({ cursor: Math.min(panes.detailTop, positions - 1), top: 0 }, action, positions, detail)
  return at === null ? null : { ...panes, detailTop: at.cursor }
}

/** The lines of the detail that are on the screen. */
export function detailOnScreen(lines: readonly string[], { detailTop }: Panes, height: number): readonly string[] {
  const top = Math.max(0, Math.min(detailTop, lines.length - height))
  return lines.slice(top, top + height)
}

/** The cursor at `index`, as far down the screen as it was: rows that came or went above do not move it. */
export function anchored({ cursor, top }: Viewport, index: number, rows: number, height: number): Viewport {
  return inBounds({ cursor: index, top: Math.max(0, index - (cursor - top)) }, rows, height)
}

/** `-- words --------- row 1 of 12 --`. Of the words, those that fit. */
export function dividerLine(words: readonly string[], atRight: string, width: number, { glyphs: { horizontal }, palette: { dim, reset } }: Theme): string {
  const end = width >= 40 ? ` ${atRight} ${horizontal.repeat(2)}` : ''
  let text = horizontal.repeat(2)
  for (const word of words) {
    const longer = `${text} ${word} ${horizontal}`
    if (stringWidth(longer + end) > width) break
    text = longer
  }
  const line = fitted(`${text}${horizontal.repeat(Math.max(0, width - stringWidth(text) - stringWidth(end)))}${end}`, width)
  return `${dim}${line}${reset}`
}

/** A number of columns at the right of a cell: what does not fit is cut. */
export function rightCell(text: string, width: number): string {
  const fit = fitted(text, width)
  return spaces(width - stringWidth(fit)) + fit
}

/** Text as the terminal's characters allow: where these are ASCII, what was cut ends in `~`. */
export function inGlyphs(line: string, { glyphs: { ellipsis } }: Theme): string {
  return ellipsis === '…' ? line : line.replaceAll('…', ellipsis)
}
