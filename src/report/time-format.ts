import { twoDigits } from '../bytes/number-text.ts'
import type { CaptureClock } from '../capture/frame.ts'

/**
 * Capture times as text. A time is a number of nanoseconds since the capture's first timed frame; no digit of it is lost or made up: microseconds where
 * all times so far are whole microseconds, else nanoseconds. NaN (a frame without a time) shows as `-`.
 */

/** How a packet's time is shown; the short names are those that `tshark -t` has. */
export const TIME_STYLES = {
  relative: { short: ['r'], utc: false, meaning: 'seconds since the first frame of the capture' },
  delta: { short: ['d', 'dd'], utc: false, meaning: 'seconds since the packet shown before' },
  epoch: { short: ['e'], utc: false, meaning: 'seconds since 1970-01-01 UTC' },
  clock: { short: ['a'], utc: false, meaning: 'time of day' },
  date: { short: ['ad'], utc: false, meaning: 'date and time of day' },
  iso: { short: [], utc: false, meaning: 'date and time as ISO 8601, with the zone' },
  'utc-clock': { short: ['u'], utc: true, meaning: 'time of day in UTC' },
  'utc-date': { short: ['ud'], utc: true, meaning: 'date and time of day in UTC' },
} as const

export type TimeStyle = keyof typeof TIME_STYLES

/** The style of a name as the user gives it, or null. */
export function timeStyle(name: string): TimeStyle | null {
  for (const [style, { short }] of Object.entries(TIME_STYLES)) {
    if (style === name || (short as readonly string[]).includes(name)) return style as TimeStyle
  }
  return null
}

export type ClockSource = () => CaptureClock | null

/** What machine formats hold: decimal seconds with nine digits since 1970, or null where the capture has no time. */
export function epochText(clock: CaptureClock | null, time: number): string | null {
  if (clock === null || Number.isNaN(time)) return null
  const seconds = wholeSeconds(clock, time)
  const nanoseconds = restOfSecond(clock, time)
  return seconds >= 0 ? `${seconds}.${nineDigits(nanoseconds)}` : negativeSeconds(seconds, nanoseconds, 9)
}

/** One column of times: keeps what it needs to be fast and even, such as the text of the last second. */
export class TimeColumn {
  readonly style: TimeStyle
  readonly #clock: ClockSource
  readonly #utc: boolean
  #digits: 6 | 9 = 6
  #second = NaN
  #secondText = ''
  #zoneText = ''

  constructor(style: TimeStyle, utc: boolean, clock: ClockSource) {
    this.style = style
    this.#utc = utc || TIME_STYLES[style].utc
    this.#clock = clock
  }

  /** `previous` is the time of the packet shown before, NaN where there is none. */
  text(time: number, previous: number): string {
    if (Number.isNaN(time)) return '-'
    if (this.style === 'relative') return this.#seconds(time)
    if (this.style === 'delta') return this.#seconds(Number.isNaN(previous) ? 0 : time - previous)
    const clock = this.#clock()
    if (clock === null) return '-'
    const second = wholeSeconds(clock, time)
    const nanoseconds = restOfSecond(clock, time)
    if (this.style === 'epoch') {
      const fraction = this.#fraction(nanoseconds)
      return second >= 0 ? `${second}.${fraction}` : negativeSeconds(second, nanoseconds, this.#digits)
    }
    if (second !== this.#second) this.#enter(second)
    return `${this.#secondText}.${this.#fraction(nanoseconds)}${this.#zoneText}`
  }

  #seconds(time: number): string {
    if (time < 0) return `-${this.#seconds(-time)}`
    const seconds = Math.floor(time / 1e9)
    return `${seconds}.${this.#fraction(time - seconds * 1e9)}`
  }

  #fraction(nanoseconds: number): string {
    const below = nanoseconds % 1000
    if (below !== 0) this.#digits = 9
    const microseconds = (nanoseconds - below) / 1000
    const text = THREE_DIGITS[(microseconds - (microseconds % 1000)) / 1000]! + THREE_DIGITS[microseconds % 1000]!
    return this.#digits === 6 ? text : text + THREE_DIGITS[below]!
  }

  /** Formats a second once for all packets in it. */
  #enter(second: number): void {
    this.#second = second
    const moment = new Date(second * 1000)
    if (Number.isNaN(moment.getTime())) {
      // A damaged capture: no calendar reaches there. The number itself is still true.
      this.#secondText = String(second)
      this.#zoneText = ''
      return
    }
    const [date, clock] = calendar(moment, this.#utc)
    const long = this.style !== 'clock' && this.style !== 'utc-clock'
    this.#secondText = this.style === 'iso' ? `${date}T${clock}` : long ? `${date} ${clock}` : clock
    this.#zoneText = this.style === 'iso' ? zone(moment, this.#utc) : ''
  }
}

/** Of whole nanoseconds: as JSON it has at most six decimals, and all of them are right. */
export function milliseconds(nanoseconds: number): number {
  return nanoseconds / 1e6
}

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'))

function nineDigits(nanoseconds: number): string {
  const below = nanoseconds % 1000
  const microseconds = (nanoseconds - below) / 1000
  return THREE_DIGITS[(microseconds - (microseconds % 1000)) / 1000]! + THREE_DIGITS[microseconds % 1000]! + THREE_DIGITS[below]!
}

/** `seconds` is rounded down, so -0.25 s comes as -1 and 750,000,000. */
function negativeSeconds(seconds: number, nanoseconds: number, digits: 6 | 9): string {
  const up = nanoseconds === 0 ? 0 : 1
  return `-${-seconds - up}.${nineDigits(up === 0 ? 0 : 1e9 - nanoseconds).slice(0, digits)}`
}

function wholeSeconds(clock: CaptureClock, time: number): number {
  return clock.epochSeconds + Math.floor((clock.epochNanoseconds + time) / 1e9)
}

function restOfSecond(clock: CaptureClock, time: number): number {
  const total = clock.epochNanoseconds + time
  return total - Math.floor(total / 1e9) * 1e9
}

function calendar(moment: Date, utc: boolean): [date: string, clock: string] {
  const year = utc ? moment.getUTCFullYear() : moment.getFullYear()
  const month = utc ? moment.getUTCMonth() : moment.getMonth()
  const day = utc ? moment.getUTCDate() : moment.getDate()
  const hour = utc ? moment.getUTCHours() : moment.getHours()
  const minute = utc ? moment.getUTCMinutes() : moment.getMinutes()
  const second = utc ? moment.getUTCSeconds() : moment.getSeconds()
  return [
    `${String(year).padStart(4, '0')}-${twoDigits(month + 1)}-${twoDigits(day)}`,
    `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}`,
  ]
}

/** ISO 8601: `Z`, or the offset from UTC at that moment. */
function zone(moment: Date, utc: boolean): string {
  if (utc) return 'Z'
  const offset = -moment.getTimezoneOffset()
  const size = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`
}
