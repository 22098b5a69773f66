/** How long answers took: for each kind of exchange a range on a logarithmic axis, and the numbers. */
import { grouped } from '../../bytes/number-text.ts'
import { EXCHANGE_KINDS } from '../../session/exchange.ts'
import { latencyText } from '../ladder/words.ts'
import { durationAxis, percent, tickLines, tickTexts } from './axis.ts'
import { html } from './markup.ts'
import { KIND_WORDS } from './words.ts'
import type { ExchangeKind } from '../../session/exchange.ts'
import type { ReportObject } from '../schema/report.ts'
import type { Axis } from './axis.ts'
import type { Markup } from './markup.ts'

interface Times {
  readonly kind: ExchangeKind
  /** Nanoseconds. */
  readonly least: number
  readonly half: number
  readonly p95: number
  readonly p99: number
  readonly most: number
}

/** Where the capture's clock is coarse, two packets have one time; a logarithmic axis has no place for 0. */
const LEAST = 1e3

export function timingSection({ timing }: ReportObject): Markup {
  const kinds = EXCHANGE_KINDS.filter((kind) => timing[kind].answered + timing[kind].unanswered + timing[kind].partlySeen > 0)
  if (kinds.length === 0) return html`<section id="timing"><h2>Timing</h2><p>No exchange of packets was seen.</p></section>`
  const times = kinds.map((kind) => timesOf(kind, timing[kind])).filter((one) => one !== null)
  return html`<section id="timing"><h2>Timing</h2>
${plot(times)}
<table class="stack"><thead><tr><th scope="col">Exchange</th><th scope="col" class="n">Answered</th><th scope="col" class="n">Of these failed</th><th scope="col" class="n">Unanswered</th><th scope="col" class="n">Partly seen</th><th scope="col" class="n">min</th><th scope="col" class="n">p50</th><th scope="col" class="n">p95</th><th scope="col" class="n">p99</th><th scope="col" class="n">max</th></tr></thead>
<tbody>${kinds.map((kind) => {
    const { answered, failed, unanswered, partlySeen, minMs, p50Ms, p95Ms, p99Ms, maxMs } = timing[kind]
    return html`<tr><th scope="row">${KIND_WORDS[kind]}</th><td class="n" data-label="Answered">${grouped(answered)}</td><td class="n" data-label="Of these failed">${grouped(failed)}</td><td class="n" data-label="Unanswered">${grouped(unanswered)}</td><td class="n" data-label="Partly seen">${grouped(partlySeen)}</td><td class="n" data-label="min">${cellText(minMs)}</td><td class="n" data-label="p50">${cellText(p50Ms)}</td><td class="n" data-label="p95">${cellText(p95Ms)}</td><td class="n" data-label="p99">${cellText(p99Ms)}</td><td class="n" data-label="max">${cellText(maxMs)}</td></tr>
`
  })}</tbody></table></section>`
}

function timesOf(kind: ExchangeKind, { minMs, p50Ms, p95Ms, p99Ms, maxMs }: ReportObject['timing'][ExchangeKind]): Times | null {
  if (minMs === null || p50Ms === null || p95Ms === null || p99Ms === null || maxMs === null) return null
  const nanoseconds = (milliseconds: number) => Math.max(milliseconds * 1e6, LEAST)
  return { kind, least: nanoseconds(minMs), half: nanoseconds(p50Ms), p95: nanoseconds(p95Ms), p99: nanoseconds(p99Ms), most: nanoseconds(maxMs) }
}

function plot(times: readonly Times[]): Markup {
  if (times.length === 0) return html`<p>No times were measured.</p>`
  const axis = durationAxis(Math.min(...times.map(({ least }) => least)), Math.max(...times.map(({ most }) => most)))
  return html`<ul class="key soft"><li><svg class="swatch" aria-hidden="true"><line class="span" x1="0" x2="100%" y1="50%" y2="50%"/></svg>min to max</li><li><svg class="swatch" aria-hidden="true"><line class="body" x1="0" x2="100%" y1="50%" y2="50%"/></svg>p50 to p95</li><li><svg class="swatch" aria-hidden="true"><circle class="dot" cx="50%" cy="50%" r="4"/></svg>p50</li><li><svg class="swatch" aria-hidden="true"><circle class="ring" cx="50%" cy="50%" r="3.5"/></svg>p95</li><li><svg class="swatch" aria-hidden="true"><line class="tick" x1="50%" x2="50%" y1="0" y2="100%"/></svg>p99</li></ul>
<ul class="chart">${times.map((one) => rangeView(one, axis))}<li class="name blank"></li><li aria-hidden="true"><svg height="18">${tickTexts(axis, 14)}</svg></li></ul>`
}

function rangeView({ kind, least, half, p95, p99, most }: Times, axis: Axis): Markup {
  const [from, middle, near, last, to] = [least, half, p95, p99, most].map((value) => percent(axis.at(value)))
  return html`<li class="name">${KIND_WORDS[kind]}</li>
<li><svg height="26" role="img" aria-label="${KIND_WORDS[kind]}: p50 ${latencyText(half)}, p95 ${latencyText(p95)}, max ${latencyText(most)}">${tickLines(axis)}<line class="span" x1="${from!}" x2="${to!}" y1="50%" y2="50%"/><line class="body" x1="${middle!}" x2="${near!}" y1="50%" y2="50%"/><line class="tick" x1="${last!}" x2="${last!}" y1="6" y2="20"/><circle class="ring" cx="${near!}" cy="50%" r="4"/><circle class="dot" cx="${middle!}" cy="50%" r="4.5"/></svg></li>`
}

function cellText(milliseconds: number | null): string {
  return milliseconds === null ? '–' : latencyText(milliseconds * 1e6)
}
