/** How a command ends. If several apply: interrupted, capture, unreadable, findings. */
export const EXIT = {
  clean: 0,
  /** Findings at or above `--fail-on`. */
  findings: 1,
  /** The command line, or an output file that cannot be written. */
  usage: 2,
  /** Input that could not be read, or not to its end; what could be read was reported. */
  unreadable: 3,
  /** A live capture that could not begin, or not go on: no permission, no such interface, no program to capture with. */
  capture: 4,
  /** A mistake in mqtap itself (EX_SOFTWARE of sysexits). */
  internal: 70,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Something that the user gave wrongly, in one clear sentence. `hint` is more lines that help, safe for a terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.hint = hint
  }
}
