/** A line of a frame made safe to write at the left edge of the screen. Pure. */
import stringWidth from 'string-width'

/** ECMA-48 §8.3.117: how text looks. The only sequence that may reach the terminal from a frame. */
const SGR = String.raw`\x1b\[[\d;:]*m`
/** C0, DEL and C1, except what begins an SGR. */
const CONTROL = new RegExp(String.raw`(?!${SGR})[\x00-\x1f\x7f-\x9f]`, 'g')
const PIECE = new RegExp(`(${SGR})`)
const RESET = '\x1b[0m'

let graphemes: Intl.Segmenter | null = null

/**
 * `line` in at most `columns` columns, ended by a reset if it holds an SGR sequence. Views draw lines that fit and are printable: this is for the one that does not,
 * and would otherwise drive the terminal.
 */
export function screenLine(line: string, columns: number): string {
  const safe = line.replace(CONTROL, '?')
  const fitting = stringWidth(safe) <= columns ? safe : cutTo(safe, columns)
  return fitting.includes('\x1b') ? fitting + RESET : fitting
}

/** The characters that fit. SGR sequences behind them stay: they take no room. */
function cutTo(line: string, columns: number): string {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  let room = columns
  let kept = ''
  // A capturing group makes every other piece an SGR sequence.
  for (const [index, piece] of line.split(PIECE).entries()) {
    if (index % 2 === 1) {
      kept += piece
      continue
    }
    for (const { segment } of graphemes.segment(piece)) {
      const width = stringWidth(segment)
      if (width > room) {
        room = 0
        break
      }
      kept += segment
      room -= width
    }
  }
  return kept
}
