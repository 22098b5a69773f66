/** What went by when: packets per interval, the findings, and each connection as a bar from its first frame to its end. */
import { counted, grouped, rateText } from '../../bytes/number-text.ts'
import { lengthText } from '../ladder/words.ts'
import { countAxis, percent, roundText, tickLines, tickTexts, timeAxis } from './axis.ts'
import { connectionName } from './connections.ts'
import { html, NOTHING } from './markup.ts'
import { ENDED, ENDED_BY_REASON, SEVERITY_ORDER } from './words.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { ReportConnection, ReportObject } from '../schema/report.ts'
import type { Axis } from './axis.ts'
import type { RateDetails, ReportDetails } from './details.ts'
import type { Markup } from './markup.ts'
import type { Ended } from './words.ts'

/** More bars are no picture any more; the table has them. */
const MOST_BARS = 40
const RATE_HEIGHT = 130
const BAR_HEIGHT = 22
/** Two findings nearer to one another than this look like one. Percent. */
const APART = 0.2
/** Of a bar that would not be seen else. Percent. */
const SHORTEST_BAR = 0.3

export function timelineSection(report: ReportObject, { rate }: ReportDetails, times: ReportTimes): Markup {
  if (times.first === null) return html`<section id="timeline"><h2>Timeline</h2><p>The frames of this capture have no times.</p></section>`
  const axis = timeAxis(times)
  const { connections } = report
  const bars = [...connections.slice(0, MOST_BARS)].sort((one, other) => times.since(one.opened) - times.since(other.opened))
  const all = connections.length + report.connectionsLeftOut
  return html`<section id="timeline"><h2>Timeline</h2>
<p class="soft">${times.date(report.capture.first)} to ${times.date(report.capture.last)} UTC, ${lengthText(times.length)}.</p>
<ul class="chart">${rate === null ? NOTHING : rateView(rate, axis)}${findingMarks(report, axis, times)}
${bars.map((connection) => barView(connection, axis, times))}
${axisView(axis)}</ul>
${endedLegend(bars)}${all > bars.length ? html`<p class="soft">${bars.length} of ${grouped(all)} connections, those with findings first.</p>` : NOTHING}</section>`
}

function rateView({ start, intervalMs, columns }: RateDetails, axis: Axis): Markup {
  const interval = intervalMs * 1e6
  const most = columns.reduce((one, other) => Math.max(one, other), 0)
  const counts = countAxis(most)
  const perSecond = rateText((most * 1e9) / interval)
  const bars = columns.map((count, index) => {
    const from = axis.at(start + index * interval)
    const to = axis.at(start + (index + 1) * interval)
    return count === 0 ? NOTHING : html`<rect x="${percent(from)}" width="${percent(Math.max(to - from - 0.12, 0.12))}" y="${percent(100 - counts.at(count))}" height="${percent(counts.at(count))}"/>`
  })
  const lines = counts.ticks.map(({ at, text }) => html`<line class="${at === 0 ? 'axis' : 'grid'}" x1="0" x2="100%" y1="${percent(100 - at)}" y2="${percent(100 - at)}"/>${at === 0 ? NOTHING : html`<text x="0" y="${percent(100 - at)}" dy="-3">${text}</text>`}`)
  return html`<li class="name">Packets in ${roundText(interval)}<br><span class="soft">at most ${grouped(most)} (${perSecond}/s)</span></li>
<li><svg height="${RATE_HEIGHT + 16}" role="img" aria-label="Packets in each ${roundText(interval)}: at most ${grouped(most)}"><svg y="16" height="${RATE_HEIGHT}">${tickLines(axis)}${lines}<g class="series">${bars}</g></svg></svg></li>`
}

/** A row for each severity that there is. */
function findingMarks({ findings }: ReportObject, axis: Axis, times: ReportTimes): readonly Markup[] {
  return SEVERITY_ORDER.map((severity) => {
    const moments = findings.filter((finding) => finding.severity === severity && finding.waived === null).map(({ time }) => axis.at(times.since(time)))
    const places = [...new Set(moments.filter((at) => !Number.isNaN(at)).map((at) => Math.round(at / APART) * APART))]
    if (places.length === 0) return NOTHING
    return html`<li class="name">${severity}s</li><li><svg height="${BAR_HEIGHT}" role="img" aria-label="${counted(moments.length, severity)} in time">${tickLines(axis)}<g class="${severity}s">${places.map((at) => html`<circle cx="${percent(at)}" cy="50%" r="4"/>`)}</g></svg></li>`
  })
}

function barView(connection: ReportConnection, axis: Axis, times: ReportTimes): Markup {
  const opened = times.since(connection.opened)
  if (Number.isNaN(opened)) return NOTHING
  const closed = times.since(connection.closed)
  const from = axis.at(opened)
  const to = axis.at(Number.isNaN(closed) ? times.length : closed)
  const ended = endedHow(connection)
  return html`<li class="name"><span class="cut">${connectionName(connection)}</span> <span class="soft">${connection.closeReason}</span></li>
<li><svg height="${BAR_HEIGHT}" role="img" aria-label="${connectionName(connection)}: from ${times.relativeOf(opened)} s, ${ENDED[ended]}">${tickLines(axis)}<rect class="${ended}" x="${percent(from)}" y="7" width="${percent(Math.max(to - from, SHORTEST_BAR))}" height="8"/></svg></li>`
}

function endedHow({ closeReason }: ReportConnection): Ended {
  return ENDED_BY_REASON[closeReason]
}

function axisView(axis: Axis): Markup {
  return html`<li class="name blank"></li><li aria-hidden="true"><svg height="18">${tickTexts(axis, 14)}</svg></li>`
}

function endedLegend(connections: readonly ReportConnection[]): Markup {
  const there = new Set(connections.map(endedHow))
  return html`<ul class="key" aria-label="How connections ended">${(Object.keys(ENDED) as Ended[]).filter((ended) => there.has(ended)).map((ended) => html`<li><svg class="swatch" aria-hidden="true"><rect class="${ended}" width="100%" height="100%"/></svg>${ENDED[ended]}</li>`)}</ul>`
}
