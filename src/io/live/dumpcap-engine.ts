import { CaptureError } from '../errors.ts'
import { findProgram, mayCapture } from './programs.ts'
import { ProgramRun, type ProgramManner } from './program-run.ts'
import { DEFAULT_BUFFER_MIB } from './engine.ts'
import type { Engine, EngineOptions, EngineRun, EngineTrouble } from './engine.ts'

/** Wireshark's `dumpcap`: kernel timestamps, several interfaces, drop counts in its pcapng when it ends. Debian lets a group run it with the rights that it needs. */
export const dumpcapEngine: Engine = {
  name: 'dumpcap',
  timestamps: 'kernel',
  takesSeveral: true,

  async trouble(): Promise<EngineTrouble | null> {
    const program = findProgram('dumpcap')
    if (program === null) return { sentence: 'dumpcap is not installed', mend: installing() }
    if (!program.executable) return { sentence: 'this user may not run dumpcap', mend: JOIN_GROUP }
    return (await mayCapture(program)) === false ? { sentence: 'dumpcap may not open network interfaces', mend: `sudo setcap cap_net_raw,cap_net_admin=eip ${program.file}` } : null
  },

  refuses: () => null,

  start(interfaces: readonly string[], options: EngineOptions): EngineRun {
    return new ProgramRun(interfaces, manner(interfaces, options))
  },
}

const JOIN_GROUP = 'sudo usermod -aG wireshark "$USER"      (then log in again)'

function installing(): string {
  return process.platform === 'darwin' ? 'brew install --cask wireshark' : 'sudo apt-get install wireshark-common'
}

function manner(interfaces: readonly string[], { filter, snapLength, promiscuous, bufferMiB }: EngineOptions): ProgramManner {
  // What stands before the first interface holds for all of them.
  const args = ['-q', '-n']
  if (filter !== '') args.push('-f', filter)
  if (snapLength !== null) args.push('-s', String(snapLength))
  args.push('-B', String(bufferMiB ?? DEFAULT_BUFFER_MIB))
  if (!promiscuous) args.push('-p')
  for (const name of interfaces) args.push('-i', name)
  args.push('-w', '-')
  return { command: findProgram('dumpcap')?.file ?? 'dumpcap', args, tellsDropsOn: null, dropsIn: () => null, failureIn: (words) => failureIn(words, filter) }
}

function failureIn(words: string, filter: string): CaptureError | null {
  const invalid = /That string isn't a valid capture filter \((.*)\)/.exec(words)
  if (invalid !== null) return new CaptureError('bad-filter', `the capture filter "${filter}" is not valid: ${invalid[1]}`)
  const missing = /There is no device named "(.*)"/.exec(words)
  if (missing !== null) return new CaptureError('no-such-interface', `there is no interface ${missing[1]}`)
  const denied = /permission to capture on (?:device "(.*)"|that device)/.exec(words)
  if (denied !== null) {
    return new CaptureError('no-permission', `dumpcap has no permission to capture${denied[1] === undefined ? '' : ` on ${denied[1]}`}`, `sudo setcap cap_net_raw,cap_net_admin=eip ${findProgram('dumpcap')?.file ?? 'dumpcap'}\n${JOIN_GROUP}`)
  }
  const gone = /adapter "(.*)" is no longer|network went down|interface disappeared/i.exec(words)
  if (gone !== null) return new CaptureError('interface-down', `the interface${gone[1] === undefined ? '' : ` ${gone[1]}`} went down`)
  const said = /^dumpcap: (.*)$/m.exec(words)
  return said === null ? null : new CaptureError('engine-failed', `dumpcap: ${said[1]}`)
}
