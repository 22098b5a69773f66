/** How much of the standard the capture exercised, what could not be judged and why, and which packets there were. */
import { counted, grouped } from '../../bytes/number-text.ts'
import { coverage, exercisedPercent, REASON_TEXTS, unjudged } from '../conformance/digest.ts'
import { percent } from './axis.ts'
import { html, NOTHING } from './markup.ts'
import { VERDICT_ORDER, VERDICTS } from './words.ts'
import type { VerdictName } from '../../conformance/finding.ts'
import type { Coverage } from '../conformance/digest.ts'
import type { ReportObject } from '../schema/report.ts'
import type { Markup } from './markup.ts'

export function coverageSection(report: ReportObject): Markup {
  const rows = coverage(report)
  return html`<section id="coverage"><h2>Coverage</h2>
${rows.length === 0 ? NOTHING : html`<p>How much of each standard this capture exercised: statements by verdict.</p>
<table class="stack"><thead><tr><th scope="col">Standard</th><th scope="col">Exercised</th><th scope="col"><span class="hidden">Picture</span></th>${VERDICT_ORDER.map((verdict) => html`<th scope="col" class="n">${capital(VERDICTS[verdict].word)}</th>`)}</tr></thead>
<tbody>${rows.map(coverageRow)}</tbody></table>`}
<div class="wide-two"><div><h3>Not judged, and why</h3>${notJudged(report)}</div><div><h3>Packets</h3>${packets(report)}</div></div></section>`
}

function coverageRow(row: Coverage): Markup {
  const { version, side, verdicts, all } = row
  const exercised = verdicts.pass + verdicts.fail
  return html`<tr><th scope="row" class="nowrap">MQTT ${version}, ${side}</th><td data-label="Exercised"><span class="nowrap">${exercised} of ${all - verdicts.unobservable} (${exercisedPercent(row)} %)</span></td><td class="wide" data-label="">${stackedBar(row)}</td>${VERDICT_ORDER.map((verdict) => html`<td class="n" data-label="${capital(VERDICTS[verdict].word)}">${verdicts[verdict]}</td>`)}</tr>
`
}

const BAR_ORDER: readonly VerdictName[] = ['fail', 'pass', 'not-judged']

function stackedBar({ verdicts, all }: Coverage): Markup {
  let at = 0
  const parts = BAR_ORDER.map((verdict) => {
    const width = (verdicts[verdict] / all) * 100
    const part = width === 0 ? NOTHING : html`<rect class="v-${verdict}" x="${percent(at)}" y="4" width="${percent(width)}" height="12"/>`
    at += width
    return part
  })
  return html`<svg class="share" height="20" aria-hidden="true"><rect class="v-rest" y="4" width="100%" height="12"/>${parts}</svg>`
}

function notJudged(report: ReportObject): Markup {
  const rows = unjudged(report)
  if (rows.length === 0) return html`<p>Everything that came up could be judged.</p>`
  return html`<table><thead><tr><th scope="col">Why</th><th scope="col" class="n">Cases</th><th scope="col" class="n">Statements</th></tr></thead>
<tbody>${rows.map(({ reason, cases, statements }) => html`<tr><td>${REASON_TEXTS[reason]}</td><td class="n">${grouped(cases)}</td><td class="n">${grouped(statements)}</td></tr>`)}</tbody></table>`
}

function packets({ packetTypes }: ReportObject): Markup {
  const there = Object.entries(packetTypes).filter(([, count]) => count > 0)
  if (there.length === 0) return html`<p>No MQTT packet was seen.</p>`
  const most = Math.max(...there.map(([, count]) => count))
  const all = there.reduce((sum, [, count]) => sum + count, 0)
  return html`<table><caption>${counted(all, 'packet')}</caption><thead class="hidden"><tr><th scope="col">Type</th><th scope="col">Picture</th><th scope="col">Count</th></tr></thead><tbody>${there.map(([type, count]) => html`<tr><th scope="row">${type}</th><td class="picture"><svg height="18" aria-hidden="true"><rect class="series" y="4" width="${percent((count / most) * 100)}" height="10"/></svg></td><td class="n">${grouped(count)}</td></tr>`)}</tbody></table>`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
