import { existsSync } from 'node:fs'
import yargs from 'yargs'
import { nearestName } from '../analysis/fields/nearest-name.ts'
import { protectArguments, unprotect } from './arguments.ts'
import { ASKS_FOR_COMPLETION } from './completion-request.ts'
import { EXIT, UsageError } from './exit.ts'
import {
  CONNECTIONS_OPTIONS, DECODE_OPTIONS, DOCTOR_OPTIONS, FIELDS_OPTIONS, FLOWS_OPTIONS, INTERFACES_OPTIONS, KEYS_OPTIONS, LIVE_OPTIONS, OPTION_TABLES, READ_OPTIONS,
  REPORT_OPTIONS, RULES_OPTIONS, STATS_OPTIONS, VALUE_OPTIONS, VIEW_OPTIONS,
} from './options.ts'
import { tellError } from './report-error.ts'
import { asksForLines, hasScreens } from './screens.ts'
import { VERSION } from './version.ts'
import type { Argv, Options } from 'yargs'
import type { Complete } from './completion.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** The commands and how the command line is read. Each command's code is loaded when it runs, so that `--help` and completion are quick. */

const COMMANDS = ['view', 'read', 'flows', 'connections', 'stats', 'report', 'live', 'rules', 'decode', 'fields', 'interfaces', 'doctor', 'completion'] as const

/** What may stand in place of a command. */
const INSTEAD_OF_COMMAND: ReadonlySet<string> = new Set(['--help', '-h', '--version', '-v', ASKS_FOR_COMPLETION])

/** Stands for a command. */
const KEYS = '--keys'
/** Not among COMMANDS: a file may have this name. */
const KEYS_COMMAND = 'keys'

const WIDTH = 80

export async function run(argv: readonly string[]): Promise<void> {
  process.stderr.on('error', () => undefined)
  let ended: ExitCode = EXIT.clean
  try {
    if (argv.length === 0) throw new UsageError('give a capture file, or - for standard input', 'mqtap --help tells more.')
    const complete = argv.includes(ASKS_FOR_COMPLETION) ? (await import('./completion.ts')).complete : null
    const helpful = mayAskForHelp(argv)
    const given = withCommand(argv)
    const program = commandLine(given[0]!, complete, helpful, (code) => (ended = code))
    // What is completed is not obeyed: the word under the cursor may be a lone - or --, and must come as it is.
    const args = complete === null ? protectArguments(given, VALUE_OPTIONS) : given
    if (helpful) {
      await program.parseAsync(args, {}, (_error, _args, output) => {
        if (output !== '') process.stdout.write(`${tidyHelp(output)}\n`)
      })
    } else {
      await program.parseAsync(args)
    }
  } catch (error) {
    ended = tellError(error)
  }
  process.exitCode = ended
  // A read of standard input that is under way would keep the process alive.
  if (ended === EXIT.interrupted) process.exit()
}

