/**
 * One publication and its copies, from the publisher by the broker to the subscribers:
 *
 * ```
 *  publisher plc-8          broker            subscribers
 *  |-- q1 plant/7/temp ------>|                    |   3 copies for 4 subscribers  1 missing  accepted
 *  |                          |-- q1 ------------->|   hmi-east   0.311 ms  packet 4172
 *  |                          |-- q0 ------------->|   historian  0.402 ms  matched, not certain (likely)  packet 4175
 *  |                          |      nothing       | ~ hmi-2      missing (likely: QoS 0)  filter plant/#
 * ```
 */
import stringWidth from 'string-width'
import { counted, grouped } from '../../bytes/number-text.ts'
import { partyName } from '../../report/client-name.ts'
import { DOUBT_WORDS, REASON_WORDS } from '../../report/delivery-words.ts'
import { cell, centred, fitted } from '../../report/fit.ts'
import { latencyText } from '../../report/ladder/words.ts'
import { word } from '../../report/wire-text.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import type { Palette } from '../../report/colour.ts'
import type { Mark } from '../../report/ladder/ladder.ts'
import type { Acceptance, Copy, Delivery, MissingCopy, NotJudged } from '../../session/delivery.ts'
import type { Fan } from './flow-reading.ts'

const ACCEPTANCE_WORDS: Readonly<Record<Acceptance, string>> = {
  accepted: 'accepted', refused: 'refused', open: 'not acknowledged', unacknowledged: '',
}

/** A line of the form: what stands between broker and subscribers, and what is said of it. */
interface FanLine {
  readonly arrow: string | null
  readonly mark: Mark
  readonly client: string
  readonly text: string
}

/** Half of the width at most, and no more than that. */
const MOST_LANES = 64
const LEAST_LANES = 30
const MOST_CLIENT = 23

/** At most `height` lines, none wider than `width`. `isPublish`: the row is of a PUBLISH, or of what answers one. */
export function fanOutLines(fan: Fan | null, isPublish: boolean, width: number, height: number, palette: Palette): string[] {
  if (height < 1) return []
  if (fan === null) {
    const text = isPublish ? 'Its copies are not known: they are told some time after the last one, and only where subscriptions were seen.'
      : 'Only a PUBLISH has copies.'
    return wrapped(text, '  ', width - 1).slice(0, height).map((line) => `${palette.dim}${line}${palette.reset}`)
  }
  const { delivery } = fan
  const lanes = Math.max(LEAST_LANES, Math.min(MOST_LANES, Math.floor(width / 2)))
  const inside = Math.floor((lanes - 3) / 2)
  const head = [`  ${palette.dim}${fitted(headText(partyName(delivery.publication.publisher), inside), width - 2)}${palette.reset}`, publicationLine(delivery, inside, width, palette)]
  const lines = shownLines(linesOf(fan), height - head.length)
  const clients = Math.min(MOST_CLIENT, lines.reduce((most, { client }) => Math.max(most, stringWidth(client)), 0))
  return [...head, ...lines.map((line) => lineText(line, inside, clients, width, palette))].slice(0, height)
}

/** What is missing stays where there is no room for all. */
function shownLines(lines: readonly FanLine[], height: number): readonly FanLine[] {
  if (lines.length <= height) return lines
  const room = Math.max(0, height - 1)
  const important = lines.filter(({ mark }) => mark !== '').slice(0, room)
  const others = lines.filter(({ mark }) => mark === '').slice(0, room - important.length)
  const kept = lines.filter((line) => important.includes(line) || others.includes(line))
  return [...kept, { arrow: null, mark: '', client: '', text: `and ${grouped(lines.length - kept.length)} more` }]
}

/** Each name over its lane. Where there is no room for more, the publisher's own name says who that is. */
function headText(publisher: string, inside: number): string {
  const name = `publisher ${publisher}`
  return `${cell(stringWidth(name) <= inside - 3 ? name : fitted(publisher, inside - 3), inside - 2)}${centred('broker', 8)}${cell('', inside - 13)}subscribers`
}

