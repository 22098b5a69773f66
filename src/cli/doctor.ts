import { printable } from '../bytes/printable.ts'
import { diagnose } from '../io/live/doctor.ts'
import { engines } from '../io/live/engines.ts'
import { TextOutput } from '../io/output.ts'
import { ANSI, PLAIN, wantsColour } from '../report/colour.ts'
import { jsonText } from '../report/json-text.ts'
import { EXIT } from './exit.ts'
import { oneOf } from './option-values.ts'
import { COLOUR_CHOICES, DOCTOR_FORMATS } from './options.ts'
import type { Diagnosis } from '../io/live/doctor.ts'
import type { Health } from '../io/live/capture-programs.ts'
import type { Palette } from '../report/colour.ts'
import type { DoctorObject } from '../report/schema/doctor.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap doctor`: what this machine has to capture with, what it lacks, and what mends that. */

const MARK: Readonly<Record<Health, string>> = { good: '+', limited: '~', missing: '-' }
const COLOUR: Readonly<Record<Health, 'green' | 'yellow' | 'red'>> = { good: 'green', limited: 'yellow', missing: 'red' }
const NAME_WIDTH = 8

export async function doctor(args: Arguments): Promise<ExitCode> {
  const format = oneOf(args, 'f', DOCTOR_FORMATS) ?? 'text'
  const palette = wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, process.stdout.isTTY === true) ? ANSI : PLAIN
  const diagnosis = await diagnose(engines())
  const output = new TextOutput()
  output.write(format === 'json' ? `${jsonText(doctorObject(diagnosis))}\n` : doctorText(diagnosis, palette))
  await output.drained()
  return diagnosis.canCapture ? EXIT.clean : EXIT.capture
}

export function doctorObject({ checks, engines: found, canCapture }: Diagnosis): DoctorObject {
  return {
    schema: 'mqtap.doctor/1',
    canCapture,
    engines: found.map(({ name, timestamps, trouble }) => ({ name, timestamps, usable: trouble === null, trouble: trouble?.sentence ?? null, mend: trouble?.mend ?? null })),
    checks: checks.map(({ name, health, says, mend }) => ({ name, health, says, mend })),
  }
}

export function doctorText({ checks, engines: found, canCapture }: Diagnosis, palette: Palette): string {
  const line = (health: Health, name: string, says: string, mend: string | null): string => {
    const commands = (mend?.split('\n') ?? []).map((command) => `${' '.repeat(NAME_WIDTH + 4)}${printable(command)}\n`)
    return `${palette[COLOUR[health]]}${MARK[health]}${palette.reset} ${name.padEnd(NAME_WIDTH)}  ${printable(says)}\n${commands.join('')}`
  }
  const usable = found.filter(({ trouble }) => trouble === null).map(({ name }) => name)
  return [
    `${palette.bold}What there is${palette.reset}\n`,
    ...checks.map(({ name, health, says, mend }) => line(health, name, says, mend)),
    `\n${palette.bold}What can capture${palette.reset}\n`,
    ...found.map(({ name, timestamps, trouble }) =>
      trouble === null ? line('good', name, `times by ${timestamps === 'kernel' ? 'the kernel' : 'the process that captures'}`, null) : line('missing', name, trouble.sentence, trouble.mend)),
    canCapture ? `\nmqtap can capture here, with ${usable.join(', ')}.\n` : '\nmqtap cannot capture here yet.\n',
  ].join('')
}
