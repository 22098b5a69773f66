import { readFileSync } from 'node:fs'
import { findProgram } from './find-program.ts'
import { mayCapture } from './privileges.ts'
import { runTool } from './run-tool.ts'
import type { EngineTrouble } from './engine.ts'
import type { FoundProgram } from './find-program.ts'
import type { RunTool } from './run-tool.ts'

/** The programs that capture: where they are, and what they may do when this user runs them, as far as that can be told without trying. */

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

/** What is asked of the machine. */
export interface ProgramSources {
  readonly platform: string
  readonly root: boolean
  /** This process may open interfaces by itself. */
  readonly mayCapture: () => boolean
  readonly find: (program: string) => FoundProgram | null
  readonly run: RunTool
  /** Whether there is a group of this name. */
  readonly hasGroup: (name: string) => boolean
}

const GROUPS = '/etc/group'

export const PROGRAMS_HERE: ProgramSources = {
  platform: process.platform,
  root: process.getuid?.() === 0,
  mayCapture,
  find: findProgram,
  run: runTool,
  hasGroup: (name) => {
    try {
      return readFileSync(GROUPS, 'utf8').split('\n').some((line) => line.startsWith(`${name}:`))
    } catch {
      return false
    }
  },
}

/** Null where it can capture, or where that cannot be told. */
export async function programTrouble(name: 'dumpcap' | 'tcpdump'): Promise<EngineTrouble | null> {
  const { file, check: { health, mend } } = await captureProgram(name)
  if (health === 'good') return null
  return { sentence: file === null ? `${name} is not installed` : `${name} may not capture when this user runs it`, mend }
}

/** What lets this user capture with it; null where nothing is known to. */
export function lettingCapture(name: 'dumpcap' | 'tcpdump'): string | null {
  const found = findProgram(name)
  return found === null ? installing(name, PROGRAMS_HERE) : letCapture(found, name, PROGRAMS_HERE)
}

/** A program as the doctor tells of it. */
export interface CaptureProgram {
  /** Null where it is not installed. */
  readonly file: string | null
  readonly check: Check
  /** What it says about its version; empty where it was not run. */
  readonly output: string
}

/** Looks for it, asks for its version, and looks at what its file may do. */
export async function captureProgram(name: 'dumpcap' | 'tcpdump', machine: ProgramSources = PROGRAMS_HERE): Promise<CaptureProgram> {
  const found = machine.find(name)
  if (found === null) return { file: null, check: { name, health: 'missing', says: 'not installed', mend: installing(name, machine) }, output: '' }
  if (!found.executable) {
    const group = machine.hasGroup('wireshark')
    return { file: found.file, check: { name, health: 'limited', says: `${found.file} may not be run by this user`, mend: group ? JOIN_WIRESHARK : null }, output: '' }
  }
  const printed = await machine.run(found.file, ['--version'])
  const output = typeof printed === 'string' ? '' : `${printed.stdout}\n${printed.stderr}`
  const version = /(\d+\.\d+(?:\.\d+)*)/.exec(output)?.[1] ?? 'of unknown version'
  const right = await rightOf(found, machine)
  const says = `${version}  ${found.file}  ${RIGHT_WORDS[right]}`
  const mend = right === 'none' ? letCapture(found, name, machine) : null
  return { file: found.file, check: { name, health: right === 'none' ? 'limited' : 'good', says, mend }, output }
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
async function rightOf({ file, setuidRoot }: FoundProgram, machine: ProgramSources): Promise<Right> {
  if (machine.platform !== 'linux') return machine.root ? 'root' : machine.mayCapture() ? 'device' : 'none'
  if (machine.root) return machine.mayCapture() ? 'root' : 'none'
  if (setuidRoot) return 'file'
  const printed = await machine.run('getcap', [file])
  if (typeof printed === 'string') return 'unknown'
  return /\bcap_net_raw\b[^ ]*[=+]\w*e/.test(printed.stdout) ? 'file' : 'none'
}

const JOIN_WIRESHARK = 'sudo usermod -aG wireshark "$USER"    # and log in again'

function letCapture({ file }: FoundProgram, name: 'dumpcap' | 'tcpdump', { platform, root, hasGroup }: ProgramSources): string | null {
  if (platform === 'darwin') return 'brew install --cask wireshark-chmodbpf'
  // Root that may not capture is in a container, which has to be started with the right.
  if (root) return null
  const setcap = `sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f ${file})"`
  return name === 'dumpcap' && hasGroup('wireshark') ? `sudo dpkg-reconfigure wireshark-common\n${JOIN_WIRESHARK}` : setcap
}

/** The packages that have the programs. */
const PACKAGES = {
  apt: { dumpcap: 'wireshark-common', tcpdump: 'tcpdump', lz4: 'lz4' },
  brew: { dumpcap: 'wireshark', tcpdump: 'tcpdump', lz4: 'lz4' },
} as const

export function installing(program: keyof (typeof PACKAGES)['apt'], { platform }: Pick<ProgramSources, 'platform'>): string {
  return platform === 'darwin' ? `brew install ${PACKAGES.brew[program]}` : `sudo apt-get install ${PACKAGES.apt[program]}`
}
