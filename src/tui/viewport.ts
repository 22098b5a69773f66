/** Rows of a list that are on the screen, and the row that the cursor is on. Pure. */
import type { ViewAction } from './view.ts'

export interface Viewport {
  /** The row that the cursor is on, from 0. */
  readonly cursor: number
  /** The first row on the screen. */
  readonly top: number
}

export const AT_TOP: Viewport = { cursor: 0, top: 0 }

/** `viewport` in a list of `rows` rows of which `height` fit: the cursor on a row that exists, and visible. */
export function inBounds({ cursor, top }: Viewport, rows: number, height: number): Viewport {
  const at = Math.max(0, Math.min(cursor, rows - 1))
  const room = Math.max(1, height)
  const lowest = Math.max(0, rows - room)
  const first = at < top ? at : at >= top + room ? at - room + 1 : top
  const inside = Math.max(0, Math.min(first, lowest))
  return at === cursor && inside === top ? { cursor, top } : { cursor: at, top: inside }
}

/** The viewport after a movement; null where the action is none. */
export function moved(viewport: Viewport, action: ViewAction, rows: number, height: number): Viewport | null {
  const step = STEPS[action]
  if (step === undefined) return null
  return inBounds({ ...viewport, cursor: Math.max(0, Math.min(viewport.cursor + step(Math.max(1, height)), rows - 1)) }, rows, height)
}

const STEPS: Partial<Record<ViewAction, (height: number) => number>> = {
  up: () => -1,
  down: () => 1,
  'page-up': (height) => -height,
  'page-down': (height) => height,
  'half-page-up': (height) => -Math.ceil(height / 2),
  'half-page-down': (height) => Math.ceil(height / 2),
  first: () => -Infinity,
  last: () => Infinity,
}
