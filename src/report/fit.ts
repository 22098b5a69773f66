/** Text that is safe for a terminal, made to fit a number of its columns. */
import stringWidth from 'string-width'
import { cut } from '../bytes/printable.ts'
import { blanks } from './padding.ts'

/** At most `width` columns wide: cut where it is longer, and then ends in `…`. */
export function fitted(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let longest = Math.min(width, text.length - 1)
  const shorter = cut(text, longest)
  if (longest < 1 || stringWidth(shorter) <= width) return shorter
  // Many characters take two columns. The longest cut that fits is looked for by halves: to measure each one takes too long.
  let fits = 0
  while (longest - fits > 1) {
    const middle = (fits + longest) >> 1
    if (stringWidth(cut(text, middle)) <= width) fits = middle
    else longest = middle
  }
  return cut(text, fits)
}

let graphemes: Intl.Segmenter | null = null

/** What of the text stands from this column on; `…` in place of what stood before it. */
export function fromColumn(text: string, column: number): string {
  if (column <= 0) return text
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let columns = 0
  for (const { segment, index } of graphemes.segment(text)) {
    if (columns > column) return `…${text.slice(index)}`
    columns += stringWidth(segment)
  }
  return '…'
}

/** Exactly `width` columns: cut, or with blanks behind it. */
export function cell(text: string, width: number): string {
  const fit = fitted(text, width)
  return fit + spaces(width - stringWidth(fit))
}

/** The same with the blanks on both sides. */
export function centred(text: string, width: number, filler = ' '): string {
  const fit = fitted(text, width)
  const room = Math.max(0, width - stringWidth(fit))
  const before = Math.floor(room / 2)
  return filler.repeat(before) + fit + filler.repeat(room - before)
}

/** Less of a text says nothing. */
const WORTH_CUTTING = 8

/** The first of the forms that fits, its parts two spaces apart; else the last one, cut, if that leaves something of it. */
export function fittingForm(forms: readonly (readonly string[])[], width: number): string {
  let text = ''
  for (const parts of forms) {
    text = parts.filter((part) => part !== '').join('  ')
    if (stringWidth(text) <= width) return text
  }
  return width < WORTH_CUTTING ? '' : fitted(text, width)
}

/** The text, cut where it does not fit, and behind it as many of the words as do. */
export function fittingWords(text: string, words: readonly string[], width: number): string {
  let shown = fitted(text, width)
  for (const more of words) {
    const longer = `${shown} ${more}`
    if (stringWidth(longer) > width) break
    shown = longer
  }
  return shown
}

/** Any number of blanks. */
export function spaces(number: number): string {
  return number <= 0 ? '' : number <= 64 ? blanks(number) : ' '.repeat(number)
}
