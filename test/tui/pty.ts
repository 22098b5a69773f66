import { setTimeout as later } from 'node:timers/promises'
import { Emulator } from './emulator.ts'
import type * as nodePty from '@lydell/node-pty'

/**
 * A program in a pseudo-terminal, as a user runs it, and the screen that the user sees.
 *
 * Use as `describe.skipIf(!(await requirePty()))`: where there is no pseudo-terminal the tests are skipped, which is said once; with MQTAP_REQUIRE_TOOLS=1 it is a
 * failure.
 */

export interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface PtyEnd {
  readonly exitCode: number
  /** 0: ended by none. */
  readonly signal: number
}

let library: typeof nodePty | null = null
let known: boolean | null = null

export async function requirePty(): Promise<boolean> {
  if (known !== null) return known
  try {
    library = await import('@lydell/node-pty')
    known = true
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (process.env.MQTAP_REQUIRE_TOOLS === '1') throw new Error(`@lydell/node-pty cannot be loaded, and MQTAP_REQUIRE_TOOLS=1 demands it: ${why}`)
    console.warn(`skipped: tests that need a pseudo-terminal, for @lydell/node-pty cannot be loaded: ${why}`)
    known = false
  }
  return known
}

/** Milliseconds that a test waits for what a program draws, on a busy machine. */
const PATIENCE = 15_000
const LOOK_INTERVAL = 10
/** Milliseconds without a change after which a screen is taken for complete, on a busy machine. */
const STILLNESS = 1000
/** Around a frame: a synchronized update, DEC mode 2026. */
const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'

export class Pty {
  readonly exited: Promise<PtyEnd>
  readonly #pty: nodePty.IPty
  readonly #emulator: Emulator
  /** All that was written so far is on the screen once this resolves. */
  #shown: Promise<void> = Promise.resolve()
  #end: PtyEnd | null = null
  /** There is no such process any more; what it wrote may still be on its way. */
  #gone = false
  #written = ''

  static start(file: string, args: readonly string[], options: PtyOptions = {}): Pty {
    if (library === null) throw new Error('Ask requirePty() first.')
    return new Pty(library, file, args, options)
  }

  private constructor({ spawn }: typeof nodePty, file: string, args: readonly string[], { columns = 80, rows = 24, env = {}, cwd = process.cwd() }: PtyOptions) {
    const clean = { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', LANG: 'C.UTF-8' }
    // The name becomes TERM, whatever the environment says.
    this.#pty = spawn(file, [...args], { name: env.TERM ?? 'xterm-256color', cols: columns, rows, cwd, env: { ...clean, ...env } })
    this.#emulator = new Emulator(columns, rows, (answer) => this.#pty.write(answer))
    this.#pty.onData((text) => {
      this.#written += text
      this.#shown = this.#emulator.write(text)
    })
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal = 0 }) => {
        this.#gone = true
        void this.#drained().then(() => {
          this.#end = { exitCode, signal }
          resolve(this.#end)
        })
      })
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** What a user would see. */
  get emulator(): Emulator {
    return this.#emulator
  }

  screen(): string {
    return this.#emulator.screen()
  }

  /** All that the program wrote, as it wrote it. */
  get written(): string {
    return this.#written
  }

  type(text: string): void {
    this.#pty.write(text)
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  /** To the program that was started; where it has started others, not to them. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.#pty.pid, signal)
  }

  /** Of a program that has ended, its last words may still be on their way. */
  async #drained(): Promise<void> {
    for (let length = -1; length !== this.#written.length;) {
      length = this.#written.length
      await later(LOOK_INTERVAL)
    }
    await this.#shown
  }

  /** All that was written so far is on the screen, and it is no half of a frame. */
  async #isWhole(): Promise<boolean> {
    for (let shown: Promise<void> | null = null; shown !== this.#shown;) await (shown = this.#shown)
    return this.#written.lastIndexOf(BEGIN_UPDATE) <= this.#written.lastIndexOf(END_UPDATE)
  }

  /** Waits until the screen, drawn to the end of a frame, holds the text, or is as the predicate wants it. The error shows the screen. */
  async waitFor(wanted: string | ((screen: string) => boolean), patience = PATIENCE): Promise<void> {
    const there = typeof wanted === 'string' ? (screen: string) => screen.includes(wanted) : wanted
    const start = performance.now()
    while (!(await this.#isWhole()) || !there(this.screen())) {
      const ended = this.#end
      if (ended !== null || performance.now() - start > patience) {
        const why = ended === null ? `not within ${patience} ms` : `the program ended with ${ended.exitCode}, signal ${ended.signal}`
        throw new Error(`waited for ${typeof wanted === 'string' ? JSON.stringify(wanted) : wanted.toString()}: ${why}. The screen:\n${this.screen()}`)
      }
      await later(LOOK_INTERVAL)
    }
  }

  /** Waits until the screen is as the predicate wants it, or has not changed for a while. */
  async settled(there: (screen: string) => boolean = () => false): Promise<void> {
    let last = this.screen()
    let since = performance.now()
    while (!there(last) && performance.now() - since < STILLNESS) {
      await later(LOOK_INTERVAL)
      const screen = this.screen()
      if (screen !== last) since = performance.now()
      last = screen
    }
  }

  /** The terminal goes, as when its window is closed. */
  hangUp(): void {
    // The library has it, and does not tell in its types.
    const { destroy } = this.#pty as nodePty.IPty & { readonly destroy: () => void }
    destroy.call(this.#pty)
  }

  /** Ends the program, if it has not ended. For `afterEach`. */
  async close(): Promise<void> {
    try {
      if (!this.#gone) this.kill('SIGKILL')
    } catch (error) {
      // It has ended, and word of that is still on its way.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    await this.exited
  }
}
