/**
 * A text field of one line: filter, search, go to, command. Pure: what the keys do to its text, and the line that shows it.
 *
 * The cursor stands between what readers see as characters (graphemes), never inside of one. The text is as it was typed; only `drawLine` makes it safe to show.
 */
import stringWidth from 'string-width'
import { printable } from '../../bytes/printable.ts'
import { spaces } from '../../report/fit.ts'
import type { Theme } from '../theme.ts'

export interface LineState {
  readonly text: string
  /** In UTF-16 units of the text. */
  readonly cursor: number
  /** The entry of the history that is in the field, from 0, the newest; -1: what the user writes. */
  readonly place: number
  /** What the user had written before looking through the history. */
  readonly draft: string
  /** While Tab goes through what may stand here. */
  readonly completing: Completing | null
  /** The text is a proposal: what is typed takes its place, and any other key keeps it. */
  readonly proposed: boolean
}

interface Completing {
  readonly options: readonly string[]
  /** The one in the field; -1 where it is only what all have in common. */
  readonly index: number
  /** Where the option begins in the text, and what the text was without one. */
  readonly start: number
  readonly text: string
  readonly cursor: number
}

export const EMPTY_LINE: LineState = { text: '', cursor: 0, place: -1, draft: '', completing: null, proposed: false }

/** A field with this text, and the cursor at its end. */
export function lineWith(text: string): LineState {
  const line = oneLine(text).slice(0, LONGEST_LINE)
  return { ...EMPTY_LINE, text: line, cursor: line.length }
}

/** A field that proposes this text. */
export function proposalOf(text: string): LineState {
  return { ...lineWith(text), proposed: true }
}

/** UTF-16 units: what a person still reads. What is longer is a slip of the mouse. */
export const LONGEST_LINE = 8_192

/** A key as the terminal layer tells it. */
export type LineKey =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'text' | 'paste'; readonly text: string }

/** What may stand at the cursor: each option in place of the text from `start` to the cursor. */
export interface Completions {
  readonly start: number
  readonly options: readonly string[]
}

export interface LineContext {
  /** Newest first. */
  readonly history: readonly string[]
  readonly complete?: (text: string, cursor: number) => Completions
}

/** The field after a key; null where the key is none of a field's (Enter, Escape…). */
export function reduceLine(state: LineState, key: LineKey, { history, complete }: LineContext): LineState | null {
  if (key.kind !== 'key') return inserted(state.proposed ? EMPTY_LINE : state, oneLine(key.text))
  const next = afterKey(state, key.name, history, complete)
  return next === null || !next.proposed ? next : { ...next, proposed: false }
}

function afterKey(state: LineState, name: string, history: readonly string[], complete: LineContext['complete']): LineState | null {
  const { text, cursor } = state
  switch (name) {
    case 'left': return at(state, before(text, cursor))
    case 'right': return at(state, after(text, cursor))
    case 'home': case 'ctrl-a': return at(state, 0)
    case 'end': case 'ctrl-e': return at(state, text.length)
    case 'backspace': return without(state, before(text, cursor), cursor)
    case 'delete': case 'ctrl-d': return without(state, cursor, after(text, cursor))
    case 'ctrl-u': return without(state, 0, cursor)
    case 'ctrl-k': return without(state, cursor, text.length)
    case 'ctrl-w': return without(state, /\S*\s*$/.exec(text.slice(0, cursor))!.index, cursor)
    case 'up': return remembered(state, history, state.place + 1)
    case 'down': return remembered(state, history, state.place - 1)
    case 'tab': return complete === undefined ? state : completed(state, complete, 1)
    case 'shift-tab': return complete === undefined ? state : completed(state, complete, -1)
    default: return null
  }
}

// ---- Editing

/** Lines become one, with a blank between; other controls, which a paste may hold, go. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\v\f\x85\u2028\u2029]+$/, '').replace(/[\r\n\t\v\f\x85\u2028\u2029]+/g, ' ').replace(/\p{Cc}|\p{Cs}/gu, '')
}

function inserted(state: LineState, more: string): LineState {
  const { text, cursor } = state
  const room = LONGEST_LINE - text.length
  const fitting = more.length <= room ? more : more.slice(0, startOf(more, room))
  if (fitting === '') return state
  const whole = text.slice(0, cursor) + fitting + text.slice(cursor)
  // It may join what stands behind it: the cursor goes behind both.
  return edited(state, whole, endOf(whole, cursor + fitting.length))
}

function without(state: LineState, from: number, to: number): LineState {
  if (from === to) return state
  const whole = state.text.slice(0, from) + state.text.slice(to)
  // What is left on both sides may join.
  return edited(state, whole, endOf(whole, from))
}

/** An entry of the history that is changed is what the user writes. */
function edited(state: LineState, text: string, cursor: number): LineState {
  return { ...state, text, cursor, place: -1, completing: null }
}

function at(state: LineState, cursor: number): LineState {
  return { ...state, cursor, completing: null }
}

// ---- Graphemes

let graphemes: Intl.Segmenter | null = null

function segmentsOf(text: string): Intl.Segments {
  return (graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })).segment(text)
}

/** Where the grapheme that holds this unit begins. */
function startOf(text: string, unit: number): number {
  return segmentsOf(text).containing(unit)?.index ?? text.length
}

/** The same place, or the end of the grapheme that it is inside of. */
function endOf(text: string, place: number): number {
  const found = segmentsOf(text).containing(place)
  return found === undefined || found.index === place ? place : found.index + found.segment.length
}

function before(text: string, cursor: number): number {
  return cursor === 0 ? 0 : startOf(text, cursor - 1)
}

