import { counted, durationText, grouped } from '../bytes/number-text.ts'
import { linkTypeName } from '../network/link-types.ts'
import { printable } from '../bytes/printable.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import { SEVERITY_MARK, severityColour } from './colour.ts'
import { TimeColumn } from './time-format.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { Palette } from './colour.ts'

/**
 * What a capture holds, in a few lines: files, frames, time, TCP streams, MQTT packets by type, problems. Lines that say "none" are left out, but for problems:
 * there, zero is the news.
 */

/** Of the packets that a filter let through. */
export interface ShownCounts {
  readonly packets: number
  readonly packetTypes: ReadonlyMap<string, number>
  readonly problems: Readonly<Record<'error' | 'warning' | 'note', number>>
}

export interface SummaryOptions {
  readonly palette: Palette
  readonly utc: boolean
  /** Null where there is no filter. */
  readonly filter: string | null
}

export const LABEL_WIDTH = 16
const MOST_FILES = 8

export function summaryText(totals: CaptureTotals, shown: ShownCounts, clock: CaptureClock | null, options: SummaryOptions): string {
  const lines = new SummaryLines(options.palette)
  addCapture(lines, totals, clock, options.utc)
  if (options.filter !== null) lines.row('Filter', printable(options.filter))
  lines.row('MQTT packets', packetsText(totals, shown, options.filter !== null))
  for (const type of PACKET_TYPES) {
    const number = shown.packetTypes.get(type)
    if (number !== undefined && number > 0) lines.line(`  ${type.padEnd(LABEL_WIDTH - 2)}${grouped(number).padStart(9)}`)
  }
  if (totals.unframed > 0) lines.row('Not framed', `${counted(totals.unframed, 'run')} of bytes (type UNFRAMED)`)
  lines.row('Problems', problemsText(totals, shown, options))
  return lines.text
}

/** Lines with a label at their beginning. */
export class SummaryLines {
  readonly #palette: Palette
  #text = ''

  constructor(palette: Palette) {
    this.#palette = palette
  }

  get text(): string {
    return this.#text
  }

  row(label: string, value: string): void {
    this.line(`${this.#palette.bold}${label.padEnd(LABEL_WIDTH)}${this.#palette.reset}${value}`)
  }

  line(text: string): void {
    this.#text += `${text}\n`
  }
}

/** What every summary begins with: files, frames, time, TCP streams, and what is missing. */
export function addCapture(lines: SummaryLines, totals: CaptureTotals, clock: CaptureClock | null, utc: boolean): void {
  for (const [index, { name, format }] of totals.files.slice(0, MOST_FILES).entries()) {
    lines.row(index > 0 ? '' : totals.files.length === 1 ? 'File' : 'Files', `${fileName(name)}  ${format ?? 'no capture'}`)
  }
  if (totals.files.length > MOST_FILES) lines.row('', `and ${grouped(totals.files.length - MOST_FILES)} more`)
  lines.row('Frames', framesText(totals))
  const span = timeText(totals, clock, utc)
  if (span !== null) lines.row('Time', span)
  lines.row('TCP streams', `${grouped(totals.streams)}, of these with MQTT ${grouped(totals.mqttStreams)}${otherStreamsText(totals)}`)
  const losses = lossText(totals)
  if (losses !== null) lines.row('', losses)
}

function otherStreamsText({ otherStreams: { tls, websocket } }: CaptureTotals): string {
  return `${tls > 0 ? `, TLS ${grouped(tls)}` : ''}${websocket > 0 ? `, HTTP or WebSocket ${grouped(websocket)}` : ''}`
}

/** What was not followed because of a limit, in words; empty for all but huge and crafted captures. */
export function limitTexts({ exchangesLeftOut, subscriptionsLeftOut, publicationsLeftOut, sessionsForgotten }: CaptureTotals): { readonly label: string; readonly text: string }[] {
  return [
    { label: 'Left out', number: exchangesLeftOut, text: `${counted(exchangesLeftOut, 'exchange')}: too many were open at once` },
    { label: 'Left out', number: subscriptionsLeftOut, text: `${counted(subscriptionsLeftOut, 'subscription')}: there were too many at once, or too many levels in their filters` },
    { label: 'Left out', number: publicationsLeftOut, text: `${counted(publicationsLeftOut, 'publication')}: there were too many at once` },
    { label: 'Forgotten', number: sessionsForgotten, text: `${counted(sessionsForgotten, 'Session')} of clients: there were too many, or the client was away for more than a day` },
  ].filter(({ number }) => number > 0)
}

/** The same as rows of a summary. */
export function addLimits(lines: SummaryLines, totals: CaptureTotals): void {
  for (const { label, text } of limitTexts(totals)) lines.row(label, text)
}

function fileName(name: string): string {
  return name === '-' ? 'standard input' : printable(name)
}

function framesText(totals: CaptureTotals): string {
  const types = totals.linkTypes.map((type) => linkTypeName(type) ?? `link type ${type}`).join(', ')
  let text = `${grouped(totals.frames)}, ${grouped(totals.frameBytes)} bytes${types === '' ? '' : `, ${types}`}`
  if (totals.truncatedFrames > 0) text += `, ${grouped(totals.truncatedFrames)} cut short by the snap length`
  if (totals.droppedFrames !== null && totals.droppedFrames > 0) text += `, ${grouped(totals.droppedFrames)} dropped while capturing`
  return text
}

function timeText(totals: CaptureTotals, clock: CaptureClock | null, utc: boolean): string | null {
  const { firstTime, lastTime } = totals
  if (firstTime === null || lastTime === null || clock === null) return null
  const column = new TimeColumn('date', utc, () => clock)
  const first = column.text(firstTime, NaN)
  const last = column.text(lastTime, NaN)
  // A clock was set back.
  const length = lastTime < firstTime ? 'the last frame is older than the first' : durationText(lastTime - firstTime)
  return `${first} to ${last}${utc ? ' UTC' : ''} (${length})`
}

function lossText(totals: CaptureTotals): string | null {
  const parts: string[] = []
  if (totals.retransmissions > 0) parts.push(`${counted(totals.retransmissions, 'retransmission')}`)
  if (totals.gaps > 0) parts.push(`${counted(totals.gaps, 'gap')}, ${grouped(totals.gapBytes)} bytes missing from the capture`)
  return parts.length === 0 ? null : parts.join(', ')
}

function packetsText(totals: CaptureTotals, shown: ShownCounts, filtered: boolean): string {
  if (totals.packets === 0) return `none in ${counted(totals.frames, 'frame')}`
  return filtered ? `${grouped(shown.packets)} of ${grouped(totals.packets)}` : grouped(shown.packets)
}

function problemsText(totals: CaptureTotals, shown: ShownCounts, options: SummaryOptions): string {
  const { error, warning, note } = shown.problems
  if (error + warning + note === 0) return totals.packets === 0 ? 'nothing to judge' : 'none'
  const parts = (['error', 'warning', 'note'] as const)
    .filter((severity) => shown.problems[severity] > 0)
    .map((severity) => {
      const number = shown.problems[severity]
      const colour = severityColour(options.palette, severity)
      return `${colour}${SEVERITY_MARK[severity]} ${counted(number, severity)}${options.palette.reset}`
    })
  return parts.join(', ')
}
