/**
 * The lines of the Findings view.
 *
 * ```
 *   SEV STATEMENT            SECTION        COUNT CLIENTS WHAT
 * > ! ▸ publish.resent       5.0 4.4            1       1 PUBLISH re-sent inside the same connection
 *   ~ ▾ exchange.slow        -                  6       2 acknowledgement slower than 1 s
 *         4188  12.514990  plc-7  PUBLISH #17 …
 * ```
 *
 * Where it is narrow, SECTION leaves first, then CLIENTS. The others stay.
 */
import { shortened } from '../../bytes/number-text.ts'
import { SEVERITY_MARK, severityColour } from '../../report/colour.ts'
import { detailOnScreen, dividerLine, inGlyphs, paneHeights, rightCell } from '../parts/list-detail.ts'
import { cell, fitted } from '../../report/fit.ts'
import { CURSOR_WIDTH, listRow } from '../parts/row.ts'
import { clientCellName, ruleCells } from '../model/finding-names.ts'
import { findingDetail, notJudgedText, type FindingDetailOptions } from './findings-detail.ts'
import { findingRows, settledFindings, type FindingRow, type FindingsState } from './findings-state.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { FindingGroup, FindingList } from '../model/finding-list.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { ViewProps } from '../view.ts'

export interface FindingsProps extends ViewProps, Pick<FindingDetailOptions, 'describeFrame' | 'notJudged'> {
  readonly state: FindingsState
  readonly list: FindingList
  /** Statements that were judged so far, for a list without findings; null while that is not known. */
  readonly judged: number | null
}

/** `! ▸ `. */
const MARK_WIDTH = 4
const STATEMENT_WIDTH = 20
const WIDEST_STATEMENT = 34
const SECTION_WIDTH = 14
const COUNT_WIDTH = 5
const CLIENTS_WIDTH = 7
/** Less of the last column says too little. */
const LEAST_WHAT = 20

interface Columns {
  readonly statement: number
  readonly section: boolean
  readonly spread: boolean
  readonly what: number
}

function columnsFor(width: number): Columns {
  const rest = width - CURSOR_WIDTH - MARK_WIDTH - STATEMENT_WIDTH - 1 - COUNT_WIDTH - 1
  const section = rest - (SECTION_WIDTH + 1) - (CLIENTS_WIDTH + 1) >= LEAST_WHAT
  const spread = rest - (CLIENTS_WIDTH + 1) >= LEAST_WHAT
  const room = Math.max(0, rest - (section ? SECTION_WIDTH + 1 : 0) - (spread ? CLIENTS_WIDTH + 1 : 0))
  const more = Math.max(0, Math.min(WIDEST_STATEMENT - STATEMENT_WIDTH, Math.floor((room - 40) / 2)))
  return { statement: STATEMENT_WIDTH + more, section, spread, what: room - more }
}

export function findingsLines({ state, list, describeFrame, notJudged, judged, width, height, theme, timeText }: FindingsProps): string[] {
  const settled = settledFindings(state, { list, height })
  const { viewport, panes, form } = settled
  const rows = findingRows(settled, list)
  const room = paneHeights(panes, height)
  const { palette, glyphs } = theme
  const columns = columnsFor(width)
  const lines: string[] = []
  if (room.list > 0) {
    lines.push(`${palette.bold}${fitted(`  ${rowText('SEV ', [form === 'rule' ? 'STATEMENT' : 'CLIENT', form === 'rule' ? 'SECTION' : '', 'COUNT', form === 'rule' ? 'CLIENTS' : 'RULES', 'WHAT'], columns)}`, width)}${palette.reset}`)
    for (let at = viewport.top; at < Math.min(rows.length, viewport.top + room.list); at++) {
      const row = rows.at(at)!
      const selected = at === viewport.cursor
      const text = inGlyphs(row.one === null
        ? groupText(row.group, settled.unfolded.has(row.group.key) ? glyphs.unfolded : glyphs.folded, columns)
        : fitted(oneText(row.one.finding, form === 'client', timeText), width - CURSOR_WIDTH), theme)
      const severity = row.one?.finding.severity ?? row.group.severity
      lines.push(selected ? listRow(text, true, width, theme) : listRow(coloured(text, row, severity, theme.palette), false, width, theme))
    }
    if (rows.length === 0) lines.push(...emptyText(settled, list, judged, notJudged).slice(0, room.list).map((line) => inGlyphs(fitted(`  ${line}`, width), theme)))
    while (lines.length < 1 + room.list) lines.push('')
  }
  lines.push(inGlyphs(dividerLine(statusWords(settled, list), rows.length === 0 ? 'no rows' : `row ${viewport.cursor + 1} of ${rows.length}`, width, theme), theme))
  const detail = findingDetail(rows.at(viewport.cursor), { width, timeText, describeFrame, notJudged: rows.length === 0 ? null : notJudged })
  for (const line of detailOnScreen(detail, panes, room.detail)) lines.push(inGlyphs(line, theme))
  return lines.slice(0, height)
}

