import { readFileSync } from 'node:fs'
import { inputError } from '../io/errors.ts'
import { UsageError } from './exit.ts'

/** The text of a file that an option names: a configuration, an earlier report. */
export function contentOf(option: string, name: string): string {
  try {
    return readFileSync(name, 'utf8')
  } catch (error) {
    throw new UsageError(`--${option}: ${inputError(name, error).message.replace(', not a capture file', '')}`)
  }
}
