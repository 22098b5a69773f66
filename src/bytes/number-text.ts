/** Numbers for people. `toLocaleString` does the same, but loading its tables takes longer than reading a small capture. */

/** 4711 → `4,711`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 frame`, `4,711 frames`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`
}

/** In at most five characters: `4,711`, `12.3k`, `1.23M`. Never used where the exact value matters. */
export function shortened(count: number): string {
  if (count < 9_999.5) return grouped(Math.round(count))
  let value = count
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${threeFigures(value)}${UNITS[unit]!}`
}

const UNITS: readonly string[] = ['', 'k', 'M', 'G', 'T', 'P']

/** `9.99`, `10.0`, `100`: by integers, for `toFixed` costs several times as much and this runs once a line. */
export function threeFigures(value: number): string {
  if (value < 9.995) {
    const hundredths = Math.round(value * 100)
    const below = hundredths % 100
    return `${Math.floor(hundredths / 100)}.${below < 10 ? '0' : ''}${below}`
  }
  if (value < 99.95) {
    const tenths = Math.round(value * 10)
    return `${Math.floor(tenths / 10)}.${tenths % 10}`
  }
  return String(Math.round(value))
}

/** A number a second: `0.25`, `43.7`, `812`, `12.3k`. */
export function rateText(rate: number): string {
  return rate < 99.95 ? threeFigures(rate) : shortened(rate)
}

/** A length of time for people, in three digits: `4.08ms`, `507ms`, `12.0s`, `3m05s`, `2h10m`. Never used where the exact value matters. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds < 0) return `-${durationText(-nanoseconds)}`
  if (nanoseconds < 999.5) return `${nanoseconds}ns`
  if (nanoseconds < 999.5e3) return `${threeFigures(nanoseconds / 1e3)}us`
  if (nanoseconds < 999.5e6) return `${threeFigures(nanoseconds / 1e6)}ms`
  if (nanoseconds < 59.95e9) return `${threeFigures(nanoseconds / 1e9)}s`
  const seconds = Math.round(nanoseconds / 1e9)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)}d${twoDigits(hours % 24)}h`
}

/** `07`. */
export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
