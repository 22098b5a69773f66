/** The findings, a section for each rule: what it asks, then each finding with the packets of its exchange and its bytes. */
import { counted, grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { findStatement } from '../../conformance/catalogue.ts'
import { ClientNames } from '../conformance/digest.ts'
import { hexView } from './hex-view.ts'
import { ladderView } from './ladder-view.ts'
import { html, NOTHING } from './markup.ts'
import { SEVERITY_ORDER, SEVERITY_SIGN } from './words.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { Version } from '../../mqtt/version.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { ReportFinding, ReportObject } from '../schema/report.ts'
import type { FindingDetail, ReportDetails } from './details.ts'
import type { Markup } from './markup.ts'

interface Shown {
  readonly finding: ReportFinding
  readonly detail: FindingDetail | null
}

interface RuleGroup {
  readonly rule: string
  /** The worst that is not waived, else the worst. */
  readonly severity: Severity
  readonly shown: readonly Shown[]
  readonly leftOut: number
}

export function findingsSection(report: ReportObject, details: ReportDetails, times: ReportTimes): Markup {
  const groups = groupsOf(report, details)
  const clients = new ClientNames(report)
  return html`<section id="findings"><h2>Findings</h2>
${groups.length === 0 ? html`<p>None: nothing in this capture breaks a rule that mqtap knows.</p>` : html`${controls()}${groups.map((group) => groupView(group, clients, times))}
<p class="js soft" id="no-finding" hidden>No finding matches.</p>`}</section>`
}

function groupsOf({ findings, findingsLeftOut }: ReportObject, details: ReportDetails): RuleGroup[] {
  const byRule = new Map<string, Shown[]>()
  findings.forEach((finding, index) => {
    const shown = { finding, detail: details.findings[index] ?? null }
    const list = byRule.get(finding.rule)
    if (list === undefined) byRule.set(finding.rule, [shown])
    else list.push(shown)
  })
  const groups = [...byRule].map(([rule, shown]) => {
    const counting = shown.filter(({ finding }) => finding.waived === null)
    const severities = (counting.length > 0 ? counting : shown).map(({ finding }) => finding.severity)
    const severity = SEVERITY_ORDER.find((one) => severities.includes(one)) ?? 'note'
    return { rule, severity, shown, leftOut: findingsLeftOut.find((left) => left.rule === rule)?.count ?? 0 }
  })
  const order = ({ severity, shown }: RuleGroup) => SEVERITY_ORDER.indexOf(severity) + (shown.every(({ finding }) => finding.waived !== null) ? SEVERITY_ORDER.length : 0)
  return groups.sort((one, other) => order(one) - order(other))
}

function controls(): Markup {
  return html`<div class="js flex controls" role="group" aria-label="Filter findings">
${SEVERITY_ORDER.map((severity) => html`<label><input type="checkbox" data-severity="${severity}" checked> ${severity}s</label>`)}
<label><input type="checkbox" id="show-waived" checked> waived</label>
<input type="search" id="find-finding" placeholder="rule, statement, client, words" aria-label="Find findings by rule, statement, client or words">
<button type="button" id="unfold">Unfold all</button>
</div>`
}

function groupView({ rule, severity, shown, leftOut }: RuleGroup, clients: ClientNames, times: ReportTimes): Markup {
  const waived = shown.filter(({ finding }) => finding.waived !== null).length
  const count = counted(shown.length + leftOut, 'finding')
  return html`<section class="rule"><header><h3>${sign(severity)} <code>${rule}</code> <span class="soft">${count}${waived === 0 ? '' : `, ${waived === shown.length ? 'all' : grouped(waived)} waived`}</span></h3>
${asks(shown)}</header>
${shown.map((one, index) => findingView(one, index === 0, clients.of(one.finding), times))}
${leftOut === 0 ? NOTHING : html`<p class="soft">${counted(leftOut, 'more finding')} of this rule ${leftOut === 1 ? 'is' : 'are'} counted, but not listed.</p>`}</section>`
}

function sign(severity: Severity): Markup {
  return html`<span class="sign ${severity}" role="img" aria-label="${severity}">${SEVERITY_SIGN[severity]}</span>`
}

/** The statements that the findings of a rule break, in our words. */
function asks(shown: readonly Shown[]): Markup {
  const lines = new Map<string, Markup>()
  for (const { finding: { version, statements } } of shown) {
    for (const id of statements) if (version !== null && !lines.has(`${version} ${id}`)) lines.set(`${version} ${id}`, statementLine(version, id))
  }
  return lines.size === 0 ? NOTHING : html`<ul class="asks">${[...lines.values()]}</ul>`
}

function statementLine(version: Version, id: string): Markup {
  const statement = findStatement(version, id)
  const section = statement?.section ?? null
  return html`<li><a class="nowrap" href="#${statementAnchor(version, id)}">${id}</a> <span class="soft nowrap">MQTT ${version}${section === null ? NOTHING : html` &sect;${section}`}</span> ${statement?.statement ?? ''}</li>`
}

export function statementAnchor(version: string, id: string): string {
  return `s-${version}-${id}`
}

function findingView({ finding, detail }: Shown, open: boolean, client: string, times: ReportTimes): Markup {
  const { severity, waived, message } = finding
  return html`<details class="finding" data-severity="${severity}"${waived === null ? NOTHING : html` data-waived`}${open ? html` open` : NOTHING}>
<summary><span><span class="says${waived === null ? '' : ' off'}">${message}</span>${where(finding, client, times)}</span></summary>
<div class="shown">${waived === null ? NOTHING : html`<p><span class="tag">waived</span> ${printable(waived.reason)}${waived.until === null ? '' : ` (until ${printable(waived.until)})`}</p>`}
${shownView(finding, detail, times)}<p class="soft">${evidenceText(finding)}</p></div></details>
`
}

function where(finding: ReportFinding, client: string, times: ReportTimes): Markup {
  const { severity, certainty, actor, stream, packet, frame, waived } = finding
  const time = times.since(finding.time)
  return html`<span class="where"><span><b class="${waived === null ? severity : ''}">${severity}</b>, ${certainty}</span>${waived === null ? NOTHING : html`<span class="tag">waived</span>`}<span>by the <b>${actor}</b></span><span>client <b>${client}</b></span><span>stream <b>${stream}</b></span>${packet === null ? NOTHING : html`<span>packet <b>${packet}</b></span>`}<span>frame <b>${frame}</b></span>${Number.isNaN(time) ? NOTHING : html`<span>at <b>${times.relativeOf(time)} s</b></span>`}</span>`
}

function shownView({ packet, start, end }: ReportFinding, detail: FindingDetail | null, times: ReportTimes): Markup {
  if (detail === null) return html`<p class="soft">Neither bytes nor packets were kept: too many findings.</p>`
  const range = start === null || end === null ? null : { start, end }
  return html`${detail.ladder.length === 0 ? NOTHING : ladderView(detail, times)}${detail.packet === null ? NOTHING : hexView(detail.packet, packet === null ? 'The packet' : `Packet ${packet}`, range)}`
}

/** A long list says no more than its ends. */
const MOST_FRAMES = 12

function evidenceText({ evidence, frame }: ReportFinding): string {
  if (evidence.length <= 1) return `Shown by frame ${evidence[0] ?? frame}.`
  const listed = evidence.slice(0, MOST_FRAMES).join(', ')
  return `Shown by frames ${listed}${evidence.length > MOST_FRAMES ? ` and ${counted(evidence.length - MOST_FRAMES, 'more frame')}` : ''}.`
}
