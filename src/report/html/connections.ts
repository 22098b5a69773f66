/** The table of connections: who, how long, and why it ended. */
import { grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { lengthText } from '../ladder/words.ts'
import { wireText } from '../wire-text.ts'
import { html, NOTHING } from './markup.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { ReportConnection, ReportObject } from '../schema/report.ts'
import type { Markup } from './markup.ts'

/** A page with more is slow to open; `-f json` has them. */
const MOST_CONNECTIONS = 1_000
const LONGEST_NAME = 40

/** By its client identifier, or its address while that is not known or empty. */
export function connectionName({ clientId, client }: ReportConnection): string {
  if (clientId === null || clientId === '') return client
  return printable(wireText(clientId), LONGEST_NAME)
}

export function connectionsSection({ connections, connectionsLeftOut }: ReportObject, times: ReportTimes): Markup {
  const shown = connections.slice(0, MOST_CONNECTIONS)
  const leftOut = connections.length - shown.length + connectionsLeftOut
  return html`<section id="connections"><h2>Connections</h2>
${shown.length === 0 ? html`<p>None that carried MQTT.</p>` : html`<table class="stack connections"><thead><tr><th scope="col">Client</th><th scope="col">Stream</th><th scope="col">Version</th><th scope="col" class="n">Opened</th><th scope="col" class="n">Lasted</th><th scope="col">Why it ended</th><th scope="col" class="n">Packets</th><th scope="col" class="n">Bytes</th><th scope="col">Quality</th></tr></thead>
<tbody>${shown.map((connection) => rowView(connection, times))}</tbody></table>`}
${leftOut === 0 ? NOTHING : html`<p class="soft">${grouped(leftOut)} more, those without findings last; the JSON report has ${connectionsLeftOut === 0 ? 'all' : grouped(connections.length)}.</p>`}</section>`
}

function rowView(connection: ReportConnection, times: ReportTimes): Markup {
  const { stream, client, server, clientId, version, versionCertainty, closeReason, closeText, closeCertainty, packets, bytes, findings } = connection
  const opened = times.since(connection.opened)
  const closed = times.since(connection.closed)
  const lasted = (Number.isNaN(closed) ? times.length : closed) - opened
  const name = clientId === null || clientId === '' ? NOTHING : html`<b>${wireText(clientId)}</b><br>`
  return html`<tr><th scope="row">${name}<span class="soft">${client} &rarr; ${server}</span></th>
<td data-label="Stream">${stream}</td><td data-label="Version"><span>${version ?? '?'}${versionCertainty === 'inferred' ? ' (inferred)' : ''}</span></td>
<td class="n" data-label="Opened">${Number.isNaN(opened) ? '–' : `${times.relativeOf(opened)} s`}</td><td class="n" data-label="Lasted">${Number.isNaN(lasted) ? '–' : lengthText(Math.max(lasted, 0))}</td>
<td data-label="Ended"><span><b>${closeReason}</b> <span class="soft">${printable(closeText)}${closeCertainty === 'certain' ? '' : ` (${closeCertainty})`}</span></span></td>
<td class="n" data-label="Packets"><span title="client, server">${grouped(packets.client)} / ${grouped(packets.server)}</span></td><td class="n" data-label="Bytes"><span title="client, server">${grouped(bytes.client)} / ${grouped(bytes.server)}</span></td>
<td data-label="Quality"><span>${qualityText(connection)}${findings === 0 ? NOTHING : html`<br><a href="#findings">${findings} finding${findings === 1 ? '' : 's'}</a>`}</span></td></tr>
`
}

function qualityText({ complete, gaps, retransmissions, outOfOrder }: ReportConnection): string {
  const texts = [
    complete ? 'complete' : 'not complete', gaps > 0 ? `${grouped(gaps)} gap${gaps === 1 ? '' : 's'}` : '', retransmissions > 0 ? `${grouped(retransmissions)} sent again` : '',
    outOfOrder > 0 ? `${grouped(outOfOrder)} out of order` : '',
  ]
  return texts.filter((text) => text !== '').join(', ')
}
