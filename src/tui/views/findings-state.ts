/** The Findings view: groups that unfold to their findings, its state, and what keys do to that. Pure. */
import { FINDING_FORMS, FINDING_SORTS, LEAST_SEVERITIES, type FindingChoice, type FindingGroup, type FindingList, type ListedFinding } from '../model/finding-list.ts'
import { clientCellName, NO_SECTION, ruleCells } from '../model/finding-names.ts'
import { hitAt, hitFrom, noHit, rowOfTexts, type Searched } from '../model/search.ts'
import { BOTH_PANES, anchored, movedPanes, paneHeights, type Panes } from '../parts/list-detail.ts'
import { AT_TOP, inBounds, moved, type Viewport } from '../viewport.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { Effect, Outcome, ViewAction } from '../view.ts'

export interface FindingsState extends FindingChoice {
  readonly viewport: Viewport
  /** FindingRow.key of the row that the cursor is on; null before a key was pressed. */
  readonly selected: string | null
  /** Keys of groups. */
  readonly unfolded: ReadonlySet<string>
  readonly panes: Panes
}

export const FINDINGS_AT_FIRST: FindingsState = {
  form: 'rule', sort: 'severity', least: 'note', stream: null, viewport: AT_TOP, selected: null, unfolded: new Set(), panes: BOTH_PANES,
}

/** A line of the list: a group (`one` is null), or one of its findings. */
export interface FindingRow {
  readonly key: string
  readonly group: FindingGroup
  readonly one: ListedFinding | null
}

/** The lines of the list, by number: of many thousand findings only those on the screen are made. */
export class FindingRows {
  readonly #groups: readonly FindingGroup[]
  readonly #unfolded: ReadonlySet<string>
  /** The line of each group. */
  readonly #starts: readonly number[]
  readonly length: number

  constructor(groups: readonly FindingGroup[], unfolded: ReadonlySet<string>) {
    this.#groups = groups
    this.#unfolded = unfolded
    const starts: number[] = []
    let length = 0
    for (const { key, findings } of groups) {
      starts.push(length)
      length += 1 + (unfolded.has(key) ? findings.length : 0)
    }
    this.#starts = starts
    this.length = length
  }

