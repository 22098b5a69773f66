/** The top of the page: the verdict, and what was captured and how good it is. */
import { counted, grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { qualityTexts } from '../conformance/capture-quality.ts'
import { TIMESTAMPS_TEXT } from '../conformance/report-times.ts'
import { lengthText } from '../ladder/words.ts'
import { wireText } from '../wire-text.ts'
import { html, NOTHING } from './markup.ts'
import { howMany, SEVERITY_ORDER, SEVERITY_SIGN } from './words.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { ReportObject } from '../schema/report.ts'
import type { Markup } from './markup.ts'

export const VERDICT_WORDS: Readonly<Record<ReportObject['summary']['verdict'], string>> = { pass: 'Pass', fail: 'Fail', 'not-judged': 'Not judged' }

export function overview(report: ReportObject, times: ReportTimes): Markup {
  const { summary } = report
  return html`<section id="overview"><div class="verdict ${summary.verdict}"><strong>${VERDICT_WORDS[summary.verdict]}</strong>${countsView(report)}</div>
<dl class="facts">${facts(report, times).map(({ name, lines }) => html`<div><dt>${name}</dt>${lines.map((line) => html`<dd>${line}</dd>`)}</div>`)}</dl>
${quality(report)}${comparison(report)}</section>`
}

function countsView({ summary: { counted: counts, waived, unsure }, statements }: ReportObject): Markup {
  const broken = new Set(statements.filter(({ verdict }) => verdict === 'fail').map(({ version, id }) => `${version} ${id}`)).size
  const more = [
    broken === 0 ? '' : `${counted(broken, 'statement')} broken`, unsure === 0 ? '' : `${counted(unsure, 'finding')} unsure, not counted`, waived === 0 ? '' : `${grouped(waived)} waived`,
  ]
  return html`<span class="counts">${SEVERITY_ORDER.map((severity) => html`<span>${counts[severity] === 0 ? NOTHING : html`<span class="sign ${severity}" aria-hidden="true">${SEVERITY_SIGN[severity]}</span> `}${howMany(counts[severity], severity)}</span>`)}${more.filter((text) => text !== '').map((text) => html`<span class="soft">${text}</span>`)}</span>`
}

interface Fact {
  readonly name: string
  readonly lines: readonly string[]
}

function facts({ capture, summary }: ReportObject, times: ReportTimes): Fact[] {
  const { files, linkTypes, frames, frameBytes, streams, mqttStreams, timestamps } = capture
  return [
    { name: files.length === 1 ? 'File' : 'Files', lines: fileLines(files) },
    {
      name: 'Time, UTC',
      lines: times.first === null ? ['the frames have no times'] : [`${toSecond(times, capture.first)} to`, toSecond(times, capture.last), `${lengthText(times.length)}, ${TIMESTAMPS_TEXT[timestamps]}`],
    },
    { name: 'Captured', lines: [counted(frames, 'frame'), counted(frameBytes, 'byte'), linkTypes.map((type) => printable(type)).join(', ')] },
    { name: 'Connections', lines: [`${grouped(mqttStreams)} with MQTT, of ${counted(streams, 'TCP connection')}`, counted(summary.clients, 'client')] },
    {
      name: 'MQTT',
      lines: [`${counted(summary.packets, 'packet')} in ${counted(summary.exchanges, 'exchange')}`, summary.malformedPackets === 0 ? 'none malformed' : `${grouped(summary.malformedPackets)} malformed`],
    },
  ]
}

/** The timeline has the rest of it. */
function toSecond(times: ReportTimes, time: string | null): string {
  return times.date(time).replace(/\.\d+$/, '')
}

/** A rotated capture may have very many. */
const MOST_FILES = 8

function fileLines(files: ReportObject['capture']['files']): string[] {
  const lines = files.slice(0, MOST_FILES).map(({ name, format }) => `${printable(name)}${format === null ? '' : ` (${format})`}`)
  return files.length > MOST_FILES ? [...lines, `and ${grouped(files.length - MOST_FILES)} more`] : lines
}

/** What the capture lacks, and what is wrong with the files. */
function quality(report: ReportObject): Markup {
  const { droppedFrames, retransmissions } = report.capture
  const texts = qualityTexts(report)
  const remarks = [
    texts.length === 0 ? 'nothing is missing' : '', droppedFrames === null ? 'the capture does not tell whether frames were dropped' : '',
    retransmissions === 0 ? '' : counted(retransmissions, 'TCP retransmission'),
  ]
  return html`<dl class="facts"><div class="full"><dt>Quality of the capture</dt>${[...texts, ...remarks].filter((text) => text !== '').map((text) => html`<dd>${text}</dd>`)}</div></dl>`
}

/** With an earlier report. */
function comparison({ comparison: compared }: ReportObject): Markup {
  if (compared === null) return NOTHING
  const { new: fresh, fixed, unchanged } = compared
  return html`<h2 class="minor">Since the earlier report</h2><p>${counted(fresh.length, 'new finding')}, ${grouped(fixed.length)} fixed, ${grouped(unchanged)} unchanged.</p>
${changes('New', fresh)}${changes('Fixed', fixed)}`
}

function changes(name: string, list: NonNullable<ReportObject['comparison']>['new']): Markup {
  if (list.length === 0) return NOTHING
  return html`<table class="stack"><thead><tr><th scope="col">${name}</th><th scope="col">By</th><th scope="col">Client</th><th scope="col" class="n">Before</th><th scope="col" class="n">Now</th><th scope="col">Remark</th></tr></thead><tbody>${list.map(({ rule, severity, statements, version, actor, clientId, before, now, exercised }) => html`<tr><th scope="row"><span class="sign ${severity}" role="img" aria-label="${severity}">${SEVERITY_SIGN[severity]}</span> <code>${printable(rule)}</code> <span class="soft">${statements.map((id) => printable(id)).join(', ')}${version === null ? '' : ` MQTT ${version}`}</span></th><td data-label="By">${actor}</td><td data-label="Client">${clientId === null ? 'not known' : wireText(clientId)}</td><td class="n" data-label="Before">${grouped(before)}</td><td class="n" data-label="Now">${grouped(now)}</td><td data-label="Remark">${exercised === false ? 'not exercised this time' : ''}</td></tr>`)}</tbody></table>`
}
