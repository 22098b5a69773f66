import { printable } from '../bytes/printable.ts'
import { CaptureError, InputError, OutputError } from '../io/errors.ts'
import { EXIT, UsageError } from './exit.ts'
import type { ExitCode } from './exit.ts'

/** What the user is told on standard error: one sentence, with the program's name in front. Never a stack trace for what is not our mistake. */

export function tell(sentence: string): void {
  process.stderr.write(`mqtap: ${printable(sentence)}\n`)
}

/** Tells what went wrong, and answers how the program ends for it. */
export function tellError(error: unknown): ExitCode {
  if (error instanceof UsageError) {
    tell(error.message)
    if (error.hint !== null) process.stderr.write(`${error.hint}\n`)
    return EXIT.usage
  }
  if (error instanceof InputError) {
    tell(error.message)
    return EXIT.unreadable
  }
  if (error instanceof CaptureError) {
    tell(error.message)
    if (error.mend !== null) process.stderr.write(`${error.mend}\n`)
    return EXIT.capture
  }
  if (error instanceof OutputError) {
    tell(error.message)
    return EXIT.usage
  }
  tell('this is a mistake in mqtap itself; please report it with what follows')
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.internal
}
