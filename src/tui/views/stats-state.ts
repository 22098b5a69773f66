/** The Stats view: its state, and what keys do to that. Pure. */
import { SORT_KEYS, type SortKey } from '../../report/sort-key.ts'
import { hitAt, hitFrom, noHit, withoutCase, type Searched } from '../model/search.ts'
import { themeOf } from '../theme.ts'
import { AT_TOP, inBounds, moved, type Viewport } from '../viewport.ts'
import { bodyHeight, pageLines } from './stats-page.ts'
import { filterBelow, parentOf, rowOf, topicFilter, topicRows, WholeTree, type TopicRow } from './stats-topics.ts'
import type { CaptureTotals } from '../../analysis/pipeline.ts'
import type { Statistics } from '../../analysis/statistics/statistics.ts'
import type { Effect, Outcome, Size, ViewAction } from '../view.ts'

export const STATS_FORMS = ['overview', 'topics', 'clients', 'types'] as const
export type StatsForm = (typeof STATS_FORMS)[number]

/** Seconds that the plot goes back; 0 for the whole capture. */
export const INTERVALS = [1, 10, 60, 600, 0] as const
export type Interval = (typeof INTERVALS)[number]

export interface StatsState {
  readonly form: StatsForm
  /** Of the tree of topics, its cursor and first row; of the other forms only `top` counts, the first line. */
  readonly viewport: Viewport
  readonly interval: Interval
  readonly sort: SortKey
  /** Keys of topics (TopicRow.key). */
  readonly unfolded: ReadonlySet<string>
  /** The topic that the cursor is on, wherever its row goes; null before a key was pressed. */
  readonly selected: string | null
}

/** Of a file the whole is of interest, of a live capture the last minute. */
export function statsAtFirst(live: boolean): StatsState {
  return { form: 'overview', viewport: AT_TOP, interval: live ? 60 : 0, sort: 'packets', unfolded: new Set(), selected: null }
}

/** What there is to show. `index`: the packets that the program keeps for its other views. */
export interface StatsData {
  readonly statistics: Statistics
  readonly totals: CaptureTotals
  /** The time that a live capture has come to; null for a file, which ends with its last packet. */
  readonly until: number | null
  readonly index: { readonly packets: number; readonly bytes: number; readonly evicted: number }
  readonly open: { readonly exchanges: number }
}

export interface StatsContext extends StatsData, Size {}

export function reduceStats(state: StatsState, action: ViewAction, context: StatsContext): Outcome<StatsState> {
  switch (action) {
    case 'form': return unasked(inForm(state, next(STATS_FORMS, state.form)))
    case 'interval': return unasked({ ...state, interval: next(INTERVALS, state.interval) })
    case 'sort': return unasked(settledStats({ ...state, sort: next(SORT_KEYS, state.sort) }, context))
    default:
      return state.form === 'topics' ? onTopics(state, action, context) : unasked(onPage(state, action, context))
  }
}

function inForm(state: StatsState, form: StatsForm): StatsState {
  return form === state.form ? state : { ...state, form, viewport: AT_TOP }
}

/** The lines do not depend on colours. */
const ANY_THEME = themeOf(false, true)

function onPage(state: StatsState, action: ViewAction, context: StatsContext): StatsState {
  // The overview shows the first topics.
  if (action === 'open') return state.form === 'overview' ? settledStats(inForm(state, 'topics'), context) : state
  const height = bodyHeight(context.height)
  const positions = Math.max(1, pageLines({ ...context, state, theme: ANY_THEME }).length - height + 1)
  const at = moved({ cursor: Math.min(state.viewport.top, positions - 1), top: 0 }, action, positions, height)
  return at === null ? state : { ...state, viewport: { cursor: at.cursor, top: at.cursor } }
}

