import stringWidth from 'string-width'
import { fitted } from './fit.ts'

/**
 * Printable text in lines of at most `width` columns, the first behind `first` and the others behind as many spaces. Broken between words; a word that is
 * longer than a line is cut, with `…` for the rest.
 */
export function wrapped(text: string, first: string, width: number): string[] {
  const indent = ' '.repeat(stringWidth(first))
  const room = width - indent.length
  const lines: string[] = []
  let line = ''
  let columns = 0
  for (const word of text.split(' ')) {
    const shown = fitted(word, room)
    const needed = stringWidth(shown)
    if (line !== '' && columns + 1 + needed > room) {
      lines.push(line)
      line = shown
      columns = needed
    } else {
      line = line === '' ? shown : `${line} ${shown}`
      columns += needed + (columns === 0 ? 0 : 1)
    }
  }
  return [...lines, line].map((content, index) => (index === 0 ? first : indent) + content)
}