  at(line: number): FindingRow | null {
    if (line < 0 || line >= this.length) return null
    let place = 0
    for (let end = this.#starts.length; end - place > 1;) {
      const middle = (place + end) >>> 1
      if (this.#starts[middle]! <= line) place = middle
      else end = middle
    }
    const group = this.#groups[place]!
    const one = line === this.#starts[place] ? null : group.findings[line - this.#starts[place]! - 1]!
    return { key: one === null ? group.key : keyOf(one), group, one }
  }

  /** The line of a group or of a finding; of one whose group is folded, that of the group. -1 where it is not listed. */
  lineOf(key: string): number {
    const place = this.#groups.findIndex((group) => group.key === key)
    if (place >= 0) return this.#starts[place]!
    if (!key.startsWith(ONE)) return -1
    const index = Number(key.slice(ONE.length))
    for (const [at, { key: groupKey, findings }] of this.#groups.entries()) {
      const found = findings.findIndex((one) => one.index === index)
      if (found >= 0) return this.#starts[at]! + (this.#unfolded.has(groupKey) ? 1 + found : 0)
    }
    return -1
  }
}

const ONE = 'finding '

function keyOf({ index }: ListedFinding): string {
  return `${ONE}${index}`
}

export interface FindingsContext {
  readonly list: FindingList
  /** Of the whole view, as the component gets it. */
  readonly height: number
  /** How many lines the detail has (`findingDetail`), so that it can be moved. */
  readonly detailLines?: number
}

export function findingRows(state: FindingsState, list: FindingList): FindingRows {
  return new FindingRows(list.groups(state), state.unfolded)
}

export function reduceFindings(state: FindingsState, action: ViewAction, { list, height, detailLines = 0 }: FindingsContext): Outcome<FindingsState> {
  const context = { list, height }
  const settled = settledFindings(state, context)
  const rows = findingRows(settled, list)
  const row = rows.at(settled.viewport.cursor)
  const panes = movedPanes(settled.panes, action, height, detailLines)
  if (panes !== null) return unasked(settledFindings({ ...settled, panes }, context))
  const viewport = moved(settled.viewport, action, rows.length, paneHeights(settled.panes, height).list)
  if (viewport !== null) return unasked(chosen({ ...settled, viewport }, rows.at(viewport.cursor)?.key ?? null))
  switch (action) {
    case 'sort': return unasked(settledFindings({ ...settled, sort: next(FINDING_SORTS, settled.sort) }, context))
    case 'findings': return unasked(settledFindings({ ...settled, least: next(LEAST_SEVERITIES, settled.least) }, context))
    case 'form': return unasked(inOtherForm(settled, row, context))
    default:
      return row === null ? unasked(settled) : onRow(settled, action, row, context)
  }
}

function onRow(state: FindingsState, action: ViewAction, row: FindingRow, context: FindingsContext): Outcome<FindingsState> {
  const { group, one } = row
  const isUnfolded = state.unfolded.has(group.key)
  switch (action) {
    case 'open':
      return one === null ? unasked(folded(state, group.key, !isUnfolded, context)) : { state, effect: packetOf(one.finding) }
    case 'right':
      return unasked(one === null ? folded(state, group.key, true, context) : state)
    case 'left':
      // As trees have it: first to the group, then that folds.
      return unasked(one === null ? folded(state, group.key, false, context) : settledFindings(chosen(state, group.key), context))
    case 'evidence': {
      const { stream, packet, frame } = (one ?? group.findings[0]!).finding
      return { state, effect: { kind: 'show-flow', stream, packet, frame } }
    }
    case 'mute': {
      const rule = one?.finding.rule ?? group.rule
      return rule === null
        ? { state, effect: { kind: 'say', text: 'Enter unfolds the client: m mutes the rule of a finding' } }
        // The row below comes to stand there.
        : { state: { ...state, selected: null }, effect: { kind: 'mute', rule } }
    }
    case 'next': case 'previous':
      return unasked(stepped(state, row, action === 'next' ? 1 : -1, context))
    case 'packets':
      return { state, effect: { kind: 'filter', text: `tcp.stream == ${(one ?? group.findings[0]!).finding.stream}` } }
    case 'copy':
      return { state, effect: { kind: 'copy', text: (one ?? group.findings[0]!).finding.message, what: 'finding' } }
    default:
      return unasked(state)
  }
}

function packetOf({ packet, frame, start, end, stream }: Finding): Effect {
  if (packet === null) return { kind: 'show-flow', stream, packet: null, frame }
  return { kind: 'show-packet', packet, ...(start === null || end === null ? {} : { start, end }) }
}

/** To the next single finding, in the order of the list; its group unfolds. */
function stepped(state: FindingsState, { group, one }: FindingRow, by: 1 | -1, context: FindingsContext): FindingsState {
  const groups = context.list.groups(state)
  const place = groups.indexOf(group)
  // A group stands before its findings.
  const at = one === null ? -1 : group.findings.indexOf(one)
  const within = group.findings[at + by]
  const other = groups[place + by]
  const target = at + by >= 0 && within !== undefined ? { group, one: within } : other === undefined ? null : { group: other, one: other.findings[by > 0 ? 0 : other.findings.length - 1]! }
  if (target === null) return state
  return onFinding(state, target.group, target.one, context)
}

/** The cursor on a finding, its group unfolded. */
function onFinding(state: FindingsState, { key }: FindingGroup, one: ListedFinding, context: Pick<FindingsContext, 'list' | 'height'>): FindingsState {
  const unfolded = state.unfolded.has(key) ? state.unfolded : new Set([...state.unfolded, key])
  return settledFindings(chosen({ ...state, unfolded }, keyOf(one)), context)
}

/** The finding that the cursor is on stays under it, its group unfolded; of a group, that of its first finding comes under it. */
function inOtherForm(state: FindingsState, row: FindingRow | null, context: FindingsContext): FindingsState {
  const turned = { ...state, form: next(FINDING_FORMS, state.form) }
  if (row === null) return settledFindings(turned, context)
  const one = row.one ?? row.group.findings[0]!
  const group = row.one === null ? undefined : context.list.groups(turned).find(({ findings }) => findings.includes(one))
  const unfolded = group === undefined ? turned.unfolded : new Set([...turned.unfolded, group.key])
  return settledFindings({ ...turned, unfolded, selected: keyOf(one) }, context)
}

function folded(state: FindingsState, key: string, open: boolean, context: FindingsContext): FindingsState {
  const unfolded = new Set(state.unfolded)
  if (open) unfolded.add(key)
  else unfolded.delete(key)
  return settledFindings({ ...state, unfolded }, context)
}

function chosen(state: FindingsState, selected: string | null): FindingsState {
  return selected === state.selected ? state : { ...state, selected, panes: { ...state.panes, detailTop: 0 } }
}

/** The state for the findings that there are now: the cursor where its row is, and that one selected. */
export function settledFindings(state: FindingsState, { list, height }: Pick<FindingsContext, 'list' | 'height'>): FindingsState {
  const rows = findingRows(state, list)
  const room = paneHeights(state.panes, height).list
  const found = state.selected === null ? -1 : rows.lineOf(state.selected)
  const viewport = found < 0 ? inBounds(state.viewport, rows.length, room) : anchored(state.viewport, found, rows.length, room)
  return { ...state, viewport, selected: rows.at(viewport.cursor)?.key ?? null }
}

/** The row that the cursor is on. */
export function selectedFinding(state: FindingsState, context: Pick<FindingsContext, 'list' | 'height'>): FindingRow | null {
  return findingRows(state, context.list).at(settledFindings(state, context).viewport.cursor)
}

/** The findings of one connection only, from the first one on; of all, where `stream` is null. */
export function findingsOfStream(state: FindingsState, stream: number | null): FindingsState {
  return stream === state.stream ? state : { ...state, stream, viewport: AT_TOP, selected: null, panes: { ...state.panes, detailTop: 0 } }
}

/**
 * The cursor on the next row that holds the text (hitFrom), a group or a finding; the group of a finding unfolds. Of the rule, the statements, the sentence and the client,
 * each is searched in the row that shows it, so that a rule's name finds its group once, and not each of its findings.
 */
export function searchFindings(state: FindingsState, text: string, step: 1 | -1, { list, height }: Pick<FindingsContext, 'list' | 'height'>): Searched<FindingsState> {
  const settled = settledFindings(state, { list, height })
  const groups = list.groups(settled)
  const all = new FindingRows(groups, new Set(groups.map(({ key }) => key)))
  const from = settled.selected === null ? -1 : all.lineOf(settled.selected)
  const hit = hitFrom({ length: all.length, textOf: (line) => searchedText(all.at(line)!) }, from, step, text)
  if (hit === null) return noHit(state, text)
  const { key, group, one } = all.at(hit)!
  return hitAt(one === null ? settledFindings(chosen(settled, key), { list, height }) : onFinding(settled, group, one, { list, height }))
}

function searchedText({ group, one }: FindingRow): string {
  const { client, findings } = group
  if (one !== null) {
    const { rule, statements, message } = one.finding
    return rowOfTexts(client === null ? [clientCellName(one.finding), message] : [rule, ...statements, message])
  }
  if (client !== null) return rowOfTexts([client, findings[findings.length - 1]!.finding.message])
  const [, section, what] = ruleCells(group)
  return rowOfTexts([group.rule!, ...findings[0]!.finding.statements, section === NO_SECTION ? '' : section, what])
}

function next<Value>(values: readonly Value[], value: Value): Value {
  return values[(values.indexOf(value) + 1) % values.length]!
}

function unasked(state: FindingsState): Outcome<FindingsState> {
  return { state, effect: null }
}
