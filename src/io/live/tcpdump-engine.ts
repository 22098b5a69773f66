import { CaptureError } from '../errors.ts'
import { lettingCapture, programTrouble } from './capture-programs.ts'
import { findProgram } from './find-program.ts'
import { noSuchInterface } from './interfaces.ts'
import { ProgramRun, type ProgramManner } from './program-run.ts'
import { DEFAULT_BUFFER_MIB } from './engine.ts'
import type { Engine, EngineOptions, EngineRun } from './engine.ts'

/** `tcpdump`: kernel timestamps in nanoseconds, and drop counts whenever it is asked. */
export const tcpdumpEngine: Engine = {
  name: 'tcpdump',
  timestamps: 'kernel',
  takesSeveral: false,

  trouble: () => programTrouble('tcpdump'),

  refuses: () => null,

  start([name]: readonly string[], options: EngineOptions): EngineRun {
    return new ProgramRun([name!], manner(name!, options))
  },
}

const KIB = 1_024
/** tcpdump prints what it says of lost frames on this signal where the system has no SIGINFO. */
const TELL = process.platform === 'linux' ? 'SIGUSR1' : 'SIGINFO'

function manner(name: string, { filter, snapLength, promiscuous, bufferMiB }: EngineOptions): ProgramManner {
  const args = ['-n', '-U', '--time-stamp-precision=nano', '-i', name, '-w', '-', '-s', String(snapLength ?? 0)]
  args.push('-B', String((bufferMiB ?? DEFAULT_BUFFER_MIB) * KIB))
  if (!promiscuous) args.push('-p')
  if (filter !== '') args.push(filter)
  const program = findProgram('tcpdump')
  return {
    command: program?.file ?? 'tcpdump',
    args,
    tellsDropsOn: TELL,
    dropsIn: (line) => {
      const told = /(\d+) packets? dropped by kernel/.exec(line)
      return told === null ? null : Number(told[1])
    },
    failureIn: (words) => failureIn(words, name, filter),
  }
}

function failureIn(words: string, name: string, filter: string): CaptureError | null {
  const invalid = /can't parse filter expression: (.*)|^tcpdump: (.*(?:support|filter|expression).*)$/m.exec(words)
  if (/permission/i.test(words)) return new CaptureError('no-permission', `tcpdump has no permission to capture on ${name}`, lettingCapture('tcpdump'))
  if (/No such device/.test(words)) return noSuchInterface(name)
  if (/went down|disappeared/i.test(words)) return new CaptureError('interface-down', `the interface ${name} went down`)
  if (invalid !== null) return new CaptureError('bad-filter', `the capture filter "${filter}" is not valid: ${invalid[1] ?? invalid[2]}`)
  // What it says when it begins, and its counts, are no failure.
  const said = words.split('\n').filter((line) => line.startsWith('tcpdump: ') && !/listening on|data link type|packets/.test(line)).at(-1)
  return said === undefined ? null : new CaptureError('engine-failed', said)
}
