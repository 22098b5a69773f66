/**
 * The terminal of a full-screen program: taken with `enter`, and given back as it was by `leave`, however the program ends.
 *
 * While it is taken: no echo and no line editing (raw mode), a screen of our own before the one with the shell's text, no cursor, no automatic wrapping (where a
 * terminal finds a character wider than we do, the row stays one row), pastes told from typing. Ctrl-C and Ctrl-Z are keys then.
 *
 * - A signal that ends programs: the terminal is given back, `onEnd` is waited for, and the program ends by that signal, so that its parent knows. A second signal
 *   does not wait.
 * - An error that nobody catches: the terminal is given back, and the error is printed where it can be read. Exit code 1.
 * - The terminal has gone (its window closed, its line broken): as SIGHUP, which may not come.
 * - `suspend` and SIGTSTP: given back, and taken again when the program goes on.
 */
import { constants } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { inspect } from 'node:util'
import { InputDecoder } from './decode-input.ts'
import type { Size } from '../view.ts'
import type { ScreenOutput } from './screen.ts'
import type { Key } from './decode-input.ts'

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type EndingSignal = (typeof ENDING_SIGNALS)[number]

export interface TerminalOptions {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly onKey: (key: Key) => void
  readonly onResize: (size: Size) => void
  /** The program ends by this signal once this is done; the terminal has been given back. */
  readonly onEnd: (signal: EndingSignal) => void | Promise<void>
  /** The terminal was another program's in between: draw everything anew. */
  readonly onResume: () => void
}

/** Milliseconds. A terminal sends a key at once, and a line delays all of it; people do not type this fast. */
const ESCAPE_DELAY = 30
/** Milliseconds within which a program that has asked to be stopped is. */
const STOP_DELAY = 100
/** Bytes of base64. Several terminals drop more than this. */
const LONGEST_COPY = 100_000
/** Where the terminal does not say. */
const USUAL_SIZE: Size = { width: 80, height: 24 }

