import { wantsColour } from '../report/colour.ts'
import { timeStyle, TIME_STYLES } from '../report/time-format.ts'
import { UsageError } from './exit.ts'
import { flag, mqttVersion, oneOf, text, texts } from './option-values.ts'
import { COLOUR_CHOICES } from './options.ts'
import { parsePorts } from './port-list.ts'
import type { LiveCapture } from '../io/live/live-capture.ts'
import type { Version } from '../mqtt/version.ts'
import type { TimeStyle } from '../report/time-format.ts'
import type { Arguments } from './option-values.ts'

/** What all commands that read captures were asked to do, checked. */
export interface CapturePlan {
  readonly files: readonly string[]
  /** Only a summary. */
  readonly quiet: boolean
  readonly time: TimeStyle
  readonly utc: boolean
  readonly header: boolean
  readonly colour: boolean
  readonly ports: Uint8Array
  readonly version: Version | null
  /** In place of the files: what is captured now; null where files are read. */
  readonly live: LiveCapture | null
}

const DEFAULT_PORTS = '1883'

export function checkFiles(files: readonly string[], command: string): void {
  if (files.length === 0) throw new UsageError('give a capture file, or - for standard input', `mqtap ${command} --help tells more.`)
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('standard input (-) can be read only once')
}

export function capturePlan(args: Arguments, files: readonly string[]): CapturePlan {
  return {
    files,
    quiet: flag(args, 'q'),
    time: timeOf(args),
    utc: flag(args, 'utc'),
    header: args.header === undefined ? process.stdout.isTTY === true : flag(args, 'header'),
    colour: wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true),
    ports: parsePorts(texts(args, 'port').join(',') || DEFAULT_PORTS),
    version: mqttVersion(args),
    live: null,
  }
}

function timeOf(args: Arguments): TimeStyle {
  const name = text(args, 't')
  if (name === undefined) return 'relative'
  const style = timeStyle(name)
  if (style !== null) return style
  const meanings = Object.entries(TIME_STYLES).map(([long, { short, meaning }]) => `  ${[...short, long].join(', ').padEnd(18)}${meaning}`)
  throw new UsageError(`--time ${name}: there is no such form of time`, `Choose one of\n${meanings.join('\n')}`)
}