function commandLine(command: string, complete: Complete | null, helpful: boolean, end: (code: ExitCode) => void): Argv {
  return yargs()
    .scriptName('mqtap')
    .locale('en')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'strip-aliased': true,
    })
    .usage('mqtap: dissects and analyses captured MQTT traffic\n\nmqtap FILE… is mqtap view FILE… on a terminal, else mqtap read FILE…\nmqtap COMMAND --help tells its options.')
    .command(
      'view [file..]',
      'The terminal screens: clients, packets, flows, findings, statistics',
      (command) => options(command, VIEW_OPTIONS, helpful)
        .usage('mqtap view FILE…\n\nScreens to find out what happened in a capture: its clients, its packets with\nall fields and bytes, the flow of each connection, findings, statistics. ? tells\nthe keys. FILE is as for mqtap read. Where there is no terminal: mqtap read.')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap view capture.pcapng', 'Or only: mqtap capture.pcapng')
        .example("mqtap view -Y 'mqtt.qos > 0' c.pcap", 'With a display filter')
        .example('mqtap --keys', 'All keys'),
      async (args) => end(await (await import('./view.ts')).view(args, words(args, 'file'))),
    )
    .command(
      'read [file..]',
      'What each MQTT packet of a capture says, and what is wrong with it',
      (command) => options(command, READ_OPTIONS, helpful)
        .usage('mqtap read FILE…\n\nOne line for each MQTT packet. FILE is a pcap or pcapng file, also compressed\nwith gzip, zstd or lz4; - is standard input. Several files are one capture.')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap read capture.pcapng', 'One line for each packet')
        .example("mqtap read -V -Y 'mqtt.qos > 1' c.pcap", 'All fields, of some packets')
        .example('mqtap read -f ndjson c.pcap | jq .type', 'Objects for programs')
        .example('tcpdump -U -w - port 1883 | mqtap read -', 'What goes by right now'),
      async (args) => end(await (await import('./read.ts')).read(args, words(args, 'file'))),
    )
    .command(
      'flows [file..]',
      'Requests with their answers: how each ended, and how long it took',
      (command) => options(command, FLOWS_OPTIONS, helpful)
        .usage('mqtap flows FILE…\n\nOne line for each exchange (a request with all that answers it) when it ends;\nor, with --ladder, a sequence diagram of each connection. FILE is as for mqtap\nread. -f mermaid makes a diagram for Markdown of each connection; of several,\neach begins with a line of comment (%%).')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap flows capture.pcapng', 'One line for each exchange')
        .example('mqtap flows --slow 250 --failed c.pcap', 'What took 250 ms, or failed')
        .example('mqtap flows --open c.pcap', 'What was never answered')
        .example('mqtap flows --deliveries c.pcap', 'Who got what was published')
        .example("mqtap flows -Y 'mqtt.qos == 2' c.pcap", 'What a display filter lets through')
        .example('mqtap flows --ladder --client a c.pcap', 'All that a client did, as a diagram')
        .example('mqtap flows -f mermaid --stream 3 c.pcap', 'A connection, to paste into an issue')
        .example('mqtap flows -f csv c.pcap > flows.csv', 'A table for other programs'),
      async (args) => end(await (await import('./flows.ts')).flows(args, words(args, 'file'))),
    )
    .command(
      'connections [file..]',
      'Connections: who, how long, and why each ended',
      (command) => options(command, CONNECTIONS_OPTIONS, helpful)
        .usage('mqtap connections FILE…\n\nOne line for each connection when it ends; or, with -V, all that is known of it:\nwhat each side asked for and can take, Session, will, subscriptions. FILE is as\nfor mqtap read.')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap connections capture.pcapng', 'One line for each connection')
        .example('mqtap connections -q capture.pcapng', 'How many ended in which way')
        .example('mqtap connections -V --client a c.pcap', 'All about one client')
        .example('mqtap connections -f ndjson c.pcap', 'Objects for programs'),
      async (args) => end(await (await import('./connections.ts')).connections(args, words(args, 'file'))),
    )
    .command(
      'stats [file..]',
      'Packets, topics, clients, rates and times of answers, in numbers',
      (command) => options(command, STATS_OPTIONS, helpful)
        .usage('mqtap stats FILE…\n\nOne page of statistics: packets by type, client and topic, rates over time,\ntimes of answers, reconnects, messages in flight, Keep Alive. FILE is as for\nmqtap read.')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap stats capture.pcapng', 'All of it')
        .example('mqtap stats --top 5 --interval 1s c.pcap', 'Short lists, rates each second')
        .example("mqtap stats -Y 'mqtt.qos > 0' c.pcap", 'Of some packets')
        .example('mqtap stats -f json c.pcap | jq .clients', 'An object for programs'),
      async (args) => end(await (await import('./stats.ts')).stats(args, words(args, 'file'))),
    )
    .command(
      'report [file..]',
      'Conformance: which statements of the standards each side kept and broke',
      (command) => options(command, REPORT_OPTIONS, helpful)
        .usage('mqtap report FILE…\n\nJudges a capture by the numbered statements of MQTT 3.1.1 and 5.0 (and by the\nrules of 3.1): what was broken, by whom and where, what was kept, what did not\ncome up, and what cannot be told from this capture. FILE is as for mqtap read.')
        .positional('file', { type: 'string', array: true, describe: 'Capture files' })
        .example('mqtap report capture.pcapng', 'A page to read')
        .example('mqtap report --side client c.pcap', 'What the clients did')
        .example('mqtap report -f junit -o mqtt.xml c.pcap', 'For CI')
        .example('mqtap report -f json -o old.json c.pcap', 'To compare with later')
        .example('mqtap report --baseline old.json c.pcap', 'What is new and fixed')
        .example('mqtap report --ignore publish.* c.pcap', 'Without some rules'),
      async (args) => end(await (await import('./report.ts')).report(args, words(args, 'file'))),
    )
    .command(
      'live [expression..]',
      'Captures from network interfaces, and shows or judges what goes by',
      (command) => options(command, LIVE_OPTIONS, helpful)
        .usage('mqtap live -i INTERFACE [FILTER]\n\nShows MQTT while it happens: on the terminal screens (--view), as packets\n(--read) or exchanges (--flows), or as a report at the end (--report). FILTER is\na capture filter as tcpdump has it; by default the ports of --port. - in its\nplace reads what another program captures.')
        .positional('expression', { type: 'string', array: true, describe: 'Capture filter' })
        .example('sudo mqtap live -i eth0', 'The screens, on a terminal')
        .example('mqtap live -i eth0 --read', 'One line for each packet')
        .example('mqtap live -i eth0 -i lo -w day.pcapng', 'Two interfaces, kept in a file')
        .example('mqtap live -i eth0 --flows --slow 250', 'What takes 250 ms')
        .example('mqtap live --report -a duration:60', 'Judge a minute, for CI')
        .example('ssh probe tcpdump -U -w - | mqtap live -', 'Captured elsewhere'),
      async (args) => end(await (await import('./live.ts')).live(args, words(args, 'expression'))),
    )
    .command(
      'rules [pattern..]',
      'The statements of the standards, and how mqtap judges each',
      (command) => options(command, RULES_OPTIONS, helpful)
        .usage('mqtap rules [ID|PATTERN]\n\nAll numbered statements of MQTT 3.1, 3.1.1 and 5.0, and all rules; or those with\nPATTERN in their id, their section, their rules or their words. With the id of a\nstatement or a rule: what it asks, of whom, how it is judged, and examples.')
        .positional('pattern', { type: 'string', array: true, describe: 'What to look for' })
        .example('mqtap rules publish.dup-on-qos0', 'All about a rule; or a statement')
        .example('mqtap rules 5.0 will', 'Statements of 5.0 about wills')
        .example("mqtap rules 'MQTT-4.7.*'", 'Those of a section')
        .example('mqtap rules -f json', 'All of it for programs'),
      async (args) => end(await (await import('./rules.ts')).rules(args, words(args, 'pattern'))),
    )
    .command(
      'decode [hex..]',
      'The fields of MQTT packets given as hex, base64 or a file',
      (command) => options(command, DECODE_OPTIONS, helpful)
        .usage('mqtap decode HEX\n\nThe fields of MQTT packets from a log: hex in any usual spelling, a hex dump,\nbase64, the name of a file with one of these or with the bytes themselves,\nor - for standard input.')
        .positional('hex', { type: 'string', array: true, describe: 'Bytes, or a file' })
        .example('mqtap decode 40 02 00 01', 'Hex')
        .example("mqtap decode '\\x30\\x06\\x00\\x04temp'", 'As Python and C write it')
        .example('mqtap decode --mqtt-version 5 packet.bin', 'A file'),
      async (args) => end(await (await import('./decode.ts')).decode(args, words(args, 'hex'))),
    )
    .command(
      'fields [pattern..]',
      'The fields that filters (-Y) and columns (-e) know',
      (command) => options(command, FIELDS_OPTIONS, helpful)
        .usage('mqtap fields [PATTERN]\n\nAll fields, or those whose name or words contain PATTERN (a text or a regular\nexpression). [exchanges] marks those that mqtap flows -Y takes; without a mark\nthey are of packets, for mqtap read.')
        .positional('pattern', { type: 'string', array: true, describe: 'What to look for' })
        .example('mqtap fields topic', 'All fields about topics')
        .example('mqtap fields exchange', 'What exchanges alone have'),
      async (args) => end(await (await import('./fields.ts')).fields(args, words(args, 'pattern'))),
    )
    .command(
      'interfaces',
      'The network interfaces that one can capture from',
      (command) => options(command, INTERFACES_OPTIONS, helpful)
        .usage('mqtap interfaces\n\nThe network interfaces of this machine, and which engines can capture from each.')
        .example('mqtap interfaces', 'A table')
        .example('mqtap interfaces -f json | jq .', 'For programs'),
      async (args) => end(await (await import('./interfaces.ts')).interfaces(args)),
    )
    .command(
      'doctor',
      'What this machine has to capture with, and how to get what it lacks',
      (command) => options(command, DOCTOR_OPTIONS, helpful)
        .usage('mqtap doctor\n\nLooks for what live capture needs, and tells which command mends what is\nmissing. Exits with 0 where something can capture, else with 4.')
        .example('mqtap doctor', 'A page to read')
        .example('mqtap doctor -f json | jq .canCapture', 'For programs'),
      async (args) => end(await (await import('./doctor.ts')).doctor(args)),
    )
    .command(
      KEYS_COMMAND,
      false,
      (command) => options(command, KEYS_OPTIONS, helpful)
        .usage('mqtap --keys\n\nThe keys of the terminal screens, what each does and in which views.')
        .example('mqtap --keys', 'As they are')
        .example('mqtap --keys --config mqtap.config.json', 'As a file changes them'),
      async (args) => end(await (await import('./keys.ts')).keys(args)),
    )
    .completion('completion', 'A script for your shell that completes commands and options', ...(complete === null ? [] : [complete]))
    .option(KEYS.slice(2), { type: 'boolean', describe: 'The keys of the terminal screens', global: false })
    .help('help', 'Help')
    .alias('help', 'h')
    .version('version', 'Version', VERSION)
    .alias('version', 'v')
    .demandCommand()
    .strict()
    .wrap(WIDTH)
    .epilogue('Exit codes: 0 clean, 1 problems at or above --fail-on, 2 wrong usage or output not writable, 3 input unreadable (report: no MQTT), 4 no capture possible, 130 interrupted')
    .exitProcess(false)
    .fail((message, error) => {
      // What a command throws comes here too.
      throw error === undefined || error.name === 'YError' ? usageError(message ?? error?.message, command) : error
    })
}

