import { describe, expect, it } from 'vitest'
import { dateFromDays, daysFromDate, daysInMonth } from '../../../src/analysis/fields/calendar.ts'

describe('the calendar agrees with JavaScript', () => {
  it('on each day of the 450 years around 1970 and 2100, and on far ones', () => {
    const days = [...Array.from({ length: 165_000 }, (_, index) => index - 82_500), -719_468, -719_469, 2_932_896, 10_000_000]
    for (const day of days) {
      const date = new Date(day * 86_400_000)
      const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
      const given = dateFromDays(day)
      if (given.year !== expected.year || given.month !== expected.month || given.day !== expected.day) expect(given).toEqual(expected)
      if (daysFromDate(expected) !== day) expect(daysFromDate(expected)).toBe(day)
    }
    expect(dateFromDays(19_675)).toEqual({ year: 2023, month: 11, day: 14 })
  })
})

describe('the length of February', () => {
  it.each([[2023, 28], [2024, 29], [1900, 28], [2000, 29]])('in %i', (year, days) => {
    expect(daysInMonth(year, 2)).toBe(days)
  })
})
