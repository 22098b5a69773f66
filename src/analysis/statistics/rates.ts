/**
 * Packets and bytes over time, in buckets of equal width. Where a capture gets too long for them, buckets are put together to wider ones: memory stays the
 * same for captures of any length, and no count is ever estimated.
 */
import { SENT_BY, type BySender } from './traffic.ts'

const MICROSECOND = 1e3
const MILLISECOND = 1e6
const SECOND = 1e9
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Widths of buckets, each a multiple of the one before. Behind the last one they double. */
const WIDTHS: readonly number[] = [
  ...[1, 2, 10, 20, 100, 200].map((width) => width * MICROSECOND),
  ...[1, 2, 10, 20, 100, 200].map((width) => width * MILLISECOND),
  ...[1, 2, 10, 20].map((width) => width * SECOND),
  ...[1, 2, 10, 20].map((width) => width * MINUTE),
  ...[1, 2, 12].map((width) => width * HOUR),
  ...[1, 2, 10, 20, 100, 200, 1_000].map((width) => width * DAY),
]

/** Widths of columns that people can read rates from: multiples of any bucket that is much narrower. */
const INTERVALS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((width) => width * MICROSECOND),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((width) => width * MILLISECOND),
  ...[1, 2, 5, 10, 20, 30].map((width) => width * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((width) => width * MINUTE),
  ...[1, 2, 4, 6, 12].map((width) => width * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((width) => width * DAY),
]

/** What went by in the time from `start` on, for as long as all others. */
export interface RateColumn {
  /** Nanoseconds since the capture's first frame. */
  readonly start: number
  readonly packets: BySender
  readonly bytes: BySender
}

export interface RateColumns {
  /** Nanoseconds. */
  readonly interval: number
  /** Without a hole from the first packet to the last one, or to the time asked for; empty where no packet has a time. */
  readonly columns: readonly RateColumn[]
}

/** 292 years from the first frame: no capture is that long. Only a crafted one has such times, and doubles cannot tell them apart. */
const FARTHEST = 2 ** 63

/** Packets, then bytes, by sender. */
const NUMBERS = 2 * SENT_BY.length

export class Rates {
  /** Packets without a time, or with one that cannot be: they are in no bucket. */
  untimed = 0
  readonly #most: number
  readonly #chosen: number | null
  #width: number
  /** Bucket `index` begins at `index × width`, and stands at `index mod most`. The first and the last one in use: */
  #first = 0
  #last = -1
  #counts: Float64Array
  /** Of the bucket that the last packet fell in. */
  #start = NaN
  #end = NaN
  #at = 0

  /** `interval`: the width that the user wants; null for one that suits the capture. */
  constructor(buckets: number, interval: number | null = null) {
    this.#most = buckets
    this.#chosen = interval
    this.#width = interval ?? WIDTHS[0]!
    this.#counts = new Float64Array(buckets * NUMBERS)
  }

  /** `by` as `sentBy` says. */
  add(time: number, by: number, bytes: number): void {
    if (!(time >= this.#start && time < this.#end) && !this.#find(time)) return
    this.#counts[this.#at + by]!++
    this.#counts[this.#at + SENT_BY.length + by]! += bytes
  }

  /** The chosen interval was too short for so long a capture: columns are wider. */
  get widened(): boolean {
    return this.#chosen !== null && this.#width !== this.#chosen
  }

  /** As many columns as there are with the chosen interval, else at most `most`. `until`: they go on to that time, if the last packet was before it. */
  columns(most: number, until = -Infinity): RateColumns {
    const end = Math.max(this.#last * this.#width, until)
    const interval = this.#chosen === null ? this.#interval((interval) => Math.floor(end / interval) - Math.floor((this.#first * this.#width) / interval) < most) : this.#width
    return this.#columns(interval, Math.floor((this.#first * this.#width) / interval), Math.floor(end / interval))
  }

  /**
   * The last `length` nanoseconds until the last packet, or until `until` where that is later, in at most `most` columns, whatever interval was chosen. How wide columns
   * are depends on the length alone, so that they stand still while a capture grows; but where buckets have become wider, columns are too.
   */
  recent(length: number, most: number, until = -Infinity): RateColumns {
    const interval = this.#interval((interval) => interval * most >= length)
    const last = Math.floor(Math.max(this.#last * this.#width, until) / interval)
    const first = Math.floor((this.#first * this.#width) / interval)
    return this.#columns(interval, Math.max(first, last - Math.max(1, Math.round(length / interval)) + 1), last)
  }

  /** The end of the bucket of the newest packet; NaN where none has a time. */
  get end(): number {
    return this.#last < this.#first ? NaN : (this.#last + 1) * this.#width
  }

  /** All that went by from this time on; from the beginning of its bucket, which `start` tells. */
  since(time: number): RateColumn {
    const from = Math.floor(time / this.#width)
    const sums = new Float64Array(NUMBERS)
    for (let index = Math.max(this.#first, from); index <= this.#last; index++) addNumbers(sums, 0, this.#counts, this.#place(index))
    return columnOf(from * this.#width, sums, 0)
  }

  /** From the column `first`, the one that begins at `first × interval`, to the column `last`. */
  #columns(interval: number, first: number, last: number): RateColumns {
    if (this.#last < this.#first) return { interval: this.#width, columns: [] }
    const buckets = interval / this.#width
    const sums = new Float64Array((last - first + 1) * NUMBERS)
    const from = Math.max(this.#first, first * buckets)
    for (let index = from; index <= this.#last; index++) addNumbers(sums, (Math.floor(index / buckets) - first) * NUMBERS, this.#counts, this.#place(index))
    const columns: RateColumn[] = []
    for (let at = 0; at < sums.length; at += NUMBERS) {
      columns.push(columnOf((first + at / NUMBERS) * interval, sums, at))
    }
    return { interval, columns }
  }

  /** The shortest that people can read, of whole buckets. */
  #interval(fits: (interval: number) => boolean): number {
    if (this.#last < this.#first) return this.#width
    const found = INTERVALS.find((interval) => interval % this.#width === 0 && fits(interval))
    if (found !== undefined) return found
    let interval = this.#width
    while (!fits(interval)) interval *= 2
    return interval
  }

  /** Makes the bucket of this time the current one. False where there is no time. */
  #find(time: number): boolean {
    if (!(Math.abs(time) < FARTHEST)) {
      this.untimed++
      return false
    }
    let index = Math.floor(time / this.#width)
    if (this.#last < this.#first) {
      this.#first = index
      this.#last = index
    } else if (index < this.#first || index > this.#last) {
      if (Math.max(index, this.#last) - Math.min(index, this.#first) >= this.#most) {
        this.#widenFor(time)
        index = Math.floor(time / this.#width)
      }
      this.#first = Math.min(index, this.#first)
      this.#last = Math.max(index, this.#last)
    }
    this.#at = this.#place(index)
    this.#start = index * this.#width
    this.#end = this.#start + this.#width
    return true
  }

  /** Puts buckets together until all of them and that of `time` have a place. */
  #widenFor(time: number): void {
    const before = this.#width
    const start = this.#first * before
    const end = this.#last * before
    let width = before
    do {
      const narrower = width
      const next = this.#chosen === null ? WIDTHS.find((wider) => wider > narrower) : undefined
      width = next ?? narrower * 2
    } while (Math.floor(Math.max(time, end) / width) - Math.floor(Math.min(time, start) / width) >= this.#most)
    this.#width = width
    const buckets = width / before
    const counts = new Float64Array(this.#counts.length)
    for (let index = this.#first; index <= this.#last; index++) addNumbers(counts, this.#place(Math.floor(index / buckets)), this.#counts, this.#place(index))
    this.#counts = counts
    this.#first = Math.floor(this.#first / buckets)
    this.#last = Math.floor(this.#last / buckets)
  }

  #place(index: number): number {
    const place = index % this.#most
    return (place < 0 ? place + this.#most : place) * NUMBERS
  }
}

function addNumbers(to: Float64Array, at: number, from: Float64Array, fromAt: number): void {
  for (let number = 0; number < NUMBERS; number++) to[at + number]! += from[fromAt + number]!
}

function columnOf(start: number, numbers: Float64Array, at: number): RateColumn {
  return { start, packets: bySender(numbers, at), bytes: bySender(numbers, at + SENT_BY.length) }
}

function bySender(numbers: Float64Array, at: number): BySender {
  return { client: numbers[at]!, server: numbers[at + 1]!, unknown: numbers[at + 2]! }
}
