import { readFileSync } from 'node:fs'
import { loadTrouble, probeCap } from './cap-engine.ts'
import { findProgram } from './find-program.ts'
import { mayCapture } from './privileges.ts'
import { runTool } from './run-tool.ts'
import type { CapProbe } from './cap-engine.ts'
import type { Engine, EngineTrouble, Timestamps } from './engine.ts'
import type { FoundProgram } from './find-program.ts'
import type { RunTool } from './run-tool.ts'

/**
 * What this machine has to capture with, and what it lacks. Nothing is captured to find out: programs are asked for their version, files for their rights, and
 * the package cap is loaded once in a process of its own.
 */

/** `limited`: it is there, but cannot do all that it should. */
export type Health = 'good' | 'limited' | 'missing'

export interface Check {
  readonly name: string
  readonly health: Health
  /** What was found, or what is missing, in a few words. */
  readonly says: string
  /** Commands that mend it, a line each; null where nothing is to be mended. */
  readonly mend: string | null
}

export interface EngineHealth {
  readonly name: string
  readonly timestamps: Timestamps
  readonly trouble: EngineTrouble | null
}

export interface Diagnosis {
  readonly checks: readonly Check[]
  readonly engines: readonly EngineHealth[]
  /** Some engine can capture, as far as can be told without trying. */
  readonly canCapture: boolean
}

/** What is asked of the machine. */
export interface Machine {
  readonly platform: string
  readonly nodeVersion: string
  readonly root: boolean
  /** This process may open interfaces by itself. */
  readonly mayCapture: () => boolean
  readonly find: (program: string) => FoundProgram | null
  readonly run: RunTool
  readonly probeCap: () => Promise<CapProbe>
  /** Whether there is a group of this name. */
  readonly hasGroup: (name: string) => boolean
}

const OLDEST_NODE = [20, 19] as const
const GROUPS = '/etc/group'

const THIS_MACHINE: Machine = {
  platform: process.platform,
  nodeVersion: process.versions.node,
  root: process.getuid?.() === 0,
  mayCapture,
  find: findProgram,
  run: runTool,
  probeCap,
  hasGroup: (name) => {
    try {
      return readFileSync(GROUPS, 'utf8').split('\n').some((line) => line.startsWith(`${name}:`))
    } catch {
      return false
    }
  },
}

export async function diagnose(engines: readonly Engine[], machine: Machine = THIS_MACHINE): Promise<Diagnosis> {
  const [probe, tcpdump, dumpcap, lz4, ...troubles] = await Promise.all([
    machine.probeCap(), tool('tcpdump', machine), tool('dumpcap', machine), lz4Check(machine), ...engines.map((engine) => engine.trouble()),
  ])
  const found = engines.map(({ name, timestamps }, index) => ({ name, timestamps, trouble: troubles[index]! }))
  return {
    checks: [nodeCheck(machine), libpcapCheck(probe, [tcpdump.output, dumpcap.output], machine), capCheck(probe, machine), dumpcap.check, tcpdump.check, lz4],
    engines: found,
    canCapture: found.some(({ trouble }) => trouble === null),
  }
}

function nodeCheck({ nodeVersion }: Machine): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  if (recent) return { name: 'Node.js', health: 'good', says: nodeVersion, mend: null }
  return { name: 'Node.js', health: 'limited', says: `${nodeVersion}; ${OLDEST_NODE.join('.')} or later is needed`, mend: 'https://nodejs.org/en/download' }
}

/** Programs tell which libpcap they run with: "libpcap version 1.10.3", "with libpcap 1.10.3". */
function libpcapCheck(probe: CapProbe, outputs: readonly string[], { platform }: Machine): Check {
  const version = outputs.map((output) => /libpcap (?:version )?(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1]).find((found) => found !== undefined)
  const file = probe.kind === 'probed' ? probe.libpcap : null
  const found = [version, file].filter((fact) => typeof fact === 'string')
  if (found.length > 0) return { name: 'libpcap', health: 'good', says: found.join('  '), mend: null }
  if (probe.kind === 'probed' || outputs.some((output) => output !== '')) return { name: 'libpcap', health: 'good', says: 'found', mend: null }
  return { name: 'libpcap', health: 'missing', says: 'not found', mend: platform === 'darwin' ? 'brew install libpcap' : 'sudo apt-get install libpcap0.8' }
}

