import { nearestName } from '../analysis/fields/nearest-name.ts'
import { VERSIONS } from '../mqtt/version.ts'
import { unprotect } from './arguments.ts'
import { UsageError } from './exit.ts'
import type { Version } from '../mqtt/version.ts'

/** Option values as yargs hands them over, made into what commands work with. A value that makes no sense is a UsageError that names the option. */

/** What yargs makes of the command line: an option given twice is an array. */
export type Arguments = Readonly<Record<string, unknown>>

export function flag(args: Arguments, name: string): boolean {
  const value = args[name]
  return Array.isArray(value) ? value[value.length - 1] === true : value === true
}

export function texts(args: Arguments, name: string): string[] {
  const value = args[name]
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map((item) => unprotect(String(item)))
}

/** Undefined where the option is not given. */
export function text(args: Arguments, name: string): string | undefined {
  const values = texts(args, name)
  if (values.length > 1) throw new UsageError(`${spelled(name)} is given ${values.length} times; give it once`)
  return values[0]
}

export function oneOf<Choice extends string>(args: Arguments, name: string, choices: readonly Choice[]): Choice | undefined {
  const value = text(args, name)
  if (value === undefined) return undefined
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  const nearest = nearestName(value, choices)
  throw new UsageError(`${spelled(name)} ${value}: choose one of ${choices.join(', ')}`, nearest === null ? null : `Did you mean ${nearest}?`)
}

/** `-f`; `-V` is another name of the format `detail`. */
export function formatOf<Choice extends string>(args: Arguments, choices: readonly (Choice | 'detail')[]): Choice | 'detail' | undefined {
  const format = oneOf(args, 'f', choices)
  if (!flag(args, 'V')) return format
  if (format !== undefined && format !== 'detail') throw new UsageError(`-V is -f detail, so it does not go with -f ${format}`)
  return 'detail'
}

export function wholeNumber(args: Arguments, name: string, most: number): number | undefined {
  const value = text(args, name)
  if (value === undefined) return undefined
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number <= most)) throw new UsageError(`${spelled(name)} ${value}: a whole number from 0 to ${most} is needed`)
  return number
}

/** `5`, `5.0`, `v5`, `311`: the ways in which people and libraries write the versions. */
const VERSION_SPELLINGS: Readonly<Record<string, Version>> = {
  '3': '3.1', '31': '3.1', '3.1': '3.1', '4': '3.1.1', '311': '3.1.1', '3.1.1': '3.1.1', '5': '5.0', '50': '5.0', '5.0': '5.0',
}

export function mqttVersion(args: Arguments): Version | null {
  const value = text(args, 'mqtt-version')
  if (value === undefined) return null
  const version = VERSION_SPELLINGS[value.toLowerCase().replace(/^(?:mqtt)?v?/, '')]
  if (version === undefined) throw new UsageError(`--mqtt-version ${value}: choose one of ${VERSIONS.join(', ')}`)
  return version
}

function spelled(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

/** `--slow`: a decimal number of milliseconds; with more than six digits behind the point it would be no whole number of nanoseconds. */
export function nanosecondsOf(milliseconds: string): number {
  if (!/^\d+(?:\.\d{1,6})?$/.test(milliseconds)) {
    throw new UsageError(`--slow ${milliseconds}: a number of milliseconds is needed, with at most six decimals`, 'Example: --slow 250, --slow 0.5')
  }
  return Math.round(Number(milliseconds) * 1e6)
}

const UNITS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 }

/** `500ms`, `10s`, `5m`: in nanoseconds; null where the option is not given. */
export function lengthOfTime(args: Arguments, name: string): number | null {
  const written = text(args, name)
  if (written === undefined) return null
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(written) ?? []
  const length = number === undefined ? 0 : Math.round(Number(number) * UNITS[unit!]!)
  if (length < 1) throw new UsageError(`--${name} ${written}: a length of time with its unit is needed (us, ms, s, m, h, d)`, `Examples: --${name} 500ms, --${name} 10s, --${name} 5m`)
  return length
}
