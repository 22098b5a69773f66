/**
 * The screen that Ink draws on.
 *
 * Ink 6 erases and rewrites everything with each frame, and wipes even the scrollback where a frame is as high as the screen. So it draws on an output that is none
 * (`stdout`): in its debug mode it writes each whole frame there, as lines of text. Of the newest one only the lines that differ from what the screen shows go to the
 * terminal, as one write, inside a synchronized update (DEC mode 2026), so that nothing flickers. The rest of the screen is not touched, and it is cleared only where
 * nobody knows what it shows: after a change of its size, and after `forget`.
 *
 *     render(tree, { stdout: screen.stdout, debug: true, patchConsole: false, exitOnCtrlC: false })
 *
 * Close it before Ink is unmounted: Ink then writes what is no frame. Where `CI` is set, Ink does not hear of a new size: keep it in the state of the tree.
 */
import { EventEmitter } from 'node:events'
import stringWidth from 'string-width'
import { screenLine } from './screen-line.ts'
import type { Size } from '../view.ts'

/** Where a screen goes: a terminal's output. */
export interface ScreenOutput {
  /** False: the terminal is slow, and `drain` follows. */
  write(text: string): boolean
  once(event: 'drain', listener: () => void): unknown
}

export interface ScreenOptions {
  readonly output: ScreenOutput
  /** Of the terminal. */
  readonly size: Size
  /** Milliseconds between two frames, unless `urgent`. */
  readonly interval?: number
  /** Windows scrolls when something is written to the bottom right cell, which then stays empty. */
  readonly windows?: boolean
  /** The terminal has no characters but those of ASCII. */
  readonly ascii?: boolean
}

/** Ten frames a second are as many as a reader can follow. */
const INTERVAL = 100
/** For so many milliseconds after a key, each frame may be the answer to it. */
const ANSWER_TIME = 50

const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'
const HIDE_CURSOR = '\x1b[?25l'
const RESET = '\x1b[0m'
const CLEAR = '\x1b[2J'
const ERASE_LINE = '\x1b[2K'