function capCheck(probe: CapProbe, { platform }: Machine): Check {
  const trouble = loadTrouble(probe, platform)
  if (trouble !== null) return { name: 'cap', health: 'missing', says: trouble.sentence, mend: trouble.mend }
  if (probe.kind === 'probed' && probe.immediate) return { name: 'cap', health: 'good', says: 'loads; frames are delivered at once', mend: null }
  return { name: 'cap', health: 'limited', says: 'loads, but without immediate mode: times are up to a second late', mend: 'sudo apt-get install libpcap-dev' }
}

interface Tool {
  readonly check: Check
  /** What it says about its version; empty where it was not run. */
  readonly output: string
}

async function tool(name: 'dumpcap' | 'tcpdump', machine: Machine): Promise<Tool> {
  const found = machine.find(name)
  if (found === null) return { check: { name, health: 'missing', says: 'not installed', mend: install(name, machine) }, output: '' }
  if (!found.executable) {
    const group = machine.hasGroup('wireshark')
    return { check: { name, health: 'limited', says: `${found.file} may not be run by this user`, mend: group ? JOIN_WIRESHARK : null }, output: '' }
  }
  const printed = await machine.run(found.file, ['--version'])
  const output = typeof printed === 'string' ? '' : `${printed.stdout}\n${printed.stderr}`
  const version = /(\d+\.\d+(?:\.\d+)*)/.exec(output)?.[1] ?? 'of unknown version'
  const right = await rightOf(found, machine)
  const says = `${version}  ${found.file}  ${RIGHT_WORDS[right]}`
  const mend = right === 'none' ? letCapture(found, name, machine) : null
  return { check: { name, health: right === 'none' ? 'limited' : 'good', says, mend }, output }
}

type Right = 'root' | 'file' | 'device' | 'none' | 'unknown'

const RIGHT_WORDS: Readonly<Record<Right, string>> = {
  root: 'may capture, as root',
  file: 'may capture, by the rights of its file',
  device: 'may capture, by the rights of /dev/bpf',
  none: 'may not capture',
  unknown: 'whether it may capture cannot be told without getcap',
}

/** Capabilities of this process other than root's are not passed on to programs that it runs (capabilities(7)). */
async function rightOf({ file, setuidRoot }: FoundProgram, machine: Machine): Promise<Right> {
  if (machine.platform !== 'linux') return machine.root ? 'root' : machine.mayCapture() ? 'device' : 'none'
  if (machine.root) return machine.mayCapture() ? 'root' : 'none'
  if (setuidRoot) return 'file'
  const printed = await machine.run('getcap', [file])
  if (typeof printed === 'string') return 'unknown'
  return /\bcap_net_raw\b[^ ]*[=+]\w*e/.test(printed.stdout) ? 'file' : 'none'
}

const JOIN_WIRESHARK = 'sudo usermod -aG wireshark "$USER"    # and log in again'

function letCapture({ file }: FoundProgram, name: 'dumpcap' | 'tcpdump', { platform, root, hasGroup }: Machine): string | null {
  if (platform === 'darwin') return 'brew install --cask wireshark-chmodbpf'
  // Root that may not capture is in a container, which has to be started with the right.
  if (root) return null
  const setcap = `sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f ${file})"`
  return name === 'dumpcap' && hasGroup('wireshark') ? `sudo dpkg-reconfigure wireshark-common\n${JOIN_WIRESHARK}` : setcap
}

async function lz4Check(machine: Machine): Promise<Check> {
  const found = machine.find('lz4')
  if (found?.executable === true) return { name: 'lz4', health: 'good', says: found.file, mend: null }
  return { name: 'lz4', health: 'missing', says: 'not installed; only captures compressed by lz4 need it', mend: install('lz4', machine) }
}

/** The packages that have the programs. */
const PACKAGES = {
  apt: { dumpcap: 'wireshark-common', tcpdump: 'tcpdump', lz4: 'lz4' },
  brew: { dumpcap: 'wireshark', tcpdump: 'tcpdump', lz4: 'lz4' },
} as const

function install(program: keyof (typeof PACKAGES)['apt'], { platform }: Machine): string {
  return platform === 'darwin' ? `brew install ${PACKAGES.brew[program]}` : `sudo apt-get install ${PACKAGES.apt[program]}`
}
