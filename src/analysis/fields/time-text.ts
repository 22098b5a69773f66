import type { CaptureClock } from '../../capture/frame.ts'
import { dateFromDays, SECONDS_PER_DAY } from './calendar.ts'

/** Times as Wireshark 4.0 writes them in columns, with nine digits. A time is nanoseconds since the capture's first timed frame; dates are UTC. */

/** `1700000000.123456789` */
export function epochText(clock: CaptureClock, time: number): string {
  const seconds = wholeSeconds(clock, time)
  const nanoseconds = restOfSecond(clock, time)
  if (seconds >= 0) return `${seconds}.${nineDigits(nanoseconds)}`
  // Before 1970: the seconds are rounded down, the text counts towards zero.
  return nanoseconds === 0 ? `${seconds}.000000000` : `-${-seconds - 1}.${nineDigits(1e9 - nanoseconds)}`
}

/** `0.000003456` */
export function durationText(nanoseconds: number): string {
  if (nanoseconds < 0) return `-${durationText(-nanoseconds)}`
  const seconds = Math.floor(nanoseconds / 1e9)
  return `${seconds}.${nineDigits(Math.floor(nanoseconds - seconds * 1e9))}`
}

/** `Nov 14, 2023 22:13:20.123456789 UTC`. Keeps the text of the last second, because many packets share it. */
export class DateText {
  #second = NaN
  #text = ''

  text(clock: CaptureClock, time: number): string {
    const second = wholeSeconds(clock, time)
    if (second !== this.#second) {
      this.#second = second
      this.#text = secondText(second)
    }
    return `${this.#text}.${nineDigits(restOfSecond(clock, time))} UTC`
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function secondText(second: number): string {
  const days = Math.floor(second / SECONDS_PER_DAY)
  const ofDay = second - days * SECONDS_PER_DAY
  const { year, month, day } = dateFromDays(days)
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map((part) => String(part).padStart(2, '0')).join(':')
  // A day of one digit has a blank before it, as in Wireshark.
  return `${MONTHS[month - 1]!} ${String(day).padStart(2)}, ${year} ${clock}`
}

function wholeSeconds(clock: CaptureClock, time: number): number {
  return clock.epochSeconds + Math.floor((clock.epochNanoseconds + time) / 1e9)
}

function restOfSecond(clock: CaptureClock, time: number): number {
  const total = clock.epochNanoseconds + time
  return total - Math.floor(total / 1e9) * 1e9
}

function nineDigits(nanoseconds: number): string {
  return String(nanoseconds).padStart(9, '0')
}
