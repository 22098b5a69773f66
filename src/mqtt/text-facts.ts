/**
 * What the bytes of one text say about themselves, as a set of bits: worked out once for each distinct text, judged where it stands.
 * A fact is no accusation: a topic filter may have wildcards, a payload may be anything.
 */
import { decodeUtf8, firstIllFormed, isJavaModifiedUtf8 } from '../bytes/utf8.ts'
import { toHex } from '../bytes/hex.ts'
import { IllFormedText } from './packet.ts'
import type { Text } from './packet.ts'

export const TEXT_FACTS = {
  illFormed: 1 << 0,
  /** Ill formed, but what Java's writeUTF makes of U+0000 and of characters above U+FFFF. */
  javaModified: 1 << 1,
  nullCharacter: 1 << 2,
  /** U+0001 to U+001F, U+007F to U+009F. */
  controlCharacter: 1 << 3,
  /** U+FDD0 to U+FDEF, U+nFFFE, U+nFFFF. */
  nonCharacter: 1 << 4,
  empty: 1 << 5,
  wildcard: 1 << 6,
  /** A `#` that is not alone in its level, or not in the last one. */
  numberSignMisplaced: 1 << 7,
  /** A `+` that is not alone in its level. */
  plusSignMisplaced: 1 << 8,
  /** Begins with `$share/`. */
  sharePrefix: 1 << 9,
  /** Is `$share`. */
  shareAlone: 1 << 10,
  /** More than 32,767 characters. */
  longTopic: 1 << 11,
} as const

/** Exact text, and its facts. */
export class TextEntry {
  readonly text: Text
  readonly facts: number

  constructor(text: Text, facts: number) {
    this.text = text
    this.facts = facts
  }
}

/** MQTT 3.1: "an upper length limit of 32,767 characters". */
export const LONGEST_TOPIC_OF_31 = 32_767

export function examineText(buffer: Uint8Array, start: number, end: number): TextEntry {
  let facts = start === end ? TEXT_FACTS.empty : 0
  let ascii = true
  for (let at = start; at < end; at++) {
    const byte = buffer[at]!
    if (byte >= 0x80) ascii = false
    else if (byte === NUL) facts |= TEXT_FACTS.nullCharacter
    else if (byte < 0x20 || byte === 0x7f) facts |= TEXT_FACTS.controlCharacter
    else if (byte === NUMBER_SIGN) {
      facts |= TEXT_FACTS.wildcard
      if (isNumberSignMisplaced(buffer, start, end, at)) facts |= TEXT_FACTS.numberSignMisplaced
    } else if (byte === PLUS_SIGN) {
      facts |= TEXT_FACTS.wildcard
      if (isPlusSignMisplaced(buffer, start, end, at)) facts |= TEXT_FACTS.plusSignMisplaced
    }
  }
  if (buffer[start] === DOLLAR_SIGN) facts |= shareFacts(buffer, start, end)
  if (!ascii) {
    if (firstIllFormed(buffer, start, end) >= 0) {
      facts |= TEXT_FACTS.illFormed
      if (isJavaModifiedUtf8(buffer, start, end)) facts |= TEXT_FACTS.javaModified
      return new TextEntry(new IllFormedText(toHex(buffer, start, end)), facts)
    }
    for (let at = start; at < end; at++) {
      if (isC1Control(buffer, at)) facts |= TEXT_FACTS.controlCharacter
      else if (nonCharacterLength(buffer, at, end) > 0) facts |= TEXT_FACTS.nonCharacter
    }
  }
  const text = decodeUtf8(buffer, start, end)
  if (end - start > LONGEST_TOPIC_OF_31 && countCharacters(buffer, start, end) > LONGEST_TOPIC_OF_31) facts |= TEXT_FACTS.longTopic
  return new TextEntry(text, facts)
}

const NUL = 0x00
const NUMBER_SIGN = 0x23
const DOLLAR_SIGN = 0x24
const PLUS_SIGN = 0x2b
const SLASH = 0x2f