/** What Ink writes beside frames: nothing at all, and control sequences that are no text. */
const NO_FRAME = /^(?:\x1b\[[?>]?[\d;]*[A-Za-ln-z])*$/

export class Screen {
  /** For Ink. */
  readonly stdout: NodeJS.WriteStream
  readonly #ink: InkOutput
  readonly #output: ScreenOutput
  readonly #interval: number
  readonly #windows: boolean
  readonly #ascii: boolean
  #size: Size
  /** The newest frame, in lines. */
  #frame: readonly string[] | null = null
  /** The frame that the screen shows; null where that is not known. */
  #drawn: readonly string[] | null = null
  #clearFirst = false
  #timer: NodeJS.Timeout | null = null
  #due = Infinity
  #lastDraw = -Infinity
  #urgentUntil = -Infinity
  /** The terminal has not taken all of the last frame yet. */
  #blocked = false
  #closed = false
  #bytesWritten = 0
  #draws = 0
  #clears = 0

  constructor({ output, size, interval = INTERVAL, windows = process.platform === 'win32', ascii = false }: ScreenOptions) {
    this.#output = output
    this.#size = size
    this.#interval = interval
    this.#windows = windows
    this.#ascii = ascii
    this.#ink = new InkOutput(size, (text) => this.#take(text))
    this.stdout = this.#ink as unknown as NodeJS.WriteStream
  }

  /** So far. */
  get bytesWritten(): number {
    return this.#bytesWritten
  }

  /** Frames of which something was written. */
  get draws(): number {
    return this.#draws
  }

  /** How often the whole screen was cleared. */
  get clears(): number {
    return this.#clears
  }

  /** A key was pressed: the frames that follow it are drawn at once. */
  urgent(): void {
    this.#urgentUntil = performance.now() + ANSWER_TIME
  }

  /** The terminal has this size now. Ink draws a new frame for it; until then, the old one is cut. */
  resize(size: Size): void {
    this.#size = size
    this.forget()
    this.urgent()
    this.#ink.resize(size)
  }

  /** Nobody knows what the screen shows: all of it is drawn anew, soon. For Ctrl-L, and when another program has had the terminal. */
  forget(): void {
    if (this.#closed) return
    this.#drawn = null
    this.#clearFirst = true
    if (this.#frame !== null) this.#schedule(this.#interval)
  }

  /** Draws the newest frame now. */
  draw(): void {
    this.#unschedule()
    if (this.#closed || this.#blocked || this.#frame === null) return
    this.#lastDraw = performance.now()
    const text = this.#changes(this.#frame)
    this.#drawn = this.#frame
    if (text === '') return
    this.#draws++
    const whole = BEGIN_UPDATE + text + END_UPDATE
    this.#bytesWritten += Buffer.byteLength(whole)
    if (!this.#output.write(whole)) this.#waitForTerminal()
  }

  /** Nothing is drawn any more, whatever Ink writes. */
  close(): void {
    this.#closed = true
    this.#unschedule()
    this.#ink.writable = false
  }

  #take(text: string): void {
    // At its end, where `CI` is set, Ink writes a line feed alone.
    if (this.#closed || text === '\n' || NO_FRAME.test(text)) return
    this.#frame = (this.#ascii ? inAscii(text) : text).split('\n')
    const now = performance.now()
    this.#schedule(now < this.#urgentUntil ? 0 : Math.max(0, this.#lastDraw + this.#interval - now))
  }

  /** A draw in `delay` milliseconds, unless there is one sooner. Never now: where several frames follow each other, only the last one counts. */
  #schedule(delay: number): void {
    const due = performance.now() + delay
    if (due >= this.#due) return
    this.#unschedule()
    this.#due = due
    this.#timer = setTimeout(() => this.draw(), delay)
  }

  #unschedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#due = Infinity
  }

  #waitForTerminal(): void {
    this.#blocked = true
    this.#output.once('drain', () => {
      this.#blocked = false
      this.draw()
    })
  }

  /** What turns the screen into this frame. */
  #changes(frame: readonly string[]): string {
    const before = this.#drawn
    let text = ''
    if (before === null) {
      text += RESET + HIDE_CURSOR
      if (this.#clearFirst) {
        text += CLEAR
        this.#clears++
        this.#clearFirst = false
      }
    }
    const { width, height } = this.#size
    for (let row = 0; row < height; row++) {
      const line = frame[row] ?? ''
      if (before !== null && (before[row] ?? '') === line) continue
      const columns = this.#windows && row === height - 1 ? width - 1 : width
      // Erased before the text: what is erased when the cursor stands behind the last column differs between terminals.
      text += `\x1b[${row + 1};1H${ERASE_LINE}${screenLine(line, columns)}`
    }
    return text
  }
}

/** What stands in for the characters of our own texts, each of one column. */
const STAND_INS: ReadonlyMap<string, string> = new Map(Object.entries({
  '…': '~', '§': 'S', '·': '.', '’': "'", '–': '-', '×': 'x', 'µ': 'u', '→': '>', '►': '>', '◄': '<', '▸': '+', '▾': '-', '▲': '^', '─': '-', '╴': '-', '╶': '-', '│': '|',
  ...Object.fromEntries([...'┤├┬┼└┘╭╮╰╯'].map((corner) => [corner, '+'])), '░': '.', '█': '#',
}))
const OURS = new RegExp(`([${[...STAND_INS.keys()].join('')}])`, 'u')

/**
 * In as many columns: what was cut ends in `~`, and a character that ASCII does not have and that has no stand-in is `?`. The character before is measured together
 * with them: what follows it can make it wider, as it does a digit that becomes a keycap.
 */
function inAscii(text: string): string {
  return text.replace(/([\x20-\x7e]?)([^\x00-\x7f]+)/g, (_all, before: string, run: string) => {
    const width = stringWidth(before + run) - before.length
    const shown = run.split(OURS).map((part, index) => STAND_INS.get(part) ?? '?'.repeat(index === 0 ? stringWidth(before + part) - before.length : stringWidth(part))).join('')
    return before + shown.slice(0, width).padEnd(width, '?')
  })
}

/** What Ink takes for the standard output: as much of a stream as it uses. */
class InkOutput extends EventEmitter {
  readonly isTTY = true
  writable = true
  columns: number
  rows: number
  readonly #take: (text: string) => void

  constructor({ width, height }: Size, take: (text: string) => void) {
    super()
    this.columns = width
    this.rows = height
    this.#take = take
  }

  write(text: string): boolean {
    this.#take(text)
    return true
  }

  resize({ width, height }: Size): void {
    this.columns = width
    this.rows = height
    this.emit('resize')
  }
}
