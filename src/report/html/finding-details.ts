/**
 * Keeps what the page shows of each finding while the capture is read: the packet's bytes, which are there only while it goes by, and the steps of the
 * exchange, which may come later.
 */
import { senderOf } from '../../mqtt/version.ts'
import { packetLabel } from '../ladder/label.ts'
import { carriesSecrets, hiddenRanges } from '../secrets.ts'
import { wireText, word } from '../wire-text.ts'
import type { PipelineSink } from '../../analysis/pipeline.ts'
import type { RateColumns } from '../../analysis/statistics/rates.ts'
import type { ByteRange } from '../../bytes/hex.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Exchange, Step } from '../../session/exchange.ts'
import type { DecodeFields } from '../byte-dump.ts'
import type { FindingDetail, LadderStep, PacketBytes, RateDetails } from './details.ts'

/** At some 4 kB each (bytes, steps and labels), 8 MB; on the page, some 20 MB, which browsers still show. */
export const MOST_DETAILS = 2_000
/** One rule that fires all the time must leave room for others. */
export const MOST_DETAILS_OF_RULE = 100
/** Of a packet: all of nearly every one, and of a large one enough to see where the range stands. */
export const BYTES_KEPT = 512
/** Shown before the range, where the packet is longer than is kept. A whole number of rows. */
const BYTES_BEFORE = 64
const BYTES_OF_ROW = 16
/** A publication that is sent again and again has many; the first and the last ones tell. */
const MOST_STEPS = 16

/** What tells a finding from others: it is copied on its way into the report object. */
export type FindingKey = Pick<Finding, 'rule' | 'stream' | 'actor' | 'packet' | 'frame' | 'start' | 'end'>

interface Kept {
  packet: PacketBytes | null
  /** The packet itself: one or none. */
  own: readonly LadderStep[]
  ladder: readonly LadderStep[]
  leftOut: number
}

/** `PacketEvent.number` of the packet that is marked. */
interface Waiting {
  readonly kept: Kept
  readonly marked: number | null
}

export interface FindingDetailsOptions {
  readonly showSecrets: boolean
  readonly decodeFields: DecodeFields
}

export class FindingDetails {
  readonly #options: FindingDetailsOptions
  readonly #kept = new Map<string, Kept>()
  readonly #byRule = new Map<string, number>()
  /** By Exchange.number, of those that go on. */
  readonly #waiting = new Map<number, Waiting[]>()
  /** By PacketEvent.number, of those that have not gone by: an exchange is told to have ended before the packet that ends it. */
  readonly #awaiting = new Map<number, { readonly kept: Kept; readonly range: ByteRange | null }[]>()
  /** What is being judged. */
  #event: PacketEvent | null = null
  #exchange: Exchange | null = null

  constructor(options: FindingDetailsOptions) {
    this.#options = options
  }

  /** A packet is going to be judged, with the exchange that it belongs to. Both are used until `gone`. */
  packet(event: PacketEvent, exchange: Exchange | null): void {
    this.#event = event
    this.#exchange = exchange
    const awaiting = this.#awaiting.size === 0 ? undefined : this.#awaiting.get(event.number)
    if (awaiting === undefined) return
    this.#awaiting.delete(event.number)
    for (const { kept, range } of awaiting) {
      kept.packet = this.#bytes(event, range)
      kept.own = packetStep(event)
      kept.ladder = withOwn(kept.ladder, kept.own)
    }
  }

  /** An exchange that has ended is going to be judged. Findings about it get the packets that came after they were made. */
  exchange(exchange: Exchange): void {
    this.#exchange = exchange
    const waiting = this.#waiting.get(exchange.number)
    if (waiting === undefined) return
    this.#waiting.delete(exchange.number)
    for (const one of waiting) this.#fill(one, exchange)
  }

  /** What was going to be judged has been. */
  gone(): void {
    this.#event = null
    this.#exchange = null
  }

