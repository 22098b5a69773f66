import { printable } from '../bytes/printable.ts'
import type { Text } from '../mqtt/packet.ts'

/** Text from the wire as a word of a line for people: safe for a terminal, and in quotes where it would not stand as one word. */

/** Longer names are cut with `…`; machine formats have them whole. */
export const LONGEST_SHOWN = 256
/** Bytes shown of what should be text and is not. */
const HEX_SHOWN = 32

const NEEDS_QUOTES = /[\s"]/

/** Topics repeat: the words made of the last ones. Emptied when full, so that a capture with a new topic in each message cannot fill it. */
const known = new Map<string, string>()
const MOST_KNOWN = 2048
const LONGEST_KNOWN = 128

export function word(text: Text): string {
  if (typeof text !== 'string') return wireText(text)
  const made = known.get(text)
  if (made !== undefined) return made
  const shown = wireText(text)
  const fresh = shown === '' || NEEDS_QUOTES.test(shown) ? `"${shown}"` : shown
  if (text.length <= LONGEST_KNOWN) {
    if (known.size === MOST_KNOWN) known.clear()
    known.set(text, fresh)
  }
  return fresh
}

export function quoted(text: Text): string {
  return typeof text === 'string' ? `"${wireText(text)}"` : wireText(text)
}

/** Bytes that are not UTF-8 show as `0x…`. */
export function wireText(text: Text): string {
  if (typeof text === 'string') return printable(text, LONGEST_SHOWN)
  return text.hex.length <= 2 * HEX_SHOWN ? `0x${text.hex}` : `0x${text.hex.slice(0, 2 * HEX_SHOWN)}…`
}