/** Given somewhere to put its texts, yargs lays them out with every call; so that is done only where one may be wanted. */
function mayAskForHelp(argv: readonly string[]): boolean {
  return argv.some((word) => /^-\w*[hv]|^--(h|v)/.test(word) || word === 'completion' || word === ASKS_FOR_COMPLETION)
}

/** `mqtap FILE…` is `mqtap view FILE…` where there is a terminal and no option of `mqtap read` that has no meaning there. */
function withCommand(argv: readonly string[]): readonly string[] {
  const first = argv[0]!
  if ((COMMANDS as readonly string[]).includes(first) || INSTEAD_OF_COMMAND.has(first)) return argv
  const asksForKeys = first.startsWith('-') ? argv.indexOf(KEYS) : -1
  if (asksForKeys >= 0) return [KEYS_COMMAND, ...argv.toSpliced(asksForKeys, 1)]
  const nearest = /^[a-z]+$/.test(first) && !existsSync(first) ? nearestName(first, COMMANDS) : null
  if (nearest !== null) throw new UsageError(`there is no command ${first}, and no file of that name`, `Did you mean mqtap ${nearest}?`)
  return [hasScreens() && !asksForLines(argv) ? 'view' : 'read', ...argv]
}

/**
 * yargs names the type of each option, which says nothing: what a value can be stands in its words. Where the type had no room, it has a line of its own.
 * The usage has named the positionals already.
 */