function publicationLine({ publication, acceptance, copies, missing, subscribers }: Delivery, inside: number, width: number, palette: Palette): string {
  const { qos, topic, retain, resent, will } = publication
  const label = `${will ? 'will ' : ''}q${qos}${retain ? ' retain' : ''} ${word(topic)}`
  const text = [
    `${counted(copies.length, 'copy', 'copies')} for ${counted(subscribers, 'subscriber')}`,
    missing.length === 0 ? '' : `${grouped(missing.length)} missing`,
    ACCEPTANCE_WORDS[acceptance],
    resent === 0 ? '' : `sent again ${resent === 1 ? 'once' : `${grouped(resent)} times`}`,
  ].filter((part) => part !== '').join('  ')
  const mark: Mark = acceptance === 'refused' ? '!' : acceptance === 'open' ? '~' : ''
  return `  |${palette.cyan}${shaft(label, inside)}${palette.reset}|${' '.repeat(inside)}| ${marked(mark, palette)} ${fitted(text, width - 2 * inside - 8)}`
}

/** `-- q1 ---->` */
function shaft(label: string, inside: number): string {
  const text = fitted(label, inside - 6)
  return `-- ${text} ${'-'.repeat(Math.max(1, inside - 5 - stringWidth(text)))}>`
}

function lineText({ arrow, mark, client, text }: FanLine, inside: number, clients: number, width: number, palette: Palette): string {
  const right = arrow === null ? ' '.repeat(inside) : arrow === '' ? centred('nothing', inside) : `${palette.green}${shaft(arrow, inside)}${palette.reset}`
  const said = fitted(`${cell(client, clients)}  ${text}`, width - 2 * inside - 8)
  return `  |${' '.repeat(inside)}|${right}| ${marked(mark, palette)} ${said}`
}

function marked(mark: Mark, { red, yellow, reset }: Palette): string {
  return mark === '' ? ' ' : `${mark === '!' ? red : yellow}${mark}${reset}`
}

function linesOf({ delivery: { copies, missing, notJudged }, late }: Fan): readonly FanLine[] {
  return [...copies.map((copy) => copyLine(copy, false)), ...late.map((copy) => copyLine(copy, true)), ...missing.map(missingLine), ...notJudged.map(notJudgedLine)]
}

function copyLine(copy: Copy, late: boolean): FanLine {
  const { qos, dup, retain, client, kind, duration, number, certainty, duplicate, unsubscribed, unaltered } = copy
  const faults = [
    duplicate === null ? '' : `one too many${doubt(duplicate)}`,
    unsubscribed === null ? '' : `no subscription for it${doubt(unsubscribed)}`,
    unaltered === false ? 'other properties' : '',
  ].filter((part) => part !== '')
  const certain = [duplicate, unsubscribed].includes('certain')
  return {
    arrow: `q${qos}${dup ? ' DUP' : ''}${retain ? ' retain' : ''}`,
    mark: faults.length === 0 ? '' : certain ? '!' : '~',
    client: partyName(client),
    text: [
      duration === null ? '' : latencyText(duration), kind === 'live' ? (late ? 'late' : '') : kind, ...faults,
      certainty === 'certain' ? '' : `matched, not certain (${certainty})`, `packet ${number}`,
    ].filter((part) => part !== '').join('  '),
  }
}

function missingLine({ client, certainty, doubts, filter }: MissingCopy): FanLine {
  const why = certainty === 'certain' ? 'certain' : [certainty, doubts.map((one) => DOUBT_WORDS[one]).join(', ')].filter((part) => part !== '').join(': ')
  return { arrow: '', mark: certainty === 'certain' ? '!' : '~', client: partyName(client), text: `missing (${why})  filter ${word(filter)}` }
}

function notJudgedLine({ client, reason }: NotJudged): FanLine {
  return { arrow: '', mark: '', client: partyName(client), text: `not judged (${REASON_WORDS[reason]})` }
}

function doubt(certainty: 'certain' | 'likely' | 'unsure'): string {
  return certainty === 'certain' ? '' : ` (${certainty})`
}
