import headless from '@xterm/headless'

/** A place of the screen. `width` is 2 where a wide character begins, and 0 in the place behind it, which holds none. */
export interface Cell {
  readonly text: string
  readonly width: number
  /** One of the 16 colours; null: that of text. */
  readonly colour: number | null
  readonly bold: boolean
  readonly dim: boolean
  readonly inverse: boolean
}

/**
 * A terminal without a window: xterm.js reads what a program writes, and this tells what a user would see. It also counts what a user would see as flicker.
 */
export class Emulator {
  readonly #terminal: headless.Terminal
  #bytes = 0
  #clears = 0
  #cursorVisible = true

  /** `answer` gets what the terminal answers to questions of the program. */
  constructor(columns: number, rows: number, answer: (text: string) => void = () => undefined) {
    this.#terminal = new headless.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
    this.#terminal.onData(answer)
    const { parser } = this.#terminal
    // False: xterm.js goes on with its own handling.
    parser.registerCsiHandler({ final: 'J' }, (parameters) => {
      if (parameters[0] === 2 || parameters[0] === 3) this.#clears++
      return false
    })
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (parameters) => this.#showCursor(parameters, true))
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (parameters) => this.#showCursor(parameters, false))
  }

  /** Resolves once the text is on the screen. */
  write(text: string): Promise<void> {
    this.#bytes += Buffer.byteLength(text)
    return new Promise((resolve) => this.#terminal.write(text, resolve))
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows)
  }

  /** The rows of the screen, without blanks at their ends and without empty rows at the end. */
  screen(): string {
    const buffer = this.#terminal.buffer.active
    const rows = Array.from({ length: this.#terminal.rows }, (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true).trimEnd() ?? '')
    return rows.join('\n').trimEnd()
  }

  /** The screen with its looks: rows of places, one for each column. */
  cells(): Cell[][] {
    const { rows, cols, buffer: { active } } = this.#terminal
    return Array.from({ length: rows }, (_, row) => {
      const line = active.getLine(active.baseY + row)!
      return Array.from({ length: cols }, (_, column) => cellOf(line.getCell(column)!))
    })
  }

  /** Rows that have left the screen at its top. */
  get scrollback(): number {
    return this.#terminal.buffer.normal.baseY
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How often the whole screen, or what has left it, was erased. */
  get clears(): number {
    return this.#clears
  }

  get cursorVisible(): boolean {
    return this.#cursorVisible
  }

  /** Whether the program has put its own screen before the one with the shell's text. */
  get alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate'
  }

  get bracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode
  }

  get autowrap(): boolean {
    return this.#terminal.modes.wraparoundMode
  }

  /** Whether what is written next looks as text usually does. */
  async plain(): Promise<boolean> {
    await this.write('x')
    const buffer = this.#terminal.buffer.active
    return buffer.getLine(buffer.baseY + buffer.cursorY)?.getCell(buffer.cursorX - 1)?.isAttributeDefault() === true
  }

  #showCursor(parameters: readonly (number | number[])[], visible: boolean): boolean {
    if (parameters.includes(25)) this.#cursorVisible = visible
    return false
  }
}

function cellOf(cell: headless.IBufferCell): Cell {
  const width = cell.getWidth()
  return {
    text: cell.getChars() === '' && width > 0 ? ' ' : cell.getChars(),
    width,
    colour: cell.isFgPalette() ? cell.getFgColor() : null,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    inverse: cell.isInverse() !== 0,
  }
}