  /** A finding has been made. */
  finding(finding: FindingKey & Pick<Finding, 'exchange'>): void {
    const key = keyOf(finding)
    const ofRule = this.#byRule.get(finding.rule) ?? 0
    if (this.#kept.has(key) || this.#kept.size >= MOST_DETAILS || ofRule >= MOST_DETAILS_OF_RULE) return
    this.#byRule.set(finding.rule, ofRule + 1)
    const event = this.#event?.number === finding.packet ? this.#event : null
    const own = event === null ? [] : packetStep(event)
    const kept: Kept = { packet: event === null ? null : this.#bytes(event, rangeOf(finding)), own, ladder: own, leftOut: 0 }
    this.#kept.set(key, kept)
    if (event === null && finding.packet !== null) listed(this.#awaiting, finding.packet).push({ kept, range: rangeOf(finding) })
    const number = finding.exchange ?? (event === null ? null : (this.#exchange?.number ?? null))
    if (number === null) return
    const waiting = { kept, marked: finding.packet }
    if (this.#exchange?.number === number) this.#fill(waiting, this.#exchange)
    listed(this.#waiting, number).push(waiting)
  }

  /** In the order of these findings, which are those of the report object. */
  of(findings: readonly FindingKey[]): (FindingDetail | null)[] {
    return findings.map((finding) => {
      const kept = this.#kept.get(keyOf(finding))
      return kept === undefined ? null : { packet: kept.packet, ladder: kept.ladder, leftOut: kept.leftOut }
    })
  }

  #fill({ kept, marked }: Waiting, exchange: Exchange): void {
    const { steps, packets } = exchange
    const shown = steps.length <= MOST_STEPS ? steps : [...steps.slice(0, MOST_STEPS - 1), steps[steps.length - 1]!]
    kept.ladder = withOwn(shown.map((step) => ({
      type: step.type, by: step.by, time: step.time, frame: step.frame, label: stepLabel(step, exchange), marked: step.number === marked,
    })), kept.own)
    kept.leftOut = Math.max(packets - shown.length, 0)
  }

  #bytes(event: PacketEvent, range: ByteRange | null): PacketBytes | null {
    const { buffer, start, end, length, packet } = event
    const atHand = end - start
    if (atHand === 0) return null
    const byteOffset = windowStart(range, atHand)
    const bytes = buffer.slice(start + byteOffset, Math.min(start + byteOffset + BYTES_KEPT, end))
    // Only where there may be something to hide is it worth decoding the fields.
    const masked = this.#options.showSecrets || !carriesSecrets(packet.type) ? [] : hiddenRanges(this.#options.decodeFields(event), packet.type)
    for (const secret of masked) bytes.fill(0, clamp(secret.start - byteOffset, bytes.length), clamp(secret.end - byteOffset, bytes.length))
    return { bytes, byteOffset, length, masked }
  }
}

/** A sink that lets `details` look at what `judged`, which makes the findings, is going to hear. */
export function watchedSink(details: FindingDetails, judged: PipelineSink): PipelineSink {
  return {
    ...judged,
    packet: (event, exchange) => {
      details.packet(event, exchange)
      judged.packet(event, exchange)
      details.gone()
    },
    exchange: (exchange) => {
      details.exchange(exchange)
      judged.exchange?.(exchange)
      details.gone()
    },
  }
}

export function rateDetails({ interval, columns }: RateColumns): RateDetails | null {
  if (columns.length === 0) return null
  return {
    start: columns[0]!.start,
    intervalMs: interval / 1e6,
    columns: columns.map(({ packets: { client, server, unknown } }) => client + server + unknown),
  }
}

function keyOf({ rule, stream, actor, packet, frame, start, end }: FindingKey): string {
  return `${rule} ${stream} ${actor} ${packet} ${frame} ${start} ${end}`
}

function rangeOf({ start, end }: FindingKey): ByteRange | null {
  return start === null || end === null ? null : { start, end }
}

/** All of the packet where it fits, else the beginning as long as the range is in it. */
function windowStart(range: ByteRange | null, length: number): number {
  if (range === null || length <= BYTES_KEPT || range.end <= BYTES_KEPT) return 0
  const before = Math.max(Math.min(range.start, length) - BYTES_BEFORE, 0)
  return before - (before % BYTES_OF_ROW)
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most)
}

function listed<Item>(lists: Map<number, Item[]>, number: number): Item[] {
  let list = lists.get(number)
  if (list === undefined) lists.set(number, (list = []))
  return list
}

/** The ladder of a packet that is in no exchange. */
function packetStep(event: PacketEvent): readonly LadderStep[] {
  const { packet: { type }, time, frame, direction } = event
  return direction === null ? [] : [{ type, by: senderOf(direction), time, frame, label: labelOf(event), marked: true }]
}

/** The packet among those of an exchange that it does not belong to: what it was sent against. */
function withOwn(steps: readonly LadderStep[], own: readonly LadderStep[]): readonly LadderStep[] {
  return own.length === 0 || steps.some(({ marked }) => marked) ? steps : [...steps, ...own].sort((a, b) => a.frame - b.frame)
}

function labelOf(event: PacketEvent): string {
  return event.packet.type === 'UNFRAMED' ? `not framed: ${packetLabel(event).text}` : packetLabel(event).text
}

/** As `packetLabel`, of a packet that has gone by. */
function stepLabel({ type, dup, again }: Step, { packetIdentifier, topic, filters, kind }: Exchange): string {
  let label: string = type
  if (packetIdentifier !== null) label += ` #${packetIdentifier}`
  if (type === 'PUBLISH') label += `${kind === 'publish-qos2' ? ' q2' : ' q1'}${dup ? ' DUP' : ''}${topic === null ? '' : ` ${word(topic)}`}`
  const filter = filters[0]
  if (filter !== undefined && (type === 'SUBSCRIBE' || type === 'UNSUBSCRIBE')) label += ` ${wireText(filter.topicFilter)}${filters.length > 1 ? ` +${filters.length - 1} more` : ''}`
  return again ? `${label}, sent again` : label
}