function after(text: string, cursor: number): number {
  return endOf(text, Math.min(text.length, cursor + 1))
}

// ---- History

const MOST_REMEMBERED = 50

/** The history with one more entry, which is then the newest; the same entry further back goes. Kept by the caller. */
export function historyWith(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === '') return history
  return [text, ...history.filter((entry) => entry !== text)].slice(0, MOST_REMEMBERED)
}

function remembered(state: LineState, history: readonly string[], place: number): LineState {
  if (place < -1 || place >= history.length) return at(state, state.cursor)
  const draft = state.place === -1 ? state.text : state.draft
  const text = place === -1 ? draft : history[place]!
  return { ...EMPTY_LINE, text, cursor: text.length, place, draft }
}

// ---- Completion

/** Tab first completes what all options have in common, and then goes through them. */
function completed(state: LineState, complete: NonNullable<LineContext['complete']>, step: 1 | -1): LineState {
  const { completing } = state
  if (completing !== null && completing.options.length > 1) {
    const count = completing.options.length
    return withOption(state, completing, completing.index === -1 && step === -1 ? count - 1 : (completing.index + step + count) % count)
  }
  const { text, cursor } = state
  const { start, options } = complete(text, cursor)
  if (options.length === 0) return at(state, cursor)
  const first: Completing = { options, index: -1, start, text, cursor }
  const written = text.slice(start, cursor)
  const common = commonPrefix(options)
  if (options.length > 1 && common.length > written.length && common.startsWith(written)) return replaced(state, first, common)
  return withOption(state, first, step === 1 ? 0 : options.length - 1)
}

function withOption(state: LineState, completing: Completing, index: number): LineState {
  return replaced(state, { ...completing, index }, completing.options[index]!)
}

function replaced(state: LineState, completing: Completing, option: string): LineState {
  const whole = completing.text.slice(0, completing.start) + option + completing.text.slice(completing.cursor)
  if (whole.length > LONGEST_LINE) return state
  return { ...state, text: whole, cursor: endOf(whole, completing.start + option.length), place: -1, completing }
}

function commonPrefix(options: readonly string[]): string {
  let prefix = options[0]!
  for (const option of options) while (!option.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix
}

// ---- Drawing

/** A grapheme as it is shown, and the columns that it takes. */
interface Cell {
  readonly offset: number
  readonly shown: string
  readonly width: number
}

/** The part of the text that is on the screen. */
export interface LineWindow {
  readonly cells: readonly Cell[]
  /** Whether text before and behind it is not shown. */
  readonly cutBefore: boolean
  readonly cutBehind: boolean
}

/** Of the columns of a field, those that are kept for what stands behind the cursor. */
const BEHIND = 1 / 3

/** What of the field fits into `width` columns; the cursor is always within. Where text is cut off, a column is left for a mark. */
export function lineWindow({ text, cursor }: LineState, width: number): LineWindow {
  const cells = cellsOf(text, cursor === text.length)
  if (sum(cells) <= width) return { cells, cutBefore: false, cutBehind: false }
  const here = cells.findIndex(({ offset }) => offset >= cursor)
  const behind = Math.min(sum(cells.slice(here + 1)), Math.floor(width * BEHIND))
  // Both marks are counted: which of them is needed is known only afterwards.
  let room = width - MARKS - behind - cells[here]!.width
  let first = here
  while (first > 0 && cells[first - 1]!.width <= room) room -= cells[--first]!.width
  let last = here
  room += behind
  while (last < cells.length - 1 && cells[last + 1]!.width <= room) room -= cells[++last]!.width
  return { cells: cells.slice(first, last + 1), cutBefore: first > 0, cutBehind: last < cells.length - 1 }
}

const MARKS = 2

/** `blankAtEnd`: a place for the cursor behind the text. */
function cellsOf(text: string, blankAtEnd: boolean): Cell[] {
  const cells: Cell[] = []
  for (const { segment, index } of segmentsOf(text)) {
    const safe = printable(segment)
    const width = stringWidth(safe)
    // An accent by itself would be drawn over what stands before it.
    cells.push(width > 0 ? { offset: index, shown: safe, width } : { offset: index, shown: ` ${safe}`, width: 1 })
  }
  if (blankAtEnd) cells.push({ offset: text.length, shown: ' ', width: 1 })
  return cells
}

function sum(cells: readonly Cell[]): number {
  return cells.reduce((columns, { width }) => columns + width, 0)
}

/** The column at which this place of the text is drawn; at the edge where it is not on the screen. */
export function columnOf({ cells, cutBefore }: LineWindow, offset: number): number {
  let column = cutBefore ? 1 : 0
  for (const cell of cells) {
    if (cell.offset >= offset) break
    column += cell.width
  }
  return column
}

/** The field with the cursor in reverse video, at most `width` columns wide; a longer text is shown where the cursor is. */
export function drawLine(state: LineState, width: number, { inverse, palette, glyphs: { ellipsis } }: Theme): string {
  if (width < 1) return ''
  const window = lineWindow(state, width)
  if (sum(window.cells) > width) return `${inverse}${spaces(width)}${palette.reset}`
  const text = window.cells.map(({ offset, shown }) => {
    if (offset === state.cursor) return `${inverse}${shown}${palette.reset}`
    return state.proposed ? `${palette.dim}${shown}${palette.reset}` : shown
  }).join('')
  // Too narrow for marks: only the cursor's own place is left.
  const marks = sum(window.cells) + MARKS <= width
  return `${window.cutBefore && marks ? ellipsis : ''}${text}${window.cutBehind && marks ? ellipsis : ''}`
}
