/**
 * A ladder as lines of text: the client's lane left, the broker's right, a line for each row. Pure: rows in, lines out, never wider than asked for.
 *
 * ```
 * plc-7  MQTT 5.0  stream 3  10.0.0.21:50122 -> 10.0.0.2:1883
 *      TIME   plc-7                         broker  EXCHANGE
 * 11.000000   |      TCP connection opened       |      0.412 + 0.038 ms
 * 11.000901   |-- CONNECT clean ka 30 s -------->|  .
 * 11.004320   |<-------------- CONNACK Success --|  '--    3.419 ms 1 connect
 * 12.004118   |-- PUBLISH #17 q1 plant/7/temp -->|  .
 * 12.045189   |<------------------- PUBACK #17 --|  '--   41.071 ms nagle 40.9 ms
 * 12.200000   |-- PUBLISH #18 q2 plant/7/alarm ->|  .
 * 12.204410   |<------------------- PUBREC #18 --|  +--    4.410 ms
 * 12.204900   |-- PUBREL #18 ------------------->|  +--    0.490 ms
 * 12.514990   |-- PUBLISH #19 q1 DUP plant/7… ->>|  |.
 * 12.518004 ! |<---- PUBACK #19 Not authorized --|  |'-    3.014 ms 4 qos1
 *       ...   |              1.79 s              |  |
 * 14.310077   |.. TCP sent 4 bytes again .......>|  |
 * 14.314977   |<------------------ PUBCOMP #18 --|  '-- 2110.077 ms resent 2.10 s
 *   // 1,204 bytes missing from the capture, broker to client //
 *       ...   |              30.2 s              |
 * 44.511000   |-- PINGREQ ---------------------->|  .
 *       ...   |              45.0 s              |  |
 * 89.511000 ~ |    capture ends, no PINGRESP     |  '-- 5 ping  open
 * ```
 *
 * From left to right: the time; a mark; the lanes, dashes for packets of MQTT and dots for TCP; the brackets (brackets.ts); the result, which is the time since
 * the packet before in the exchange, and as much as there is room for of why that took so long and which exchange has ended.
 *
 * A label is cut to fit its lane. What a terminal has beyond 80 columns, lanes and results share. In a narrower one the results get less, and then the times go.
 */
import stringWidth from 'string-width'
import { grouped } from '../../bytes/number-text.ts'
import { flat } from '../flat-text.ts'
import { right } from '../padding.ts'
import { bracketsOf, BRACKETS } from './brackets.ts'
import { cell, centred, fitted, fittingForm, fittingWords, spaces } from '../fit.ts'
import { laneNames, wayText, withPauses } from './ladder.ts'
import { causeText, KIND_NAMES, latencyText, lengthText } from './words.ts'
import type { Palette } from '../colour.ts'
import type { Bracket } from './brackets.ts'
import type { ArrowRow, ExchangePart, GapRow, Ladder, LadderRow, LadderTitle, LeftOutRow, Mark } from './ladder.ts'

/** Terminals narrower than this get lines of this width. */
export const NARROWEST = 40

/** Of each part, in columns of the terminal; 0 where it has no room. Between two parts there are blanks. */
export interface LadderColumns {
  readonly time: number
  /** With the bars at both sides. */
  readonly lanes: number
  readonly result: number
}

/** Room for `PUBLISH #17 q1 plant/7/temp`, which is what a ladder is about. */
const LANES = 36
const NARROWEST_LANES = 24
const WIDEST_LANES = 100
/** `2110.077 ms`. */
const LATENCY = 11
/** A number, where brackets have no room, and a latency: `17: 44.012 ms`. */
const NARROWEST_RESULT = 14

const RESULT_NAME = 'EXCHANGE'

/** How the parts share the width. `time`: of the longest time. */
export function ladderColumns(width: number, time: number): LadderColumns {
  const all = Math.max(width, NARROWEST)
  const rest = all - (time + 3) - (2 + BRACKETS + 1)
  if (rest < NARROWEST_LANES) return time === 0 ? { time, lanes: NARROWEST_LANES, result: 0 } : ladderColumns(width, 0)
  if (rest < LANES + NARROWEST_RESULT) {
    const result = Math.min(NARROWEST_RESULT, rest - NARROWEST_LANES)
    return { time, lanes: rest - result, result }
  }
  const lanes = Math.min(WIDEST_LANES, LANES + Math.floor(Math.max(0, rest - LANES - 2.5 * LATENCY) * 0.6))
  return { time, lanes, result: rest - lanes }
}