/** The mark alone: what is coloured is still read without it. */
function coloured(text: string, { one }: FindingRow, severity: Severity, palette: ViewProps['theme']['palette']): string {
  const at = one === null ? 0 : MARK_WIDTH
  return `${text.slice(0, at)}${severityColour(palette, severity)}${text.slice(at, at + 1)}${palette.reset}${text.slice(at + 1)}`
}

type Cells = readonly [statement: string, section: string, count: string, spread: string, what: string]

function rowText(mark: string, [statement, section, count, spread, what]: Cells, columns: Columns): string {
  return mark + [
    cell(statement, columns.statement),
    ...(columns.section ? [cell(section, SECTION_WIDTH)] : []),
    rightCell(count, COUNT_WIDTH),
    ...(columns.spread ? [rightCell(spread, CLIENTS_WIDTH)] : []),
    fitted(what, columns.what),
  ].join(' ')
}

function groupText(group: FindingGroup, fold: string, columns: Columns): string {
  const { severity, count, spread, client, findings } = group
  const cells = client === null ? ruleCells(group) : [client, '', findings[findings.length - 1]!.finding.message] as const
  return rowText(`${SEVERITY_MARK[severity]} ${fold} `, [cells[0], cells[1], shortened(count), shortened(spread), cells[2]], columns)
}

/** Behind the place of the marks of groups, so that those stand out. */
function oneText(finding: Finding, withRule: boolean, timeText: ViewProps['timeText']): string {
  const { severity, packet, frame, time, certainty, waived, rule, message } = finding
  const words = [...(certainty === 'certain' ? [] : [certainty]), ...(waived === null ? [] : ['waived'])]
  const parts = [packet === null ? `frame ${frame}` : String(packet), timeText(time, NaN), withRule ? rule : clientCellName(finding), ...words, message]
  return `${' '.repeat(MARK_WIDTH)}${SEVERITY_MARK[severity]} ${parts.join('  ')}`
}

const SORT_WORDS = { severity: 'SEV', count: 'COUNT', time: 'first time' } as const
const LEAST_WORDS: Readonly<Record<Severity, string>> = { note: 'all severities', warning: 'errors and warnings', error: 'errors only' }

function statusWords({ panes, stream, sort, form, least }: FindingsState, list: FindingList): string[] {
  const muted = list.mutedRules
  return [
    ...(panes.focus === 'detail' ? ['[keys: detail]'] : []),
    ...(stream === null ? [] : [`stream ${stream} only`]),
    ...(muted === 0 ? [] : [`${muted} ${muted === 1 ? 'rule' : 'rules'} muted`]),
    `by ${form}`,
    `sorted by ${SORT_WORDS[sort]}`,
    LEAST_WORDS[least],
  ]
}

function emptyText({ stream, least }: FindingsState, list: FindingList, judged: number | null, notJudged: FindingsProps['notJudged']): string[] {
  const where = stream === null ? '' : ` of stream ${stream}`
  const hidden = list.size > 0
  const shown = [...(list.filtered ? ['filtered'] : []), LEAST_WORDS[least], ...(list.mutedRules > 0 ? [`${list.mutedRules} muted`] : [])]
  return [
    hidden ? `No findings${where} among those that are shown (${shown.join(', ')})` : `No findings${where}`,
    ...(judged === null ? [] : [`${shortened(judged)} ${judged === 1 ? 'statement was' : 'statements were'} judged`]),
    ...(notJudged === null ? [] : [notJudgedText(notJudged)]),
  ]
}
