import { spawn, type ChildProcess } from 'node:child_process'
import { CaptureError } from '../errors.ts'
import type { EngineRun } from './engine.ts'

/** Text on standard error that is kept: what is told of a failure stands at its beginning. */
const MOST_WORDS = 16_384

/** How a program that captures is spoken to. */
export interface ProgramManner {
  readonly command: string
  readonly args: readonly string[]
  /** The signal on which it tells how many frames were lost, on standard error; null where it tells so only at its end. */
  readonly tellsDropsOn: NodeJS.Signals | null
  /** The number of frames lost that a line of its says; null where it says none. */
  dropsIn(line: string): number | null
  /** What failed, by all that it said; null where nothing did. */
  failureIn(words: string): CaptureError | null
}

/** How often the program is asked for its drops, in milliseconds. */
const ASK_EVERY = 2_000

/** A program that captures and writes the frames to its standard output. */
export class ProgramRun implements EngineRun {
  readonly interfaces: readonly string[]
  readonly bytes: AsyncIterable<Uint8Array>
  readonly #manner: ProgramManner
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #asking: NodeJS.Timeout | null = null
  #dropped: number | null = null
  #words = ''
  #line = ''
  #stopped = false
  #cannotStart: Error | null = null

  constructor(interfaces: readonly string[], manner: ProgramManner) {
    this.interfaces = interfaces
    this.#manner = manner
    // In a process group of its own: Ctrl-C is for mqtap, which then asks the program to end.
    this.#child = spawn(manner.command, manner.args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#cannotStart = error
        resolve(null)
      })
      this.#child.on('close', (code) => resolve(code))
    })
    this.bytes = this.#read()
    if (manner.tellsDropsOn !== null) {
      this.#asking = setInterval(() => void this.#child.kill(manner.tellsDropsOn!), ASK_EVERY)
      this.#asking.unref()
    }
    process.once('exit', this.#kill)
  }

  get dropped(): number | null {
    return this.#dropped
  }

  stop(): void {
    this.#stopped = true
    this.#child.kill('SIGINT')
  }

  kill(): void {
    this.#stopped = true
    this.#kill()
  }

  readonly #kill = (): void => void this.#child.kill('SIGKILL')

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for await (const chunk of this.#child.stdout!) yield chunk as Uint8Array
      const code = await this.#ended
      const failure = this.#failure(code)
      if (failure !== null) throw failure
    } finally {
      if (this.#asking !== null) clearInterval(this.#asking)
      process.removeListener('exit', this.#kill)
      this.kill()
    }
  }

  #failure(code: number | null): CaptureError | null {
    const { command } = this.#manner
    if (this.#cannotStart !== null) return new CaptureError('engine-failed', `${command} could not be started: ${this.#cannotStart.message}`)
    const told = this.#manner.failureIn(this.#words)
    if (this.#stopped) return code === 0 ? null : told
    if (told !== null) return told
    const { signalCode } = this.#child
    const how = signalCode === null ? (code === 0 ? 'ended by itself' : `ended with ${String(code)}`) : `was ended by ${signalCode}`
    const last = this.#words.trim().split('\n').at(-1) ?? ''
    return new CaptureError('engine-failed', `${command} ${how}${last === '' ? '' : `: ${last}`}`)
  }

  #hear(text: string): void {
    if (this.#words.length < MOST_WORDS) this.#words += text
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop()!.slice(-MOST_WORDS)
    for (const line of lines) this.#dropped = this.#manner.dropsIn(line) ?? this.#dropped
  }
}
