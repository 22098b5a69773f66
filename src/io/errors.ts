/** What can go wrong at the edge to the operating system, as errors with a code and one clear sentence for the user. */

export type InputErrorCode =
  | 'no-such-file' | 'is-directory' | 'no-permission' | 'is-terminal' | 'unreadable' | 'damaged-compression' | 'unsupported-compression' | 'tool-missing'

export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code: InputErrorCode

  constructor(code: InputErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export type OutputErrorCode = 'is-input' | 'is-directory' | 'no-such-folder' | 'no-permission' | 'disk-full' | 'unwritable'

export class OutputError extends Error {
  override readonly name = 'OutputError'
  readonly code: OutputErrorCode

  constructor(code: OutputErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** The system's own name of an error (`ENOENT`), or its text where it has none. */
export function systemCode(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message
  return String(error)
}

export function inputError(name: string, error: unknown): InputError {
  if (error instanceof InputError) return error
  const code = systemCode(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError('no-such-file', `there is no file ${name}`, error)
    case 'EISDIR':
      return new InputError('is-directory', `${name} is a folder, not a capture file`, error)
    case 'EACCES':
    case 'EPERM':
      return new InputError('no-permission', `no permission to read ${name}`, error)
    default:
      return new InputError('unreadable', `${name} could not be read (${code})`, error)
  }
}

export function outputError(name: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error
  const code = systemCode(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new OutputError('no-such-folder', `${name} could not be written: there is no such folder`, error)
    case 'EISDIR':
      return new OutputError('is-directory', `${name} could not be written: it is a folder`, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new OutputError('no-permission', `no permission to write ${name}`, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return new OutputError('disk-full', `${name} could not be written: the disk is full`, error)
    default:
      return new OutputError('unwritable', `${name} could not be written (${code})`, error)
  }
}

/** `interface-down`: it went away, or down, while it was captured from. `engine-failed`: in the engine's own words. */
export type CaptureErrorCode = 'no-engine' | 'no-permission' | 'no-such-interface' | 'bad-filter' | 'unsupported-option' | 'interface-down' | 'engine-failed'

/** A live capture that could not begin, or not go on. `mend`: commands that help, a line each; null where there are none. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError'
  readonly code: CaptureErrorCode
  readonly mend: string | null

  constructor(code: CaptureErrorCode, message: string, mend: string | null = null) {
    super(message)
    this.code = code
    this.mend = mend
  }
}