export interface LadderOptions {
  readonly width: number
  readonly palette: Palette
  /** A line with the names of the lanes. */
  readonly header: boolean
  /** The text of a time; `previous` is that of the row before. */
  readonly timeText: (time: number, previous: number) => string
}

/** All of a ladder: its title, its header and its rows, each of which is one line. Pauses are added. */
export function ladderLines({ title, rows }: Ladder, { width, palette, header, timeText }: LadderOptions): string[] {
  const all = withPauses(rows)
  const times = timeTexts(all, timeText)
  const columns = ladderColumns(width, times.reduce((longest, { length }) => Math.max(longest, length), 'TIME'.length))
  const brackets = bracketsOf(all)
  return [
    ...titleLines(title, width, palette),
    ...(header ? [headerLine(title, columns, palette)] : []),
    ...all.map((row, index) => flat(rowLine(row, times[index]!, brackets[index]!, columns, title, palette))),
  ]
}

function timeTexts(rows: readonly LadderRow[], timeText: LadderOptions['timeText']): string[] {
  let previous = NaN
  return rows.map((row) => {
    if (row.kind === 'pause') return '...'
    const time = 'time' in row ? row.time : NaN
    if (Number.isNaN(time)) return ''
    const text = timeText(time, previous)
    previous = time
    return text
  })
}

/** What connection it is, in as many lines as that takes. */
export function titleLines({ client, protocol, stream, addresses, endsKnown }: LadderTitle, width: number, { bold, reset }: Palette): string[] {
  const room = Math.max(width, NARROWEST)
  const facts = [protocol, `stream ${stream}`, `${addresses[0]} ${endsKnown ? '->' : '-'} ${addresses[1]}`].map((fact) => fitted(fact, room))
  // The name is cut rather than given a line of its own, but not to nothing.
  const lines = [fitted(client, Math.max(NARROWEST / 2, room - facts.join('  ').length - 2))]
  for (const fact of facts) {
    const longer = `${lines[lines.length - 1]!}  ${fact}`
    if (fitted(longer, room) === longer) lines[lines.length - 1] = longer
    else lines.push(fact)
  }
  return lines.map((line) => `${bold}${line}${reset}`)
}

/** `timeName`: what stands above the times. */
export function headerLine(title: LadderTitle, columns: LadderColumns, { dim, reset }: Palette, timeName = 'TIME'): string {
  const [left, other] = laneNames(title)
  const half = Math.floor(columns.lanes / 2) - 1
  const shown = fitted(other, half)
  const names = cell(left, half) + spaces(columns.lanes - half - stringWidth(shown)) + shown
  const place = columns.time === 0 ? '  ' : `${right(timeName, columns.time)}   `
  const result = BRACKETS + 1 + columns.result < RESULT_NAME.length ? '' : `  ${RESULT_NAME}`
  return `${dim}${place}${names}${result}${reset}`
}

/** How the arrow of a packet stands out. */
export interface ArrowLook {
  /** What its line is made of. */
  readonly stroke: string
  /** Of arrow and label, an escape sequence or ''; null: the arrow has that of its direction. */
  readonly colour: string | null
}

const USUAL: ArrowLook = { stroke: '-', colour: null }

/** The line of a row. */
export function rowLine(
  row: LadderRow, time: string, bracket: Bracket, columns: LadderColumns, title: LadderTitle, palette: Palette, look: ArrowLook = USUAL,
): string {
  const inside = columns.lanes - 2
  switch (row.kind) {
    case 'gap': return acrossLine(gapText(row, title), columns, palette)
    case 'left-out': return acrossLine(leftOutText(row), columns, palette)
    case 'pause': return line(time, '', `|${centred(lengthText(row.length), inside)}|`, bracket.glyphs, '', columns, palette)
    case 'note': return line(time, row.mark, note(row.text, row.mark, inside, palette), bracket.glyphs, resultText(row, bracket, columns), columns, palette)
    case 'packet': case 'tcp':
      return line(time, row.mark, arrow(row, inside, palette, look), bracket.glyphs, resultText(row, bracket, columns), columns, palette)
  }
}

