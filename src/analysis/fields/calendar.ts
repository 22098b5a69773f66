/** The Gregorian calendar in UTC, by arithmetic alone: the core reads no clock and knows no time zones. Days count from 1970-01-01. */

export interface CalendarDate {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

export const SECONDS_PER_DAY = 86_400

/** Of a leap cycle: 400 years. */
const CYCLE_YEARS = 400
const CYCLE_DAYS = 146_097

/** A year is taken to begin in March, so that the leap day is its last: these are the days before each of its months. */
const DAYS_BEFORE_MONTH = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337]

/** From 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468

export function daysFromDate({ year, month, day }: CalendarDate): number {
  const march = month > 2 ? year : year - 1
  const cycle = Math.floor(march / CYCLE_YEARS)
  const ofCycle = march - cycle * CYCLE_YEARS
  const dayOfYear = DAYS_BEFORE_MONTH[(month + 9) % 12]! + day - 1
  return cycle * CYCLE_DAYS + ofCycle * 365 + Math.floor(ofCycle / 4) - Math.floor(ofCycle / 100) + dayOfYear - EPOCH
}

export function dateFromDays(days: number): CalendarDate {
  const since = days + EPOCH
  const cycle = Math.floor(since / CYCLE_DAYS)
  const ofCycle = since - cycle * CYCLE_DAYS
  // The leap days of 4, 100 and 400 years taken out, what is left is years of 365 days.
  const year = Math.floor((ofCycle - Math.floor(ofCycle / 1460) + Math.floor(ofCycle / 36_524) - Math.floor(ofCycle / 146_096)) / 365)
  const dayOfYear = ofCycle - (year * 365 + Math.floor(year / 4) - Math.floor(year / 100))
  let month = 11
  while (DAYS_BEFORE_MONTH[month]! > dayOfYear) month--
  return {
    year: cycle * CYCLE_YEARS + year + (month >= 10 ? 1 : 0),
    month: ((month + 2) % 12) + 1,
    day: dayOfYear - DAYS_BEFORE_MONTH[month]! + 1,
  }
}

export function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }
  return daysFromDate(next) - daysFromDate({ year, month, day: 1 })
}
