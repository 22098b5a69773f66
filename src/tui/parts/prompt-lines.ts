/**
 * The field at the bottom of the screen, in two lines: what is typed and whether it makes sense, and below it what is wrong or what may come next. Pure.
 *
 * ```
 * filter: mqtt.topc == "a"_                                  mistake
 *         ^~~~~~~~~ No field is named mqtt.topc. Did you mean mqtt.topic?
 * ```
 */
import stringWidth from 'string-width'
import { fitted, spaces } from '../../report/fit.ts'
import { columnOf, drawLine, lineWindow, type LineState, type LineWindow } from '../model/line-editor.ts'
import type { FilterState } from '../model/filter-field.ts'
import type { Theme } from '../theme.ts'

export interface PromptProps {
  readonly theme: Theme
  readonly width: number
  /** `filter`, `search`, `go to`. */
  readonly label: string
  readonly line: LineState
  /** Null where any text will do. */
  readonly check: FilterState | null
  /** What may stand at the cursor. */
  readonly completions: readonly string[]
  /** Enter was pressed, and what is typed is not to be had: then it is told what is wrong, also where it is being written. */
  readonly refused?: boolean
}

/** One or two lines, none wider than `width`. */
export function promptLines(props: PromptProps): string[] {
  const { theme, width, line, check, completions } = props
  const label = fitted(`${props.label}: `, Math.max(0, width - LEAST_FIELD))
  const word = wordOf(props)
  const atRight = word !== '' && width - stringWidth(label) - stringWidth(word) - 1 >= LEAST_FIELD ? word : ''
  const room = width - stringWidth(label) - (atRight === '' ? 0 : stringWidth(atRight) + 1)
  const field = drawLine(line, room, theme)
  const shown = stringWidth(field)
  const first = `${theme.palette.bold}${label}${theme.palette.reset}${field}${atRight === '' ? '' : `${spaces(room - shown + 1)}${coloured(atRight, theme)}`}`
  const options = optionsLine(line, completions, stringWidth(label), width, theme)
  if (check === null || check.valid || check.at === null || check.message === null) return options === null ? [first] : [first, options]
  if (options !== null && isUnfinished(props)) return [first, options]
  const forms = [check.message, ...(check.question === null ? [] : [check.question])]
  return [first, caretLine(lineWindow(line, room), check.at, forms, stringWidth(label), width, theme)]
}

/** Fewer columns show nothing of what is typed. */
const LEAST_FIELD = 12

function wordOf(props: PromptProps): string {
  if (props.check === null || props.line.text.trim() === '') return ''
  return props.check.valid ? 'valid' : isUnfinished(props) ? '?' : 'mistake'
}

/** What is missing, or wrong, is what is being written right now. */
function isUnfinished({ line: { text, cursor, completing }, check, completions, refused }: PromptProps): boolean {
  if (check === null || check.at === null || refused === true) return false
  if (check.at.start >= text.trimEnd().length) return true
  return (completions.length > 0 || completing !== null) && check.at.start < cursor && check.at.end >= cursor
}

function coloured(word: string, { palette: { green, red, reset } }: Theme): string {
  return word === 'valid' ? `${green}${word}${reset}` : word === 'mistake' ? `${red}${word}${reset}` : word
}

/** The mark under what is wrong, and behind it or before it the first of the forms of the message that fits; else the first one, cut, where there is more room. */
function caretLine(window: LineWindow, at: { readonly start: number; readonly end: number }, forms: readonly string[], labelWidth: number, width: number, theme: Theme): string {
  const from = Math.min(width - 1, labelWidth + columnOf(window, at.start))
  const to = Math.min(width, Math.max(from + 1, labelWidth + columnOf(window, at.end)))
  const behind = Math.max(0, width - to - 1)
  const before = Math.max(0, from - 1)
  const fits = forms.find((form) => stringWidth(form) <= Math.max(behind, before))
  const text = inGlyphs(fits ?? fitted(forms[0]!, Math.max(behind, before)), theme)
  const { red, reset } = theme.palette
  const caret = `${red}^${'~'.repeat(to - from - 1)}${reset}`
  if (text === '') return `${spaces(from)}${caret}`
  return stringWidth(text) <= behind ? `${spaces(from)}${caret} ${text}` : `${spaces(before - stringWidth(text))}${text} ${caret}`
}

/** As many options as fit, under the field; the one that Tab has put into it in reverse video, between brackets. Null where there are none. */
function optionsLine({ completing }: LineState, completions: readonly string[], labelWidth: number, width: number, theme: Theme): string | null {
  const options = completing === null ? completions : completing.options
  if (options.length === 0) return null
  const chosen = completing?.index ?? -1
  const indent = Math.min(labelWidth, Math.max(0, width - LEAST_FIELD))
  const parts: string[] = []
  let used = indent
  // The chosen one is on the screen, and what follows it.
  const first = firstShown(options, chosen, width - indent)
  for (let index = first; index < options.length; index++) {
    const text = inGlyphs(fitted(index === chosen ? `[${options[index]!}]` : options[index]!, width - indent), theme)
    const more = stringWidth(text) + (parts.length === 0 ? 0 : GAP.length)
    if (used + more > width) break
    used += more
    parts.push(index === chosen ? `${theme.inverse}${text}${theme.palette.reset}` : text)
  }
  return `${spaces(indent)}${parts.join(GAP)}`
}

const GAP = '  '

/** The pages of options are always the same, so that they stand still while Tab goes through one. */
function firstShown(options: readonly string[], chosen: number, room: number): number {
  let first = 0
  let used = 0
  for (let index = 0; index <= chosen; index++) {
    // Room for the brackets, wherever they are.
    const more = stringWidth(options[index]!) + 2 + (index === first ? 0 : GAP.length)
    if (used + more > room && index > first) {
      first = index
      used = stringWidth(options[index]!) + 2
    } else used += more
  }
  return first
}

function inGlyphs(text: string, { glyphs: { ellipsis } }: Theme): string {
  return ellipsis === '…' ? text : text.replaceAll('…', ellipsis)
}
