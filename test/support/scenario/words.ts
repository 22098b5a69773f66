/** A line of a scenario as words: `dup`, `qos=1`, `payload="21.5 °C"`. */
import { Mistake } from './mistake.ts'

export interface Word {
  /** Before the `=`, or the whole word. */
  readonly name: string
  /** Behind it; null where there is no `=`. */
  readonly value: Value | null
}

export interface Value {
  readonly text: string
  /** Then `0x` is text too, and not the beginning of bytes. */
  readonly quoted: boolean
}

const WORD = /(?<name>[^\s="]+)(?:(?<equals>=)(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<plain>[^\s"]*)))?(?=\s|$)/y

/** Quoted text is as in JSON. A word that begins with `#` begins a comment. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = []
  let at = line.search(/\S|$/)
  while (at < line.length && line[at] !== '#') {
    WORD.lastIndex = at
    const groups = WORD.exec(line)?.groups
    if (groups === undefined) throw new Mistake(`cannot be read from here: ${line.slice(at)} (quotes go around a whole value: payload="a b")`)
    words.push({ name: groups.name!, value: groups.equals === undefined ? null : valueOf(groups.quoted, groups.plain ?? '') })
    at = WORD.lastIndex + line.slice(WORD.lastIndex).search(/\S|$/)
  }
  return words
}

function valueOf(quoted: string | undefined, plain: string): Value {
  if (quoted === undefined) return { text: plain, quoted: false }
  try {
    return { text: JSON.parse(quoted) as string, quoted: true }
  } catch {
    throw new Mistake(`${quoted} is not a string as in JSON`)
  }
}

/** `10`, `0x87`. */
export function numberOf(name: string, { text }: Value, most: number): number {
  const value = /^(?:\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : NaN
  if (!(value <= most)) throw new Mistake(`${name}=${text} is not a number from 0 to ${most}`)
  return value
}

/** The bytes of text in UTF-8, or those of `0x00ff`. */
export function bytesOf(name: string, { text, quoted }: Value): number[] {
  if (quoted || !text.startsWith('0x')) return [...new TextEncoder().encode(text)]
  return hexOf(`${name}=`, text.slice(2))
}

export function hexOf(what: string, digits: string): number[] {
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) throw new Mistake(`${what}${digits} is not pairs of hex digits`)
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}
