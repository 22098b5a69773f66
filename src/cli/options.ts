import { REPORT_FORMATS } from '../report/conformance/format-names.ts'
import { SORT_KEYS } from '../report/sort-key.ts'
import { TIME_STYLES } from '../report/time-format.ts'
import type { Options } from 'yargs'

/** The options of the commands, as yargs wants them: names, words for `--help`, nothing else. What values mean is in option-values.ts. */

export const PAYLOAD_MODES = ['text', 'json', 'hex', 'none'] as const
export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const
export const FAIL_LEVELS = ['error', 'warning', 'note', 'never'] as const
export const READ_FORMATS = ['line', 'detail', 'ndjson', 'json', 'csv', 'fields'] as const
export const CONNECTIONS_FORMATS = ['line', 'detail', 'ndjson', 'json', 'csv'] as const
export const FLOWS_FORMATS = ['line', 'ndjson', 'json', 'csv', 'mermaid'] as const
export const STATS_FORMATS = ['text', 'json'] as const
export const DECODE_FORMATS = ['detail', 'ndjson', 'json'] as const
export const FIELDS_FORMATS = ['text', 'ndjson', 'json', 'csv'] as const
export const RULES_FORMATS = ['text', 'json'] as const
export const INTERFACES_FORMATS = ['text', 'json'] as const
export const DOCTOR_FORMATS = ['text', 'json'] as const
export const JUDGED_SIDES = ['client', 'server', 'both'] as const
export const DIRECTIONS = ['client-to-server', 'server-to-client'] as const

const CAPTURE = 'Where it comes from:'
const INTERPRET = 'What the bytes are:'
const JUDGE = 'What is judged:'
const SHOW = 'What is shown:'
const OUTPUT = 'Where it goes:'

function value(group: string, describe: string, more: Options = {}): Options {
  return { type: 'string', requiresArg: true, group, describe, ...more }
}

function flag(group: string, describe: string, more: Options = {}): Options {
  return { type: 'boolean', group, describe, ...more }
}

const MQTT_VERSION = value(INTERPRET, 'MQTT version where no CONNECT tells it: 3.1, 3.1.1, 5.0')
const PORT = value(INTERPRET, 'TCP ports that carry MQTT: 1883,8883,2000-2010; 1883 by default')
const SHOW_SECRETS = flag(SHOW, 'Show passwords and authentication data')
const BYTES = flag(SHOW, 'Show the bytes of each packet', { alias: 'bytes' })
const COLOUR = value(SHOW, `Colour: ${COLOUR_CHOICES.join(', ')}; NO_COLOR is respected`, { alias: 'colour' })
const QUIET = flag(SHOW, 'Only a summary at the end', { alias: 'quiet' })
const TIME = value(SHOW, `Times as ${Object.keys(TIME_STYLES).join(', ')}; or as -t of tshark`, { alias: 'time' })
const UTC = flag(SHOW, 'Times of day in UTC')
const HEADER = flag(SHOW, 'A line with the names of the columns; by default on a terminal')
const CLIENT = value(SHOW, 'Only this client: its identifier or its address')
const STREAM = value(SHOW, 'Only this connection: its number, as tcp.stream')
const FAIL_ON = value(OUTPUT, 'Exit with 1 where a problem is at least this severe: error, warning, note; never is the default')
const PAYLOAD_BYTES = value(SHOW, 'Bytes of each payload that are kept; 4096 by default')

const FILTER = value(SHOW, 'Only packets that match a display filter (see mqtap fields)', { alias: 'filter' })

export const READ_OPTIONS: Readonly<Record<string, Options>> = {
  Y: FILTER,
  V: flag(SHOW, 'All fields of each packet, as a tree (-f detail)', { alias: 'details' }),
  x: BYTES,
  q: QUIET,
  f: value(SHOW, `Format: ${READ_FORMATS.join(', ')}`, { alias: 'format' }),
  e: value(SHOW, 'A field for -f fields; give it several times, or a list with commas', { alias: 'field', array: true, nargs: 1 }),
  payload: value(SHOW, `Payloads as ${PAYLOAD_MODES.join(', ')}`),
  'payload-bytes': PAYLOAD_BYTES,
  t: TIME,
  utc: UTC,
  header: HEADER,
  color: COLOUR,
  'show-secrets': SHOW_SECRETS,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
  w: value(OUTPUT, 'Write the frames of what is shown to a pcapng file', { alias: 'write' }),
  'fail-on': FAIL_ON,
}