/** xterm's "ctlseqs", DEC private modes: 1049 alternate screen, 25 cursor, 7 automatic wrapping, 2004 bracketed paste. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h'
const LEAVE = '\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l'

export class Terminal implements ScreenOutput {
  readonly #options: TerminalOptions
  #entered = false
  #gone = false
  #decoder = new InputDecoder()
  #characters = new StringDecoder('utf8')
  #silence: NodeJS.Timeout | null = null
  #size: Size = USUAL_SIZE
  readonly #signalHandlers = new Map(ENDING_SIGNALS.map((signal) => [signal, () => void this.#end(signal)]))

  constructor(options: TerminalOptions) {
    this.#options = options
    this.#size = this.size
    // For good: a terminal that has gone tells so even after it was given back, and an error without a listener ends the program.
    options.output.on('error', this.#lost)
    options.input.on('error', this.#lost)
  }

  get size(): Size {
    const { columns, rows } = this.#options.output
    return { width: columns > 0 ? columns : USUAL_SIZE.width, height: rows > 0 ? rows : USUAL_SIZE.height }
  }

  get entered(): boolean {
    return this.#entered
  }

  /** Takes the terminal. */
  enter(): void {
    if (this.#entered || this.#gone) return
    this.#entered = true
    const { input, output } = this.#options
    this.#decoder = new InputDecoder()
    this.#characters = new StringDecoder('utf8')
    process.on('exit', this.leave)
    process.on('uncaughtException', this.#fail)
    process.on('SIGTSTP', this.suspend)
    process.on('SIGCONT', this.#continued)
    for (const [signal, handler] of this.#signalHandlers) process.on(signal, handler)
    output.on('resize', this.#resized)
    input.on('end', this.#lost)
    input.on('data', this.#read)
    input.setRawMode(true)
    input.resume()
    output.write(ENTER)
  }

  /** Gives the terminal back. Does nothing where it is not taken. */
  readonly leave = (): void => {
    if (!this.#entered) return
    this.#entered = false
    const { input, output } = this.#options
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = null
    process.off('exit', this.leave)
    process.off('uncaughtException', this.#fail)
    process.off('SIGTSTP', this.suspend)
    process.off('SIGCONT', this.#continued)
    for (const [signal, handler] of this.#signalHandlers) process.off(signal, handler)
    output.off('resize', this.#resized)
    input.off('end', this.#lost)
    input.off('data', this.#read)
    if (this.#gone) return
    output.write(LEAVE)
    input.setRawMode(false)
    input.pause()
  }

  /** Gives the terminal back, stops the program as Ctrl-Z does elsewhere, and takes the terminal again when the program goes on. */
  readonly suspend = (): void => {
    if (!this.#entered || process.platform === 'win32') return
    this.leave()
    let resumed = false
    const resume = (): void => {
      if (resumed) return
      resumed = true
      clearTimeout(notStopped)
      process.off('SIGCONT', resume)
      this.#resume()
    }
    process.on('SIGCONT', resume)
    // The system stops no program that nobody could let go on, such as one without a shell. After a stop the signal counts, and timers come before signals.
    const notStopped = setTimeout(() => setImmediate(resume), STOP_DELAY)
    process.kill(process.pid, 'SIGTSTP')
  }

  /** Writes to the terminal, while it is taken; what comes later is dropped. False: the terminal is slow, and `drain` follows. */
  write(text: string): boolean {
    return !this.#entered || this.#options.output.write(text)
  }

  once(event: 'drain', listener: () => void): void {
    this.#options.output.once(event, listener)
  }

  /** Asks the terminal to put text on its clipboard (OSC 52); many do not, and none answers. False: the text is too long. */
  copy(text: string): boolean {
    const base64 = Buffer.from(text, 'utf8').toString('base64')
    if (!this.#entered || base64.length > LONGEST_COPY) return false
    this.write(`\x1b]52;c;${base64}\x07`)
    return true
  }

  readonly #read = (chunk: Buffer | string): void => {
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = null
    this.#tell(this.#decoder.push(typeof chunk === 'string' ? chunk : this.#characters.write(chunk)))
    // A key may have given the terminal back.
    if (this.#entered && this.#decoder.pending) this.#silence = setTimeout(() => this.#tell(this.#decoder.flush()), ESCAPE_DELAY)
  }

  #tell(keys: readonly Key[]): void {
    for (const key of keys) {
      if (!this.#entered) return
      this.#options.onKey(key)
    }
  }

  readonly #resized = (): void => {
    const size = this.size
    if (size.width === this.#size.width && size.height === this.#size.height) return
    this.#size = size
    this.#options.onResize(size)
  }

  #resume(): void {
    this.enter()
    if (!this.#entered) return
    // The system tells only the job in the foreground of a new size. Node asks for the size when it hears this.
    process.emit('SIGWINCH')
    this.#resized()
    this.#options.onResume()
  }

  /** After SIGSTOP, which no program can see coming. The modes are set anew, for the shell has changed them. */
  readonly #continued = (): void => {
    this.leave()
    this.#resume()
  }

  readonly #lost = (): void => {
    if (this.#gone) return
    this.#gone = true
    if (this.#entered) void this.#end('SIGHUP')
  }

  async #end(signal: EndingSignal): Promise<void> {
    this.leave()
    const finish = (): void => {
      // Last of all that happens at the end of the program: where something else still listens to the signal, the exit code tells of it.
      process.on('exit', () => {
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      })
      process.exit(128 + constants.signals[signal])
    }
    // There has to be some listener at once: Ink's own ends the program where it finds itself alone. SIGHUP comes from the system and from the shell.
    for (const again of ENDING_SIGNALS) process.on(again, again === 'SIGHUP' ? () => undefined : finish)
    try {
      await this.#options.onEnd(signal)
    } catch (error) {
      printError(error)
    }
    finish()
  }

  readonly #fail = (error: unknown): void => {
    this.leave()
    printError(error)
    process.exit(1)
  }
}

function printError(error: unknown): void {
  // Standard error may be the terminal that has gone.
  process.stderr.on('error', () => undefined)
  process.stderr.write(`${error instanceof Error && error.stack !== undefined ? error.stack : inspect(error)}\n`)
}
