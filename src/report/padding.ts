/** Cells of a fixed width, for text that is as wide as it is long (plain ASCII). Longer text stays as it is. */

const SPACES = ' '.repeat(64)

/** Text at the left of its cell. */
export function left(text: string, width: number): string {
  return text.length >= width ? text : text + blanks(width - text.length)
}

/** Text at the right of its cell. */
export function right(text: string, width: number): string {
  return text.length >= width ? text : blanks(width - text.length) + text
}

export function blanks(number: number): string {
  return SPACES.slice(0, number)
}