export const FLOWS_OPTIONS: Readonly<Record<string, Options>> = {
  Y: value(SHOW, 'Only exchanges that match a display filter (see mqtap fields)', { alias: 'filter' }),
  ladder: flag(SHOW, 'A sequence diagram of each connection: all packets, and what TCP did'),
  deliveries: flag(SHOW, 'What servers passed on to whom: one line for each message published'),
  client: CLIENT,
  stream: STREAM,
  pings: flag(SHOW, 'PINGREQ and PINGRESP; --no-pings leaves them out'),
  slow: value(SHOW, 'Only exchanges that took at least so many milliseconds'),
  open: flag(SHOW, 'Only exchanges without an end: open, abandoned, superseded'),
  failed: flag(SHOW, 'Only exchanges that failed; with --slow or --open, these too'),
  q: QUIET,
  f: value(SHOW, `Format: ${FLOWS_FORMATS.join(', ')}`, { alias: 'format' }),
  t: TIME,
  utc: UTC,
  header: HEADER,
  width: value(SHOW, 'Columns of a ladder; those of the terminal by default, else 80'),
  color: COLOUR,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
}

export const CONNECTIONS_OPTIONS: Readonly<Record<string, Options>> = {
  V: flag(SHOW, 'All that is known of each connection (-f detail)', { alias: 'details' }),
  client: CLIENT,
  stream: STREAM,
  q: QUIET,
  f: value(SHOW, `Format: ${CONNECTIONS_FORMATS.join(', ')}`, { alias: 'format' }),
  t: TIME,
  utc: UTC,
  header: HEADER,
  color: COLOUR,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
}

export const STATS_OPTIONS: Readonly<Record<string, Options>> = {
  Y: FILTER,
  f: value(SHOW, `Format: ${STATS_FORMATS.join(', ')}`, { alias: 'format' }),
  top: value(SHOW, 'Rows of each list; 20 by default'),
  sort: value(SHOW, `Clients and topics with most of these first: ${SORT_KEYS.join(', ')}`),
  interval: value(SHOW, 'Rates for each so long: 500ms, 10s, 5m, 1h; by default what fits'),
  utc: UTC,
  color: COLOUR,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
}

export const REPORT_OPTIONS: Readonly<Record<string, Options>> = {
  f: value(SHOW, `Format: ${REPORT_FORMATS.join(', ')}`, { alias: 'format' }),
  only: value(JUDGE, 'Only this rule or statement, or a pattern (publish.*); several times, or a list with commas', { array: true, nargs: 1 }),
  ignore: value(JUDGE, 'Not this rule or statement; as --only', { array: true, nargs: 1 }),
  side: value(JUDGE, `Who is judged: ${JUDGED_SIDES.join(', ')}`),
  config: value(JUDGE, 'A JSON file with waivers and with values for these options'),
  baseline: value(JUDGE, 'An earlier report (-f json) to compare with'),
  slow: value(JUDGE, 'An answer is slow from so many milliseconds on; 1000 by default'),
  'max-findings-per-rule': value(SHOW, 'Findings of one rule that are listed, beside the first of each failed statement; 100 by default'),
  utc: UTC,
  color: COLOUR,
  'show-secrets': SHOW_SECRETS,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
  o: value(OUTPUT, 'Write the report to a file', { alias: 'output' }),
  'fail-on': value(OUTPUT, 'Exit with 1 where a finding is at least this severe: error (default), warning, note; or never'),
}

const KEYS_CONFIG = value(SHOW, 'A JSON file that may change the keys: {"keys": {"quit": ["q", "Q"]}}')

export const VIEW_OPTIONS: Readonly<Record<string, Options>> = {
  Y: FILTER,
  t: TIME,
  utc: UTC,
  color: COLOUR,
  ascii: flag(SHOW, 'No characters but those of ASCII; by default where the locale is not UTF-8'),
  'show-secrets': SHOW_SECRETS,
  config: KEYS_CONFIG,
  port: PORT,
  'mqtt-version': MQTT_VERSION,
  'spool-limit': value(OUTPUT, 'MiB of temporary files for what comes compressed, piped or live; 2048 by default'),
}

export const LIVE_MODES = ['view', 'read', 'flows', 'report'] as const
export type LiveMode = (typeof LIVE_MODES)[number]

