import { fitted } from '../../report/fit.ts'
import stringWidth from 'string-width'
import type { Theme } from '../theme.ts'

/** `── fields ─────────`: the line above a pane. Where keys go to it, it is bold and has a `>`. */
export function paneTitle(name: string, focused: boolean, width: number, { glyphs, palette }: Theme): string {
  const text = fitted(`${glyphs.horizontal}${focused ? '>' : glyphs.horizontal} ${name} `, width)
  const line = text + glyphs.horizontal.repeat(Math.max(0, width - stringWidth(text)))
  return focused ? `${palette.bold}${line}${palette.reset}` : `${palette.dim}${line}${palette.reset}`
}