function isNumberSignMisplaced(buffer: Uint8Array, start: number, end: number, at: number): boolean {
  return at + 1 !== end || (at > start && buffer[at - 1] !== SLASH)
}

function isPlusSignMisplaced(buffer: Uint8Array, start: number, end: number, at: number): boolean {
  return (at > start && buffer[at - 1] !== SLASH) || (at + 1 < end && buffer[at + 1] !== SLASH)
}

/** `$share/` in bytes. */
const SHARE_PREFIX = [0x24, 0x73, 0x68, 0x61, 0x72, 0x65, 0x2f]

function shareFacts(buffer: Uint8Array, start: number, end: number): number {
  const length = Math.min(end - start, SHARE_PREFIX.length)
  for (let index = 0; index < length; index++) if (buffer[start + index] !== SHARE_PREFIX[index]) return 0
  if (length === SHARE_PREFIX.length) return TEXT_FACTS.sharePrefix
  return length === SHARE_PREFIX.length - 1 ? TEXT_FACTS.shareAlone : 0
}

/** U+0080 to U+009F are C2 80 to C2 9F, and C2 only ever leads. */
function isC1Control(buffer: Uint8Array, at: number): boolean {
  return buffer[at] === 0xc2 && buffer[at + 1]! >= 0x80 && buffer[at + 1]! < 0xa0
}

/** Of well-formed text: how many bytes the non-character that begins at `at` has; 0 where there is none. */
function nonCharacterLength(buffer: Uint8Array, at: number, end: number): number {
  const lead = buffer[at]!
  if (lead === 0xef && at + 3 <= end) {
    const second = buffer[at + 1]!
    const third = buffer[at + 2]!
    if (second === 0xb7 && third >= 0x90 && third <= 0xaf) return 3
    return second === 0xbf && third >= 0xbe ? 3 : 0
  }
  // Planes 1 to 16: the last two code points of each are Fx nF BF BE and Fx nF BF BF.
  if (lead >= 0xf0 && at + 4 <= end) return (buffer[at + 1]! & 0x0f) === 0x0f && buffer[at + 2] === 0xbf && buffer[at + 3]! >= 0xbe ? 4 : 0
  return 0
}

/** Code points of well-formed text. */
export function countCharacters(buffer: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) if ((buffer[at]! & 0xc0) !== 0x80) count++
  return count
}

/** Where the first byte or character is that makes `fact` true of a text; -1 where there is none. */
export function locateFact(fact: number, buffer: Uint8Array, start: number, end: number): number {
  if (fact === TEXT_FACTS.illFormed) return firstIllFormed(buffer, start, end)
  for (let at = start; at < end; at++) if (characterHas(fact, buffer, at, start, end)) return at
  return -1
}

function characterHas(fact: number, buffer: Uint8Array, at: number, start: number, end: number): boolean {
  const byte = buffer[at]!
  switch (fact) {
    case TEXT_FACTS.nullCharacter:
      return byte === NUL
    case TEXT_FACTS.controlCharacter:
      return (byte < 0x20 && byte !== NUL) || byte === 0x7f || (at + 2 <= end && isC1Control(buffer, at))
    case TEXT_FACTS.nonCharacter:
      return nonCharacterLength(buffer, at, end) > 0
    case TEXT_FACTS.wildcard:
      return byte === NUMBER_SIGN || byte === PLUS_SIGN
    case TEXT_FACTS.numberSignMisplaced:
      return byte === NUMBER_SIGN && isNumberSignMisplaced(buffer, start, end, at)
    case TEXT_FACTS.plusSignMisplaced:
      return byte === PLUS_SIGN && isPlusSignMisplaced(buffer, start, end, at)
    default:
      return false
  }
}

/** A character of well-formed text. */
export interface Character {
  readonly codePoint: number
  /** In bytes. */
  readonly length: number
}

export function characterAt(buffer: Uint8Array, at: number): Character {
  const lead = buffer[at]!
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  let codePoint = length === 1 ? lead : lead & (0x7f >> length)
  for (let index = 1; index < length; index++) codePoint = (codePoint << 6) | (buffer[at + index]! & 0x3f)
  return { codePoint, length }
}
