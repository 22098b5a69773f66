/**
 * The statement matrix: for each version a table with a row for each subject and a small cell for each statement and side. A cell leads to the statement's
 * row in the list below, which says in words what it asks and how it was judged; with scripts, that row is shown beside the cell.
 */
import { counted } from '../../bytes/number-text.ts'
import { EVIDENCE_RULES, findStatement } from '../../conformance/catalogue.ts'
import { SIDES, type Side } from '../../session/side.ts'
import { REASON_TEXTS } from '../conformance/digest.ts'
import { statementAnchor } from './findings.ts'
import { html, NOTHING } from './markup.ts'
import { VERDICT_ORDER, VERDICTS } from './words.ts'
import type { Statement } from '../../conformance/catalogue.ts'
import type { VerdictName } from '../../conformance/finding.ts'
import type { Version } from '../../mqtt/version.ts'
import type { ReportObject, ReportStatement } from '../schema/report.ts'
import type { Markup } from './markup.ts'

/** A statement with the verdicts of the sides that must obey it. */
interface Judged {
  readonly id: string
  readonly statement: Statement | undefined
  readonly sides: Readonly<Partial<Record<Side, ReportStatement>>>
}

export function matrixSection({ statements }: ReportObject): Markup {
  const versions = [...new Set(statements.map(({ version }) => version))]
  if (versions.length === 0) return html`<section id="statements"><h2>Statements</h2><p>The capture has no MQTT connection of a known version, so no statement was judged.</p></section>`
  return html`<section id="statements"><h2>Statements</h2>
<p>Every numbered statement of the standard, for each side that must obey it.<span class="js"> Choose a cell to see what it asks; arrow keys go from cell to cell.</span></p>
${legend(statements)}${controls(versions)}
${versions.map((version) => versionView(version, judged(statements.filter((one) => one.version === version))))}
<div class="about js" id="about" aria-live="polite" hidden></div></section>`
}

function judged(statements: readonly ReportStatement[]): Judged[] {
  const byId = new Map<string, Partial<Record<Side, ReportStatement>>>()
  for (const one of statements) {
    const sides = byId.get(one.id)
    if (sides === undefined) byId.set(one.id, { [one.side]: one })
    else sides[one.side] = one
  }
  return [...byId].map(([id, sides]) => ({ id, sides, statement: findStatement((sides.client ?? sides.server)!.version, id) }))
}

/** With scripts, what the legend names can be left out. */
function legend(statements: readonly ReportStatement[]): Markup {
  return html`<ul class="key" aria-label="Legend">${VERDICT_ORDER.map((verdict) => {
    const { word, meaning } = VERDICTS[verdict]
    const count = statements.filter((one) => one.verdict === verdict).length
    return html`<li><label><input class="js" type="checkbox" data-verdict="${verdict}" checked>${mark(verdict)} <span>${count} ${word}<span class="soft">: ${meaning}</span></span></label></li>`
  })}</ul>`
}

function mark(verdict: VerdictName): Markup {
  return html`<span class="cell ${verdict}" aria-hidden="true">${VERDICTS[verdict].mark}</span>`
}

function controls(versions: readonly Version[]): Markup {
  return html`<div class="js flex controls" role="group" aria-label="Filter statements">
${versions.length < 2 ? NOTHING : html`<label>Version <select id="of-version"><option value="">all</option>${versions.map((version) => html`<option>${version}</option>`)}</select></label>`}
<label>Side <select id="of-side"><option value="">both</option>${SIDES.map((side) => html`<option>${side}</option>`)}</select></label>
<input type="search" id="find-statement" placeholder="id, section or words" aria-label="Find statements by id, section or words">
<output id="found" class="soft"></output></div>`
}

function versionView(version: Version, statements: readonly Judged[]): Markup {
  const subjects = new Map<string, Judged[]>()
  for (const one of statements) {
    const subject = one.statement?.packet ?? 'Other'
    const list = subjects.get(subject)
    if (list === undefined) subjects.set(subject, [one])
    else list.push(one)
  }
  return html`<div data-version="${version}"><h3>MQTT ${version}</h3>
<table class="matrix"><caption class="hidden">Verdicts on the statements of MQTT ${version}, by subject and side</caption>
<thead><tr><th scope="col">Subject</th>${SIDES.map((side) => html`<th scope="col">${sideWord(side)}</th>`)}</tr></thead>
<tbody>${[...subjects].map(([subject, list]) => html`<tr><th scope="row">${subject}</th>${SIDES.map((side) => cellsView(version, side, list))}</tr>
`)}</tbody></table>
<details class="more"><summary>All ${statements.length} statements of MQTT ${version} in words</summary>
<table class="statements stack"><thead><tr><th scope="col">Statement</th><th scope="col">What it asks</th>${SIDES.map((side) => html`<th scope="col">${sideWord(side)}</th>`)}</tr></thead>
<tbody>${statements.map((one) => statementRow(version, one))}</tbody></table></details></div>`
}

function cellsView(version: Version, side: Side, list: readonly Judged[]): Markup {
  const cells = list.flatMap(({ id, sides }) => {
    const one = sides[side]
    if (one === undefined) return []
    const { mark: sign, word } = VERDICTS[one.verdict]
    return html`<a class="cell ${one.verdict}" href="#${statementAnchor(version, id)}" data-side="${side}" data-verdict="${one.verdict}" title="${id}: ${word}" aria-label="${id}, ${side}: ${word}">${sign}</a>`
  })
  return html`<td data-label="${sideWord(side)}">${cells.length === 0 ? NOTHING : html`<div class="cells">${cells}</div>`}</td>`
}

function statementRow(version: Version, { id, statement, sides }: Judged): Markup {
  const section = statement?.section ?? null
  return html`<tr id="${statementAnchor(version, id)}"><th scope="row"><span class="nowrap">${id}</span>${section === null ? NOTHING : html`<br><span class="soft">&sect;${section}</span>`}</th>
<td class="wide" data-label="">${statement?.statement ?? ''}${statement === undefined ? NOTHING : html`<div class="soft how">${howJudged(statement)}</div>`}</td>
${SIDES.map((side) => html`<td data-label="${sideWord(side)}">${sides[side] === undefined ? html`<span class="soft">need not</span>` : verdictView(sides[side])}</td>`)}</tr>
`
}

/** The catalogue names what a judgement needs in brackets (EVIDENCE_RULES); its reader knows the names, that of the page does not. */
const NAMED_RULES = new RegExp(` ?\\[(?:${Object.keys(EVIDENCE_RULES).join('|')})\\]`, 'g')

function howJudged({ observable, how }: Statement): string {
  const text = how.replace(NAMED_RULES, '')
  return observable === 'no' ? `No capture can tell. ${text}` : text
}

function verdictView({ verdict, checked, violated, notJudged, reasons }: ReportStatement): Markup {
  const counts = [
    checked > 0 ? `${counted(checked, 'case')} judged` : '', violated > 0 ? `${counted(violated, 'violation')}` : '', notJudged > 0 ? `${counted(notJudged, 'case')} not judged` : '',
  ].filter((text) => text !== '')
  return html`<span><span class="nowrap">${mark(verdict)} ${VERDICTS[verdict].word}</span>${counts.length === 0 ? NOTHING : html`<br>${counts.join(', ')}`}${reasons.map(({ reason, count }) => html`<br><span class="soft">${count}&times; ${REASON_TEXTS[reason]}</span>`)}</span>`
}

function sideWord(side: Side): string {
  return side === 'client' ? 'Client' : 'Server'
}
