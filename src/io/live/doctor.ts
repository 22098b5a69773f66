import { loadTrouble, probeCap } from './cap-engine.ts'
import { captureProgram, installing, PROGRAMS_HERE, type Check, type ProgramSources } from './capture-programs.ts'
import type { CapProbe } from './cap-engine.ts'
import type { Engine, EngineTrouble, Timestamps } from './engine.ts'

/**
 * What this machine has to capture with, and what it lacks. Nothing is captured to find out: programs are asked for their version, files for their rights, and
 * the package cap is loaded once in a process of its own.
 */

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
export interface Machine extends ProgramSources {
  readonly nodeVersion: string
  readonly probeCap: () => Promise<CapProbe>
}

const OLDEST_NODE = [20, 19] as const

const THIS_MACHINE: Machine = { ...PROGRAMS_HERE, nodeVersion: process.versions.node, probeCap }

export async function diagnose(engines: readonly Engine[], machine: Machine = THIS_MACHINE): Promise<Diagnosis> {
  const [probe, tcpdump, dumpcap, lz4, ...troubles] = await Promise.all([
    machine.probeCap(), captureProgram('tcpdump', machine), captureProgram('dumpcap', machine), lz4Check(machine), ...engines.map((engine) => engine.trouble()),
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

async function lz4Check(machine: Machine): Promise<Check> {
  const found = machine.find('lz4')
  if (found?.executable === true) return { name: 'lz4', health: 'good', says: found.file, mend: null }
  return { name: 'lz4', health: 'missing', says: 'not installed; only captures compressed by lz4 need it', mend: installing('lz4', machine) }
}
