import { FILTER_FIELDS } from '../analysis/fields.ts'
import { LIMITS } from '../analysis/limits.ts'
import { wantsColour } from '../report/colour.ts'
import { timeStyle, TIME_STYLES } from '../report/time-format.ts'
import { UsageError } from './exit.ts'
import { flag, mqttVersion, oneOf, text, texts, wholeNumber } from './option-values.ts'
import { COLOUR_CHOICES, FAIL_LEVELS, PAYLOAD_MODES, READ_FORMATS } from './options.ts'
import { parsePorts } from './port-list.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { FieldSource } from '../analysis/fields/values.ts'
import type { Version } from '../mqtt/version.ts'
import type { PayloadMode } from '../report/payload-text.ts'
import type { TimeStyle } from '../report/time-format.ts'
import type { FailLevel } from './fail-on.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap read` was asked to do, checked. All mistakes of the command line are found here, before any file is opened. */
export interface ReadPlan {
  readonly files: readonly string[]
  readonly format: (typeof READ_FORMATS)[number]
  /** Columns of `-f fields`. */
  readonly columns: readonly FieldSource[]
  /** Null where all packets are shown. */
  readonly filter: Filter | null
  readonly quiet: boolean
  readonly bytes: boolean
  readonly payload: PayloadMode
  readonly payloadBytes: number
  readonly time: TimeStyle
  readonly utc: boolean
  readonly header: boolean
  readonly colour: boolean
  readonly showSecrets: boolean
  readonly ports: Uint8Array
  readonly version: Version | null
  readonly output: string | null
  readonly failOn: FailLevel
}

const DEFAULT_PORTS = '1883'

export async function readPlan(args: Arguments, files: readonly string[]): Promise<ReadPlan> {
  if (files.length === 0) throw new UsageError('give a capture file, or - for standard input', 'mqtap read --help tells more.')
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('standard input (-) can be read only once')
  const columns = columnsOf(args)
  const format = formatOf(args, columns)
  if (format === 'fields' && columns.length === 0) throw new UsageError('-f fields needs the fields: -e NAME', 'Example: -f fields -e frame.number -e mqtt.topic')
  if (format !== 'fields' && columns.length > 0) throw new UsageError(`-e goes with -f fields, not with -f ${format}`)
  const bytes = flag(args, 'x')
  if (bytes && format !== 'line' && format !== 'detail') throw new UsageError(`-x goes with -f line and -f detail (-V), not with -f ${format}`)
  const output = text(args, 'w')
  if (output === '-') throw new UsageError('-w needs the name of a file; standard output is for the packets')
  return {
    files,
    format,
    columns,
    filter: await filterOf(args),
    quiet: flag(args, 'q'),
    bytes,
    payload: oneOf(args, 'payload', PAYLOAD_MODES) ?? 'preview',
    payloadBytes: wholeNumber(args, 'payload-bytes', LIMITS.mqtt.decodedBytes) ?? LIMITS.mqtt.payloadKept,
    time: timeOf(args),
    utc: flag(args, 'utc'),
    header: args.header === undefined ? process.stdout.isTTY === true : flag(args, 'header'),
    colour: wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true),
    showSecrets: flag(args, 'show-secrets'),
    ports: parsePorts(texts(args, 'port').join(',') || DEFAULT_PORTS),
    version: mqttVersion(args),
    output: output ?? null,
    failOn: oneOf(args, 'fail-on', FAIL_LEVELS) ?? 'never',
  }
}

/** `-V` and `-e` say the format too. */
function formatOf(args: Arguments, columns: readonly FieldSource[]): ReadPlan['format'] {
  const format = oneOf(args, 'f', READ_FORMATS)
  if (flag(args, 'V')) {
    if (format !== undefined && format !== 'detail') throw new UsageError(`-V is -f detail, so it does not go with -f ${format}`)
    return 'detail'
  }
  return format ?? (columns.length > 0 ? 'fields' : 'line')
}

/** The grammar is as large as all the rest, so it is loaded only where there is a filter. */
async function filterOf(args: Arguments): Promise<Filter | null> {
  const written = text(args, 'Y')
  if (written === undefined) return null
  const { compileFilter, formatFilterError } = await import('../analysis/filter/filter.ts')
  const result = compileFilter(written)
  if (!result.ok) throw new UsageError('the filter (-Y) has a mistake', formatFilterError(written, result.error))
  return result.filter
}

/** `-e a -e b` and `-e a,b` alike. */
function columnsOf(args: Arguments): FieldSource[] {
  const names = texts(args, 'e').flatMap((list) => list.split(',')).map((name) => name.trim()).filter((name) => name !== '')
  return names.map((name) => {
    const source = FILTER_FIELDS.get(name)
    if (source !== undefined) return source
    const nearest = FILTER_FIELDS.nearest(name)
    throw new UsageError(`-e ${name}: there is no such field`, nearest === null ? 'mqtap fields lists them all.' : `Did you mean ${nearest}?`)
  })
}

function timeOf(args: Arguments): TimeStyle {
  const name = text(args, 't')
  if (name === undefined) return 'relative'
  const style = timeStyle(name)
  if (style !== null) return style
  const meanings = Object.entries(TIME_STYLES).map(([long, { short, meaning }]) => `  ${[...short, long].join(', ').padEnd(18)}${meaning}`)
  throw new UsageError(`--time ${name}: there is no such form of time`, `Choose one of\n${meanings.join('\n')}`)
}