/** What is about the capture itself. */
export const LIVE_ONLY_OPTIONS: Readonly<Record<string, Options>> = {
  i: value(CAPTURE, 'An interface, or any; several times for several (see mqtap interfaces)', { alias: 'interface', array: true, nargs: 1 }),
  s: value(CAPTURE, 'Bytes of each frame that are kept; all by default', { alias: 'snapshot-length' }),
  p: flag(CAPTURE, 'No promiscuous mode: only what is for this machine', { alias: 'no-promiscuous-mode' }),
  B: value(CAPTURE, "The kernel's buffer in MiB; 16 by default", { alias: 'buffer-size' }),
  engine: value(CAPTURE, 'What captures: auto, dumpcap, cap, tcpdump'),
  a: value(CAPTURE, 'Ends after duration:SECONDS, packets:N, filesize:KB or files:N', { alias: 'autostop', array: true, nargs: 1 }),
  view: flag(SHOW, 'The terminal screens, with the options of mqtap view (the default on a terminal)'),
  read: flag(SHOW, 'The packets, with the options of mqtap read (else the default)'),
  flows: flag(SHOW, 'Exchanges, with the options of mqtap flows'),
  report: flag(SHOW, 'A report at the end, with the options of mqtap report'),
  every: value(OUTPUT, 'With --report -o FILE: also each 30s, 5m, 1h'),
  w: value(OUTPUT, 'Write all that is captured to a pcapng file', { alias: 'write' }),
  b: value(OUTPUT, 'A ring of files, the next one after duration:SECONDS, interval:SECONDS, filesize:KB or packets:N; files:N keeps so many', { alias: 'ring-buffer', array: true, nargs: 1 }),
}

/** `-f` and the like mean what they mean to the command that shows what is captured. */
export const LIVE_OPTIONS: Readonly<Record<string, Options>> = {
  // Twice: the first ones have the order of the help, the last ones hold.
  ...LIVE_ONLY_OPTIONS,
  ...VIEW_OPTIONS,
  ...READ_OPTIONS,
  ...FLOWS_OPTIONS,
  ...REPORT_OPTIONS,
  ...LIVE_ONLY_OPTIONS,
  Y: value(SHOW, 'Only what matches a display filter (see mqtap fields)', { alias: 'filter' }),
  f: value(SHOW, 'Format: as of mqtap read, flows or report', { alias: 'format' }),
}

export const RULES_OPTIONS: Readonly<Record<string, Options>> = {
  f: value(SHOW, `Format: ${RULES_FORMATS.join(', ')}`, { alias: 'format' }),
  color: COLOUR,
}

export const DECODE_OPTIONS: Readonly<Record<string, Options>> = {
  'mqtt-version': MQTT_VERSION,
  direction: value(INTERPRET, 'Who sent it: client-to-server, server-to-client'),
  base64: flag(INTERPRET, 'The text is base64, also where it could be hex'),
  f: value(SHOW, `Format: ${DECODE_FORMATS.join(', ')}`, { alias: 'format' }),
  x: BYTES,
  payload: value(SHOW, `Payloads as ${PAYLOAD_MODES.join(', ')}`),
  'payload-bytes': PAYLOAD_BYTES,
  color: COLOUR,
  'show-secrets': SHOW_SECRETS,
  'fail-on': FAIL_ON,
}

export const FIELDS_OPTIONS: Readonly<Record<string, Options>> = {
  f: value(SHOW, `Format: ${FIELDS_FORMATS.join(', ')}`, { alias: 'format' }),
}

export const INTERFACES_OPTIONS: Readonly<Record<string, Options>> = {
  f: value(SHOW, `Format: ${INTERFACES_FORMATS.join(', ')}`, { alias: 'format' }),
  color: COLOUR,
}

export const DOCTOR_OPTIONS: Readonly<Record<string, Options>> = {
  f: value(SHOW, `Format: ${DOCTOR_FORMATS.join(', ')}`, { alias: 'format' }),
  color: COLOUR,
}

/** Beside `--keys`, which is no command. */
export const KEYS_OPTIONS: Readonly<Record<string, Options>> = {
  config: KEYS_CONFIG,
  color: COLOUR,
}

/** Of each command. */
export const OPTION_TABLES: Readonly<Record<string, Readonly<Record<string, Options>>>> = {
  view: VIEW_OPTIONS, read: READ_OPTIONS, flows: FLOWS_OPTIONS, connections: CONNECTIONS_OPTIONS, stats: STATS_OPTIONS, report: REPORT_OPTIONS, live: LIVE_OPTIONS, rules: RULES_OPTIONS, decode: DECODE_OPTIONS, fields: FIELDS_OPTIONS,
  interfaces: INTERFACES_OPTIONS, doctor: DOCTOR_OPTIONS,
}

/** Letters and names of all options that take a value, of all commands. */
export const VALUE_OPTIONS: ReadonlySet<string> = new Set(
  Object.values(OPTION_TABLES).flatMap((options) =>
    Object.entries(options).flatMap(([name, option]) => (option.type === 'string' ? [name, option.alias].filter((word) => typeof word === 'string') : []))),
)
