import { LIMITS } from '../analysis/limits.ts'
import { ENGINE_NAMES, type EngineName } from '../io/live/engine.ts'
import { UsageError } from './exit.ts'
import { flag, oneOf, text, texts, wholeNumber } from './option-values.ts'
import { FLOWS_OPTIONS, LIVE_MODES, LIVE_ONLY_OPTIONS, READ_OPTIONS, REPORT_OPTIONS, VIEW_OPTIONS, type LiveMode } from './options.ts'
import { parsePorts } from './port-list.ts'
import type { Options } from 'yargs'
import type { LiveEnd } from '../io/live/live-capture.ts'
import type { RingLimits } from '../io/live/live-file.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap live` was asked to do, checked, but for what is shown: that is checked by the command that shows it. */
export interface LivePlan {
  readonly mode: LiveMode
  /** Null for standard input. */
  readonly interfaces: readonly string[] | null
  /** Null for one made of the ports. */
  readonly filter: string | null
  readonly ports: Uint8Array
  readonly engine: EngineName | 'auto'
  /** Null for all bytes. */
  readonly snapLength: number | null
  readonly promiscuous: boolean
  readonly bufferMiB: number | null
  readonly output: string | null
  readonly ring: RingLimits | null
  readonly end: LiveEnd
  /** Options for the command that shows what is captured. */
  readonly shown: Arguments
}

const SHOWN_BY: Readonly<Record<LiveMode, Readonly<Record<string, Options>>>> = { view: VIEW_OPTIONS, read: READ_OPTIONS, flows: FLOWS_OPTIONS, report: REPORT_OPTIONS }

const DEFAULT_PORTS = '1883'
const MOST_MIB = 2_047
const MOST_NUMBER = 2 ** 40
const ANY = 'any'
const SECOND = 1_000
/** dumpcap counts file sizes in kB. */
const KB = 1_000

/** `screens`: whether there is a terminal that can show them. */
export function livePlan(args: Arguments, words: readonly string[], screens: boolean): LivePlan {
  const modes = LIVE_MODES.filter((mode) => flag(args, mode))
  if (modes.length > 1) throw new UsageError(`--${modes[0]} and --${modes[1]} do not go together: choose one`)
  const mode = modes[0] ?? (screens && isOfScreens(args) ? 'view' : 'read')
  checkShown(args, mode)
  const piped = words.length === 1 && words[0] === '-'
  if (piped) for (const option of ['i', 'engine', 's', 'p', 'B']) if (args[option] !== undefined) throw new UsageError(`-${option.length === 1 ? '' : '-'}${option} does not go with standard input: another program captures`)
  const output = text(args, 'w') ?? null
  if (output === '-') throw new UsageError('-w needs the name of a file; standard output is for what is shown')
  const ring = ringOf(texts(args, 'b'))
  if (ring !== null && output === null) throw new UsageError('-b goes with -w FILE: it is about files')
  const end = endOf(texts(args, 'a'))
  if (end.files !== null && ring === null) throw new UsageError('-a files: goes with -b, which says when a file is full')
  if (text(args, 'every') !== undefined && (mode !== 'report' || text(args, 'o') === undefined)) throw new UsageError('--every goes with --report and -o FILE')
  return {
    mode,
    interfaces: piped ? null : interfacesOf(texts(args, 'i')),
    filter: piped || words.length === 0 ? null : words.join(' '),
    ports: parsePorts(texts(args, 'port').join(',') || DEFAULT_PORTS),
    engine: oneOf(args, 'engine', ['auto', ...ENGINE_NAMES] as const) ?? 'auto',
    snapLength: wholeNumber(args, 's', LIMITS.capture.frameBytes) || null,
    promiscuous: !flag(args, 'p'),
    bufferMiB: wholeNumber(args, 'B', MOST_MIB) ?? null,
    output,
    ring,
    end,
    shown: Object.fromEntries(Object.entries(args).filter(([name]) => (LIVE_ONLY_OPTIONS[name] === undefined || name === 'every') && name !== 'expression')),
  }
}

/** Who wants a format, or an exit code, wants lines. */
function isOfScreens(args: Arguments): boolean {
  return Object.keys(args).every((name) => LIVE_ONLY_OPTIONS[name] !== undefined || VIEW_OPTIONS[name] !== undefined || READ_OPTIONS[name] === undefined)
}

/** An option of another way of showing says nothing here. */
function checkShown(args: Arguments, mode: LiveMode): void {
  for (const name of Object.keys(args)) {
    if (LIVE_ONLY_OPTIONS[name] !== undefined || SHOWN_BY[mode][name] !== undefined) continue
    const others = LIVE_MODES.filter((other) => SHOWN_BY[other][name] !== undefined)
    if (others.length > 0) throw new UsageError(`${name.length === 1 ? '-' : '--'}${name} goes with ${others.map((other) => `--${other}`).join(' and ')}, not with --${mode}`)
  }
}

function interfacesOf(names: readonly string[]): readonly string[] {
  if (names.length > 0) return [...new Set(names)]
  if (process.platform === 'linux') return [ANY]
  throw new UsageError('give an interface: -i NAME', 'mqtap interfaces lists them.')
}

/** What -a and -b know, as dumpcap has it. */
export const END_CONDITIONS = ['duration', 'packets', 'filesize', 'files'] as const
export const RING_CONDITIONS = ['duration', 'interval', 'filesize', 'packets', 'files'] as const

/** `duration:30`: what, and how many. */
function conditionsOf(option: string, given: readonly string[], known: readonly string[]): ReadonlyMap<string, number> {
  const conditions = new Map<string, number>()
  for (const condition of given) {
    const [, name, value] = /^(\w+):(\d+(?:\.\d+)?)$/.exec(condition) ?? []
    const number = Number(value)
    if (name === undefined || !known.includes(name)) throw new UsageError(`-${option} ${condition}: there is no such condition`, `Conditions: ${known.map((one) => `${one}:NUMBER`).join(', ')}`)
    if (!(number > 0 && number < MOST_NUMBER) || (name !== 'duration' && !Number.isInteger(number))) throw new UsageError(`-${option} ${condition}: a number above 0 is needed`)
    conditions.set(name, number)
  }
  return conditions
}

function endOf(given: readonly string[]): LiveEnd {
  const conditions = conditionsOf('a', given, END_CONDITIONS)
  return {
    duration: times(conditions.get('duration'), SECOND),
    packets: conditions.get('packets') ?? null,
    bytes: times(conditions.get('filesize'), KB),
    files: conditions.get('files') ?? null,
  }
}

function ringOf(given: readonly string[]): RingLimits | null {
  const conditions = conditionsOf('b', given, RING_CONDITIONS)
  if (conditions.size === 0) return null
  if (conditions.size === 1 && conditions.has('files')) throw new UsageError('-b files: needs another -b that says when a file is full', 'Example: -b filesize:100000 -b files:10')
  return {
    duration: conditions.get('duration') ?? null,
    interval: conditions.get('interval') ?? null,
    fileSize: times(conditions.get('filesize'), KB),
    packets: conditions.get('packets') ?? null,
    files: conditions.get('files') ?? null,
  }
}

function times(number: number | undefined, factor: number): number | null {
  return number === undefined ? null : number * factor
}
