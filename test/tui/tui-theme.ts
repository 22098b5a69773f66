/** A theme without colours, so that a frame is the text that a person reads; the cursor has its mark. */
import { PLAIN } from '../../src/report/colour.ts'
import { themeOf, type Theme } from '../../src/tui/theme.ts'

export const PLAIN_THEME: Theme = { ...themeOf(false, false), palette: PLAIN, inverse: '' }
export const ASCII_THEME: Theme = { ...themeOf(false, true), palette: PLAIN, inverse: '' }

/** `1.234567`, as the capture's own seconds. */
export function secondsText(time: number): string {
  return Number.isNaN(time) ? '-' : (time / 1e9).toFixed(6)
}
