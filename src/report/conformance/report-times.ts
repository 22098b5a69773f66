import { durationText } from '../../bytes/number-text.ts'
import { TimeColumn } from '../time-format.ts'
import type { CaptureClock } from '../../capture/frame.ts'
import type { ReportObject } from '../schema/report.ts'

/** Where the times of a capture come from. Only those of arrival are a reason to doubt short ones. */
export const TIMESTAMPS_TEXT: Readonly<Record<ReportObject['capture']['timestamps'], string>> = {
  kernel: 'times of the kernel', arrival: 'times of arrival here', file: 'times as the file has them',
}

/** The times of a report, which are decimal seconds with nine digits, as people read them. */
export class ReportTimes {
  /** Of the first frame; null where no frame has a time. */
  readonly first: CaptureClock | null
  /** Nanoseconds from the first frame to the last. */
  readonly length: number
  readonly #relative: TimeColumn
  readonly #date: TimeColumn

  constructor({ capture }: ReportObject, utc: boolean) {
    this.first = capture.first === null ? null : clockOf(capture.first)
    this.length = Math.max(this.since(capture.last) || 0, 0)
    this.#relative = new TimeColumn('relative', utc, () => this.first)
    this.#date = new TimeColumn('date', utc, () => this.first)
  }

  /** Seconds since the first frame: `12.004118`; `-` where there is no time. */
  relative(time: string | null): string {
    return this.#relative.text(this.since(time), NaN)
  }

  date(time: string | null): string {
    return this.#date.text(this.since(time), NaN)
  }

  /** The same of nanoseconds since the first frame. */
  relativeOf(nanoseconds: number): string {
    return this.#relative.text(nanoseconds, NaN)
  }

  /** From one to the other; null where one has no time, and where time ran backwards. */
  between(from: string | null, to: string | null): string | null {
    const length = this.since(to) - this.since(from)
    return length >= 0 ? durationText(length) : null
  }

  /** Nanoseconds since the first frame; NaN where there is no time. */
  since(time: string | null): number {
    if (time === null || this.first === null) return NaN
    const { epochSeconds, epochNanoseconds } = clockOf(time)
    return (epochSeconds - this.first.epochSeconds) * 1e9 + (epochNanoseconds - this.first.epochNanoseconds)
  }
}

/** Before 1970 the whole number is negative, and its fraction with it. */
function clockOf(time: string): CaptureClock {
  const [seconds = '0', fraction = '0'] = time.split('.')
  const sign = time.startsWith('-') ? -1 : 1
  return { epochSeconds: Number(seconds), epochNanoseconds: sign * Number(fraction) }
}
