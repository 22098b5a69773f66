/** Where on a plot things stand, in percent of its width: plots have no view box, so that their text keeps its size at any width. */
import { scaleLinear, scaleLog, scaleUtc } from 'd3-scale'
import { grouped } from '../../bytes/number-text.ts'
import { lengthText } from '../ladder/words.ts'
import { html } from './markup.ts'
import type { ReportTimes } from '../conformance/report-times.ts'
import type { Markup } from './markup.ts'

export interface Tick {
  /** Percent. */
  readonly at: number
  readonly text: string
}

export interface Axis {
  /** Percent; NaN where there is no time. */
  readonly at: (value: number) => number
  readonly ticks: readonly Tick[]
}

const TICKS = 5
const SECOND = 1e9
const DAY = 86_400 * SECOND

/** Of the capture: nanoseconds since its first frame. In hours and minutes of UTC; a short one as time since the first frame. */
export function timeAxis({ first, length }: ReportTimes): Axis {
  const end = length > 0 ? length : 1
  const place = scaleLinear([0, end], [0, 100]).clamp(true)
  if (first === null || end < 5 * SECOND) return { at: place, ticks: place.ticks(TICKS).map((value) => ({ at: place(value), text: `+${value === 0 ? '0' : roundText(value)}` })) }
  const milliseconds = (value: number) => first.epochSeconds * 1e3 + (first.epochNanoseconds + value) / 1e6
  const calendar = scaleUtc([milliseconds(0), milliseconds(end)], [0, 100])
  const format = calendar.tickFormat(TICKS, end > 3 * DAY ? '%Y-%m-%d' : end > DAY ? '%m-%d %H:%M' : '%H:%M:%S')
  return { at: place, ticks: calendar.ticks(TICKS).map((moment) => ({ at: calendar(moment), text: format(moment) })) }
}

/** Of lengths of time in nanoseconds: powers of ten, at least one of them whole. */
export function durationAxis(least: number, most: number): Axis {
  const from = Math.max(least, 1)
  const scale = scaleLog([from, Math.max(most, from * 1.0001)], [0, 100]).nice().clamp(true)
  const powers = scale.ticks().filter((value) => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6))
  return { at: (value) => scale(Math.max(value, from)), ticks: powers.map((value) => ({ at: scale(value), text: roundText(value) })) }
}

/** From 0: of counts. `at` counts from the bottom. */
export function countAxis(most: number): Axis {
  const scale = scaleLinear([0, Math.max(most, 1)], [0, 100]).nice(2)
  return { at: scale, ticks: scale.ticks(2).filter(Number.isInteger).map((value) => ({ at: scale(value), text: grouped(value) })) }
}

/** Names below a plot; every other one is left out where there is no room. */
export function tickTexts({ ticks }: Axis, y: number): readonly Markup[] {
  return ticks.map(({ at, text }, index) => html`<text class="${index % 2 === 1 ? 'odd' : 'even'}" x="${percent(at)}" y="${y}" text-anchor="${at < 4 ? 'start' : at > 96 ? 'end' : 'middle'}">${text}</text>`)
}

export function tickLines({ ticks }: Axis): readonly Markup[] {
  return ticks.map(({ at }) => html`<line class="grid" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%"/>`)
}

/** Of a round length of time: `5 s` for `5.00 s`. */
export function roundText(nanoseconds: number): string {
  return lengthText(nanoseconds).replace(/(\.\d*?)0+ /, '$1 ').replace('. ', ' ')
}

export function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`
}
