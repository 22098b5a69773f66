/**
 * The help: what each key does in a view, and what keys do everywhere, in as many columns as fit. Made from the table of keys. Pure.
 *
 * ```
 * Keys in Findings                                       lines 1-20 of 31
 *  Enter      Unfold, or go to the packet     E  Evidence in the flow
 * ```
 */
import stringWidth from 'string-width'
import { cell, fitted, spaces } from '../../report/fit.ts'
import { keyLabel, VIEW_TITLES, type Keymap, type KeyRow } from '../keymap.ts'
import { AT_TOP, moved } from '../viewport.ts'
import type { Theme } from '../theme.ts'
import type { Size, ViewAction, ViewName } from '../view.ts'

export interface HelpProps extends Size {
  readonly keymap: Keymap
  readonly view: ViewName
  /** The first line below the title that is shown. */
  readonly top: number
  readonly theme: Theme
}

/** A title, and below it as many lines as there is room for. */
export function helpLines(props: HelpProps): string[] {
  const { view, width, height, theme } = props
  const lines = bodyLines(props)
  const top = Math.max(0, Math.min(props.top, lastTop(lines.length, height)))
  const shown = lines.slice(top, top + bodyHeight(height))
  const { bold, dim, reset } = theme.palette
  const title = fitted(`Keys in ${VIEW_TITLES[view]}`, width)
  const place = shown.length === lines.length ? '' : `lines ${top + 1}-${top + shown.length} of ${lines.length}`
  const room = width - stringWidth(title) - stringWidth(place)
  const first = `${bold}${title}${reset}${place === '' || room < 2 ? '' : `${spaces(room)}${dim}${place}${reset}`}`
  const { glyphs: { ellipsis } } = theme
  return [first, ...shown].slice(0, height).map((line) => (ellipsis === '…' ? line : line.replaceAll('…', ellipsis)))
}

/** `top` after an action; null where it is no movement. */
export function movedHelp(props: HelpProps, action: ViewAction): number | null {
  const last = lastTop(bodyLines(props).length, props.height)
  return moved({ ...AT_TOP, cursor: Math.max(0, Math.min(props.top, last)) }, action, last + 1, bodyHeight(props.height))?.cursor ?? null
}

function bodyHeight(height: number): number {
  return Math.max(1, height - 1)
}

function lastTop(lines: number, height: number): number {
  return Math.max(0, lines - bodyHeight(height))
}

/** What belongs to the view, then what all views have. */
function bodyLines({ keymap, view, width, theme }: HelpProps): string[] {
  const own = keymap.own(view)
  const everywhere = keymap.table(view).slice(own.length)
  const { bold, reset } = theme.palette
  return [...grid(own, width), '', `${bold}${fitted('Everywhere', width)}${reset}`, ...grid(everywhere, width)]
}

const INDENT = 1
/** Between the key and what it does, and between two columns. */
const GAP = 2
/** A key that has so many others beside it is cut. */
const WIDEST_KEYS = 24

/** From the top down, then the next column: related keys stand below each other in the table. */
function grid(rows: readonly KeyRow[], width: number): string[] {
  // What has no key cannot be pressed.
  const cells = rows.filter(({ keys }) => keys.length > 0).map(({ keys, does }) => ({ keys: keys.map(keyLabel).join(' '), does }))
  if (cells.length === 0) return []
  const room = Math.max(1, width - INDENT)
  const keysWidth = Math.min(WIDEST_KEYS, Math.max(...cells.map(({ keys }) => stringWidth(keys))))
  const columnWidth = Math.min(room, keysWidth + GAP + Math.max(...cells.map(({ does }) => stringWidth(does))))
  const columns = Math.max(1, Math.floor((room + GAP) / (columnWidth + GAP)))
  const lines = Math.ceil(cells.length / columns)
  return Array.from({ length: lines }, (_, line) => {
    const parts: string[] = []
    for (let index = line; index < cells.length; index += lines) parts.push(cell(`${cell(cells[index]!.keys, keysWidth)}${spaces(GAP)}${cells[index]!.does}`, columnWidth))
    return fitted(`${spaces(INDENT)}${parts.join(spaces(GAP)).trimEnd()}`, width)
  })
}