function line(time: string, mark: Mark, lanes: string, brackets: string, result: string, columns: LadderColumns, palette: Palette): string {
  const place = columns.time === 0 ? '' : `${palette.dim}${right(time, columns.time)}${palette.reset} `
  return `${place}${marked(mark === '' ? ' ' : mark, mark, palette)} ${`${lanes}  ${brackets} ${result}`.trimEnd()}`
}

/** `// 1,204 bytes missing from the capture, broker to client //`: too long for the lanes, and it breaks them anyway. */
function acrossLine(text: string, { time, lanes, result }: LadderColumns, { yellow, reset }: Palette): string {
  const whole = (time === 0 ? 2 : time + 3) + lanes + 2 + BRACKETS + 1 + result
  return `  ${yellow}${fitted(text, whole - 2)}${reset}`
}

function gapText({ by, bytes }: GapRow, title: LadderTitle): string {
  return `// ${grouped(bytes)} ${bytes === 1 ? 'byte' : 'bytes'} missing from the capture, ${wayText(title, by)} //`
}

function leftOutText({ packets }: LeftOutRow): string {
  return `... ${grouped(packets)} more ${packets === 1 ? 'packet' : 'packets'} ...`
}

function note(text: string, mark: Mark, inside: number, palette: Palette): string {
  return `|${marked(centred(fitted(text, inside - 2), inside), mark, palette)}|`
}

/** `|-- PUBLISH #17 q1 DUP plant/7/te… -->>|` */
function arrow({ kind, by, label, dup, mark }: ArrowRow, inside: number, palette: Palette, look: ArrowLook): string {
  const stroke = kind === 'tcp' ? '.' : look.stroke
  const tail = stroke.repeat(2)
  const head = (by === 'client' ? '>' : '<').repeat(dup ? 2 : 1)
  // The shaft has at least one stroke, and the label a blank at each side.
  const room = inside - tail.length - head.length - 2
  const text = fittingWords(label.text, label.details, room - 1)
  const shaft = stroke.repeat(room - stringWidth(text))
  const { reset } = palette
  const colour = kind === 'tcp' ? palette.dim : (look.colour ?? (by === 'client' ? palette.cyan : palette.green))
  const [before, behind] = by === 'client' ? [`|${tail}`, `${shaft}${head}|`] : [`|${head}${shaft}`, `${tail}|`]
  const shown = mark === '' && kind === 'packet' && look.colour !== null ? `${look.colour}${text}${reset}` : marked(text, mark, palette)
  return `${colour}${before}${reset} ${shown} ${colour}${behind}${reset}`
}

function marked(text: string, mark: Mark, { red, yellow, reset }: Palette): string {
  return mark === '' ? text : `${mark === '!' ? red : yellow}${text}${reset}`
}

/** The time of the leg, and behind it what there is room for: the cause, what is to be remarked, the exchange. */
function resultText({ part, remark }: Pick<ArrowRow, 'part' | 'remark'>, bracket: Bracket, { result: width }: LadderColumns): string {
  if (part === null) return fitted(remark, width)
  // The number stands where there would be blanks before the latency, if there are as many.
  const number = bracket.numbered ? `${part.number}: ` : ''
  const latency = part.leg === null ? '' : `${right(latencyText(part.leg), Math.min(LATENCY, width) - number.length)} `
  const remarks = [part.remark, remark]
  const reasons = [part.cause === null ? '' : causeText(part.cause.cause, part.cause.duration), ...remarks]
  const before = number + latency
  const exchange = exchangeText(part)
  const form = (ended: string) => (latency === '' ? [ended, ...reasons] : [...reasons, ended])
  const forms = [form(exchange), reasons, remarks]
  if (!bracket.numbered && exchange !== '') forms.unshift(form(`${part.number} ${exchange}`))
  return fitted((before + fittingForm(forms, width - before.length)).trimEnd(), width)
}

/** Which exchange has ended; of several legs, how long they took together. */
function exchangeText({ kind, place, total }: ExchangePart): string {
  if (place !== 'ends' && place !== 'alone') return ''
  return total === null ? KIND_NAMES[kind] : `${KIND_NAMES[kind]} ${latencyText(total)}`
}
