import { networkInterfaces } from 'node:os'
import { ASKS_FOR_COMPLETION } from './completion-request.ts'
import { EXCHANGE_FIELDS, FIELD_TABLES, PACKET_FIELDS } from '../analysis/fields.ts'
import {
  COLOUR_CHOICES, CONNECTIONS_FORMATS, DECODE_FORMATS, DIRECTIONS, DOCTOR_FORMATS, FAIL_LEVELS, FIELDS_FORMATS, FLOWS_FORMATS, INTERFACES_FORMATS, JUDGED_SIDES, PAYLOAD_MODES,
  READ_FORMATS, RULES_FORMATS, STATS_FORMATS,
} from './options.ts'
import { END_CONDITIONS, RING_CONDITIONS } from './live-plan.ts'
import { RULE_NAMES, STATEMENT_IDS } from '../conformance/name-pattern.ts'
import { REPORT_FORMATS } from '../report/conformance/format-names.ts'
import { SORT_KEYS } from '../report/sort-key.ts'
import { ENGINE_NAMES } from '../io/live/engine.ts'
import { TIME_STYLES } from '../report/time-format.ts'
import { VERSIONS } from '../mqtt/version.ts'

/** What the shell offers behind an option with a value; commands and options are yargs' own, and file names the shell's. */

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  flows: FLOWS_FORMATS, connections: CONNECTIONS_FORMATS, stats: STATS_FORMATS, report: REPORT_FORMATS, rules: RULES_FORMATS, decode: DECODE_FORMATS,
  fields: FIELDS_FORMATS, interfaces: INTERFACES_FORMATS, doctor: DOCTOR_FORMATS,
}

const ENDS = END_CONDITIONS.map((condition) => `${condition}:`)
const RINGS = RING_CONDITIONS.map((condition) => `${condition}:`)
const interfaces = () => Object.keys(networkInterfaces())

const VALUES: Readonly<Record<string, (command: string) => readonly string[]>> = {
  '-f': (command) => FORMATS[command] ?? READ_FORMATS,
  '--format': (command) => FORMATS[command] ?? READ_FORMATS,
  '-t': () => Object.keys(TIME_STYLES),
  '--time': () => Object.keys(TIME_STYLES),
  '--payload': () => PAYLOAD_MODES,
  '--color': () => COLOUR_CHOICES,
  '--colour': () => COLOUR_CHOICES,
  '--fail-on': () => FAIL_LEVELS,
  '--mqtt-version': () => VERSIONS,
  '--direction': () => DIRECTIONS,
  '--sort': () => SORT_KEYS,
  '--side': () => JUDGED_SIDES,
  '--engine': () => ['auto', ...ENGINE_NAMES],
  '-i': interfaces,
  '--interface': interfaces,
  '-a': () => ENDS,
  '--autostop': () => ENDS,
  '-b': () => RINGS,
  '--ring-buffer': () => RINGS,
  '--only': () => [...RULE_NAMES, ...STATEMENT_IDS],
  '--ignore': () => [...RULE_NAMES, ...STATEMENT_IDS],
}

/** Where an empty word asks for what is most wanted there, the name of a file: the shell offers those where we offer nothing. */
const FILE_COMMANDS: ReadonlySet<string> = new Set(['view', 'read', 'flows', 'connections', 'stats', 'report', 'decode'])
const FILE_OPTIONS: ReadonlySet<string> = new Set(['-w', '--write', '--config', '--baseline'])

const FIELD_OPTIONS: ReadonlySet<string> = new Set(['-e', '--field', '-Y', '--filter'])

/** The form that yargs wants: `usual` makes its own offers, and gives them to who wants to see them first; `done` takes ours. */
export type Complete = (
  current: string, args: unknown, usual: (seen: (error: Error | null, completions?: string[]) => unknown) => unknown, done: (completions: string[]) => unknown,
) => unknown

/** Behind two dashes yargs offers one-letter options too, with their words for shells that show them: `--Y:Only packets that…`. */
const DASHED_LETTER = /^--.(?:[:\t]|$)/

export const complete: Complete = (current, _args, usual, done) => {
  const words = process.argv.slice(process.argv.indexOf(ASKS_FOR_COMPLETION) + 1)
  const previous = words[words.length - 2] ?? ''
  const command = words[1] ?? ''
  // What follows is no option, whatever it begins with.
  if (words.slice(0, -1).includes('--')) return done([])
  if (FIELD_OPTIONS.has(previous)) return done((command === 'flows' ? EXCHANGE_FIELDS : PACKET_FIELDS).complete(current))
  const values = VALUES[previous]
  if (values !== undefined) return done(values(command).filter((value) => value.startsWith(current)))
  if (FILE_OPTIONS.has(previous) || (current === '' && words.length > 2 && FILE_COMMANDS.has(command))) return done([])
  if (command === 'rules' && !current.startsWith('-')) return done([...RULE_NAMES, ...STATEMENT_IDS].filter((name) => name.startsWith(current)))
  if (command === 'fields' && !current.startsWith('-')) return done([...new Set(FIELD_TABLES.flatMap((table) => table.complete(current)))].sort())
  return usual((_error, offers = []) => done(offers.filter((offer) => !DASHED_LETTER.test(offer))))
}
