import { counted, grouped } from '../bytes/number-text.ts'
import { COPY_KINDS, NOT_JUDGED_REASONS, STRAY_CAUSES } from '../session/delivery.ts'
import { REASON_WORDS, STRAY_WORDS } from './delivery-words.ts'
import { addCapture, addLimits, LABEL_WIDTH, SummaryLines } from './summary.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Copy, CopyKind, DeliveryResult, NotJudgedReason, StrayCause } from '../session/delivery.ts'
import type { Certainty } from '../session/side.ts'
import type { Palette } from './colour.ts'

/**
 * The deliveries of a capture in a few lines: how many publications and copies there are, with which certainty they belong together, what is missing or was sent
 * twice, and the time through the server.
 *
 * ```
 * Publications          1,502  QoS 0 500, QoS 1 501, QoS 2 501; 3 refused
 *                         all  certain   likely   unsure
 * Copies  live          2,300    2,290       10        -
 *         stored            8        8        -        -
 * Missing                   3        1        1        1
 * Duplicates                -        -        -        -
 * No publication            4        -        4        -  retained from before 2, a will 2
 * No subscription           -        -        -        -
 * Not judged               12  gap 4, connection ended 8
 * Through server  0.021 to 12.001 ms, 0.180 ms on average
 * ```
 */

const CERTAINTIES: readonly Certainty[] = ['certain', 'likely', 'unsure']

type ByCertainty = Record<Certainty, number>

/** What was told of deliveries, counted. */
export class DeliveryCounts {
  publications = 0
  refused = 0
  notAcknowledged = 0
  /** By QoS. */
  readonly qos = [0, 0, 0, 0]
  readonly copies: Readonly<Record<CopyKind, ByCertainty>> = { live: none(), stored: none(), retained: none() }
  readonly missing = none()
  readonly duplicates = none()
  readonly withoutPublication = none()
  readonly withoutSubscription = none()
  readonly causes = new Map<StrayCause, number>()
  readonly notJudged = new Map<NotJudgedReason, number>()
  /** Of live copies, in nanoseconds. */
  timed = 0
  #sum = 0
  least = Infinity
  greatest = -Infinity

  get average(): number {
    return this.#sum / this.timed
  }

  add(result: DeliveryResult): void {
    switch (result.kind) {
      case 'publication': {
        const { publication, acceptance, copies, missing, notJudged } = result
        this.publications++
        this.qos[publication.qos]!++
        if (acceptance === 'refused') this.refused++
        if (acceptance === 'open') this.notAcknowledged++
        for (const copy of copies) this.#copy(copy)
        for (const { certainty } of missing) this.missing[certainty]++
        for (const { reason } of notJudged) count(this.notJudged, reason)
        return
      }
      case 'late-copy':
        this.#copy(result.copy)
        return
      case 'copy-without-publication':
        this.withoutPublication[result.certainty]++
        count(this.causes, result.cause)
        return
      case 'copy-without-subscription':
        this.withoutSubscription[result.certainty]++
    }
  }

  #copy({ kind, certainty, duplicate, duration }: Copy): void {
    this.copies[kind][certainty]++
    if (duplicate !== null) this.duplicates[duplicate]++
    if (kind !== 'live' || duration === null) return
    this.timed++
    this.#sum += duration
    if (duration < this.least) this.least = duration
    if (duration > this.greatest) this.greatest = duration
  }
}

export interface DeliverySummaryOptions {
  readonly palette: Palette
  readonly utc: boolean
  /** What the deliveries counted were chosen by; null where all are. */
  readonly choice: string | null
}

/** Columns are as wide as their largest number, and no less than this; with fewer than ten million copies, all fit 80 columns. */
const COUNT_WIDTH = 12
const CERTAINTY_WIDTH = 9

export function deliverySummaryText(totals: CaptureTotals, counts: DeliveryCounts, clock: CaptureClock | null, { palette, utc, choice }: DeliverySummaryOptions): string {
  const lines = new SummaryLines(palette)
  addCapture(lines, totals, clock, utc)
  lines.row('MQTT packets', totals.packets === 0 ? `none in ${counted(totals.frames, 'frame')}` : grouped(totals.packets))
  if (choice !== null) lines.row('Chosen', choice)
  const live = counts.copies.live
  const countWidth = Math.max(COUNT_WIDTH, grouped(live.certain + live.likely + live.unsure).length, grouped(counts.publications).length)
  const certaintyWidth = Math.max(CERTAINTY_WIDTH, ...CERTAINTIES.map((certainty) => grouped(live[certainty]).length + 1))
  const row = (label: string, numbers: ByCertainty, style: keyof Palette, more = ''): void => {
    const all = numbers.certain + numbers.likely + numbers.unsure
    const cells = CERTAINTIES.map((certainty) => {
      const cell = numberText(numbers[certainty]).padStart(certaintyWidth)
      return numbers[certainty] > 0 && certainty !== 'unsure' && style !== 'reset' ? `${palette[style]}${cell}${palette.reset}` : cell
    })
    lines.row(label, `${numberText(all).padStart(countWidth)}${cells.join('')}${more === '' ? '' : `  ${more}`}`)
  }
  lines.row('Publications', `${numberText(counts.publications).padStart(countWidth)}${publicationsText(counts)}`)
  lines.line(`${' '.repeat(LABEL_WIDTH)}${['all', ...CERTAINTIES].map((name, index) => name.padStart(index === 0 ? countWidth : certaintyWidth)).join('')}`)
  for (const kind of COPY_KINDS) {
    const numbers = counts.copies[kind]
    if (kind === 'live' || numbers.certain + numbers.likely + numbers.unsure > 0) row(kind === 'live' ? 'Copies  live' : `        ${kind}`, numbers, 'reset')
  }
  row('Missing', counts.missing, 'red')
  row('Duplicates', counts.duplicates, 'red')
  row('No publication', counts.withoutPublication, 'reset', listText(STRAY_CAUSES, counts.causes, STRAY_WORDS))
  row('No subscription', counts.withoutSubscription, 'red')
  if (counts.notJudged.size > 0) {
    const all = [...counts.notJudged.values()].reduce((sum, number) => sum + number, 0)
    lines.row('Not judged', `${grouped(all).padStart(countWidth)}  ${listText(NOT_JUDGED_REASONS, counts.notJudged, REASON_WORDS)}`)
  }
  if (counts.timed > 0) lines.row('Through server', `${milliseconds(counts.least)} to ${milliseconds(counts.greatest)} ms, ${milliseconds(counts.average)} ms on average`)
  addLimits(lines, totals)
  return lines.text
}

function publicationsText({ qos, refused, notAcknowledged, publications }: DeliveryCounts): string {
  if (publications === 0) return ''
  const parts = qos.flatMap((number, level) => (number === 0 ? [] : [`QoS ${level} ${grouped(number)}`]))
  const faults = [...(refused === 0 ? [] : [`${grouped(refused)} refused`]), ...(notAcknowledged === 0 ? [] : [`${grouped(notAcknowledged)} not acknowledged`])]
  return `  ${parts.join(', ')}${faults.length === 0 ? '' : `; ${faults.join(', ')}`}`
}

function listText<Name extends string>(names: readonly Name[], counts: ReadonlyMap<Name, number>, words: Readonly<Record<Name, string>>): string {
  return names.flatMap((name) => (counts.has(name) ? [`${words[name]} ${grouped(counts.get(name)!)}`] : [])).join(', ')
}

function numberText(number: number): string {
  return number === 0 ? '-' : grouped(number)
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(3)
}

function none(): ByCertainty {
  return { certain: 0, likely: 0, unsure: 0 }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
