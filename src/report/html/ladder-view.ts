/** The packets of a finding's exchange as a ladder: the client's lane on the left, the server's on the right. A list for those who do not see it. */
import { counted } from '../../bytes/number-text.ts'
import { latencyText } from '../ladder/words.ts'
import { html, NOTHING } from './markup.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { FindingDetail, LadderStep } from './details.ts'
import type { Markup } from './markup.ts'

export function ladderView({ ladder, leftOut }: FindingDetail, times: ReportTimes): Markup {
  const last = ladder.length - 1
  return html`<figure><figcaption>${ladder.length === 1 && leftOut === 0 ? 'The packet' : 'Its exchange'}</figcaption>
<div class="lanes" aria-hidden="true"><span class="at">time</span><span><span>client</span><span>server</span></span></div>
<ol class="ladder">${ladder.map((step, index) => html`${index === last && leftOut > 0 ? rest(leftOut) : NOTHING}${stepView(step, ladder[index - 1], times)}`)}</ol></figure>`
}

/** The first with its time in the capture, the others by how much later they are. */
function stepView({ by, time, frame, label, marked }: LadderStep, before: LadderStep | undefined, times: ReportTimes): Markup {
  const at = before === undefined ? `${times.relativeOf(time)} s` : Number.isNaN(time - before.time) ? '' : `+${latencyText(time - before.time)}`
  const way = by === 'client' ? 'client to server' : 'server to client'
  return html`<li><span class="at">${at}</span><span class="lane ${by}${marked ? ' marked' : ''}"><span class="label"><span class="hidden">${way}: </span>${label} <span class="soft nowrap">&middot; frame ${frame}</span>${marked ? html`<span class="hidden"> (this packet)</span>` : NOTHING}</span></span></li>
`
}

function rest(packets: number): Markup {
  return html`<li><span class="at"></span><span class="lane rest">&hellip; ${counted(packets, 'more packet')} &hellip;</span></li>`
}