function tidyHelp(help: string): string {
  return help
    .replace(/^ +\[(?:string|boolean|array)\]\n/gm, '')
    .replace(/ *\[(?:string|boolean|array)\]$/gm, '')
    .replace(/Positionals:\n(?: .*\n)+\n/, '')
}

/** yargs lays out the help after each command, asked for or not; hidden options cost it nothing. */
function options<T>(command: Argv<T>, table: Readonly<Record<string, Options>>, helpful: boolean): Argv<T> {
  for (const [name, option] of Object.entries(table)) command.option(name, helpful ? option : { ...option, hidden: true })
  return command
}

/** The arguments that are no options, with what stood behind `--`. */
function words(args: Arguments, name: string): string[] {
  const given = args[name]
  return (Array.isArray(given) ? given : given === undefined ? [] : [given]).map((word) => unprotect(String(word)))
}

/** The words of yargs as ours. */
function usageError(message: string | undefined, command: string): UsageError {
  const options = OPTION_TABLES[command]
  const help = options === undefined ? 'mqtap --help tells more.' : `mqtap ${command} --help tells more.`
  const valueless = /^Not enough arguments following: (.*)$/.exec(message ?? '')?.[1]
  if (valueless !== undefined) return new UsageError(`${dashed(valueless)} needs a value`, help)
  const unknown = /^Unknown arguments?: (.*)$/.exec(message ?? '')?.[1]?.split(', ')[0]
  if (unknown === undefined) return new UsageError(message ?? 'the command line is not understood', help)
  const names = Object.entries(options ?? {}).flatMap(([name, { alias }]) => [name, ...(typeof alias === 'string' ? [alias] : [])])
  const nearest = unknown.length === 1 ? null : nearestName(unknown, names.filter((name) => name !== unknown))
  return new UsageError(`there is no option ${dashed(unknown)}`, nearest === null ? help : `Did you mean ${dashed(nearest)}?`)
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}