function onTopics(state: StatsState, action: ViewAction, context: StatsContext): Outcome<StatsState> {
  const settled = settledStats(state, context)
  const rows = topicRows(context.statistics, settled.sort, settled.unfolded)
  const { viewport } = settled
  const viewportAfter = moved(viewport, action, rows.length, listHeight(context.height))
  if (viewportAfter !== null) return unasked({ ...settled, viewport: viewportAfter, selected: rows[viewportAfter.cursor]?.key ?? null })
  const row = rows[viewport.cursor]
  if (row === undefined) return unasked(settled)
  switch (action) {
    case 'open': return row.kind === 'branch' ? unasked(folded(settled, row, !row.folded, context)) : { state: settled, effect: filterOf(row) }
    case 'packets': return { state: settled, effect: filterOf(row) }
    case 'right': return unasked(row.kind === 'branch' ? folded(settled, row, false, context) : settled)
    case 'left':
      // As trees have it: what is unfolded folds, and else the cursor climbs.
      return unasked(row.kind === 'branch' && !row.folded ? folded(settled, row, true, context) : settledStats({ ...settled, selected: rows[parentOf(rows, viewport.cursor)]!.key }, context))
    case 'copy': return row.topic === null || typeof row.topic !== 'string' ? unasked(settled) : { state: settled, effect: { kind: 'copy', text: row.topic, what: 'topic' } }
    default: return unasked(settled)
  }
}

/** UTF-16 units: a filter is shown, and edited, in one line. */
const LONGEST_FILTER = 8_192

function filterOf({ kind, topic }: TopicRow): Effect {
  if (topic === null) return { kind: 'say', text: kind === 'unknown' ? 'The capture does not tell the topic of these' : 'These topics were too many to be known by name' }
  const text = kind === 'branch' ? filterBelow(topic) : topicFilter(topic)
  if (text === null) return { kind: 'say', text: 'No Topic Filter can name a topic with wildcards in it' }
  return text.length > LONGEST_FILTER ? { kind: 'say', text: 'This topic is too long for a filter' } : { kind: 'filter', text }
}

function folded(state: StatsState, { key }: TopicRow, fold: boolean, context: StatsContext): StatsState {
  const unfolded = new Set(state.unfolded)
  if (fold) unfolded.delete(key)
  else unfolded.add(key)
  return settledStats({ ...state, unfolded }, context)
}

/** The state for the topics that there are now: the cursor where its topic is, as far down the screen as it was. */
export function settledStats(state: StatsState, { statistics, height }: Pick<StatsContext, 'statistics' | 'height'>): StatsState {
  if (state.form !== 'topics') return state
  const rows = topicRows(statistics, state.sort, state.unfolded)
  const room = listHeight(height)
  const found = state.selected === null ? -1 : rowOf(rows, state.selected)
  const { cursor, top } = state.viewport
  const viewport = found < 0 ? inBounds(state.viewport, rows.length, room) : inBounds({ cursor: found, top: Math.max(0, found - (cursor - top)) }, rows.length, room)
  return { ...state, viewport, selected: rows[viewport.cursor]?.key ?? null }
}

/**
 * The cursor on the next topic, or level of topics, that holds the text (hitFrom); what it is below of unfolds. In forms other than the tree there is no cursor and nothing
 * to search, which the effect says.
 */
export function searchStats(state: StatsState, text: string, step: 1 | -1, { statistics, height }: Pick<StatsContext, 'statistics' | 'height'>): Searched<StatsState> {
  if (state.form !== 'topics') return { state, effect: { kind: 'say', text: 'Only topics can be searched here: v goes on to them' }, found: false }
  const settled = settledStats(state, { statistics, height })
  const tree = new WholeTree(statistics, settled.sort)
  const from = tree.rowOf(topicRows(statistics, settled.sort, settled.unfolded), settled.viewport.cursor)
  const { length } = withoutCase(text)
  const hit = hitFrom({ length: tree.length, textOf: (row) => tree.textOf(row, length) }, from, step, text)
  if (hit === null) return noHit(state, text)
  const folded = tree.keysAbove(hit).filter((key) => !settled.unfolded.has(key))
  const unfolded = folded.length === 0 ? settled.unfolded : new Set([...settled.unfolded, ...folded])
  return hitAt(settledStats({ ...settled, unfolded, selected: tree.at(hit).key }, { statistics, height }))
}

/** Rows of the tree: one is for its heading. */
export function listHeight(height: number): number {
  return Math.max(1, bodyHeight(height) - 1)
}

function next<Value>(values: readonly Value[], value: Value): Value {
  return values[(values.indexOf(value) + 1) % values.length]!
}

function unasked(state: StatsState): Outcome<StatsState> {
  return { state, effect: null }
}
