import { CaptureError } from '../errors.ts'
import { lettingCapture, programTrouble } from './capture-programs.ts'
import { findProgram } from './find-program.ts'
import { noSuchInterface } from './interfaces.ts'
import { ProgramRun, type ProgramManner } from './program-run.ts'
import { DEFAULT_BUFFER_MIB } from './engine.ts'
import type { Engine, EngineOptions, EngineRun } from './engine.ts'

/** Wireshark's `dumpcap`: kernel timestamps, several interfaces, drop counts in its pcapng when it ends. Debian lets a group run it with the rights that it needs. */
export const dumpcapEngine: Engine = {
  name: 'dumpcap',
  timestamps: 'kernel',
  takesSeveral: true,

  trouble: () => programTrouble('dumpcap'),

  refuses: () => null,

  start(interfaces: readonly string[], options: EngineOptions): EngineRun {
    return new ProgramRun(interfaces, manner(interfaces, options))
  },
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
  if (missing !== null) return noSuchInterface(missing[1]!)
  const denied = /permission to capture on (?:device "(.*)"|that device)/.exec(words)
  if (denied !== null) {
    return new CaptureError('no-permission', `dumpcap has no permission to capture${denied[1] === undefined ? '' : ` on ${denied[1]}`}`, lettingCapture('dumpcap'))
  }
  const gone = /adapter "(.*)" is no longer|network went down|interface disappeared/i.exec(words)
  if (gone !== null) return new CaptureError('interface-down', `the interface${gone[1] === undefined ? '' : ` ${gone[1]}`} went down`)
  const said = /^dumpcap: (.*)$/m.exec(words)
  return said === null ? null : new CaptureError('engine-failed', `dumpcap: ${said[1]}`)
}
