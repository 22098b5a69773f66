import { hexDumpBytes } from './hex-dump-text.ts'

/**
 * Bytes out of the text in which people have them: hex with any usual separators, arrays of C, Go, Java and JavaScript, string literals with escapes, hex dumps
 * with offsets, base64. Says how the text was read, so that a wrong guess is seen. Never guesses bytes that are not there.
 */

export type ByteText =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly spelling: string }
  | { readonly ok: false; readonly message: string }

export interface ByteTextOptions {
  /** The text is base64, whatever else it could be. */
  readonly base64: boolean
}

export function parseByteText(text: string, options: ByteTextOptions): ByteText {
  const content = text.replace(/^\ufeff/, '').trim()
  if (content === '') return { ok: false, message: 'there are no bytes in it' }
  if (options.base64) return base64Bytes(content) ?? { ok: false, message: 'this is not base64' }
  const dump = hexDumpBytes(content)
  if (dump !== null) return { ok: true, bytes: dump, spelling: 'a hex dump' }
  if (LITERAL_ESCAPE.test(content)) return literalBytes(content)
  return listBytes(content) ?? oddDigits(content) ?? base64Bytes(content) ?? unreadable(content)
}

// ---- Hex and arrays

/** The innermost list that ends the text: of `const uint8_t packet[2] = {0x10, 0x0c};`, `bytes([16, 12])`, `new byte[] {16, 12}`. */
const ARRAY = /[{[(]([^{}[\]()]*)[}\])][\s;,}\])]*$/
/** As Node prints a Buffer, without the note on what it left out. */
const BUFFER = /^<Buffer ([0-9a-f\s]*)>$/
const SEPARATORS = /[\s,;:|_-]+/
const HEX_TOKEN = /^(?:0x|\\x|x|\$|#)?((?:[0-9a-f]{2})+|[0-9a-f])(?:h|u|U)?$/i
/** Java and C must say it of what is above 0x7f: `(byte) 0x82`. */
const CAST = /\((?:byte|(?:unsigned )?char|u?int8_t)\)\s*/g
const DECIMAL_TOKEN = /^-?\d{1,3}$/

function listBytes(written: string): ByteText | null {
  const content = written.replace(CAST, '')
  const inside = (ARRAY.exec(content) ?? BUFFER.exec(content))?.[1]
  const list = (inside ?? content).replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, ' ').replace(/["'`]/g, ' ')
  const tokens = list.split(/[\s,;]+/).filter((token) => token !== '')
  if (inside !== undefined && looksDecimal(tokens)) return decimalBytes(tokens)
  const parts = inside === undefined ? list.split(SEPARATORS).filter((token) => token !== '') : tokens
  if (parts.length === 0 || !parts.every((part) => HEX_TOKEN.test(part))) return null
  return hexBytes(parts)
}

/** Single digits, three digits or a sign do not occur in arrays of hex without `0x`; letters do not occur in decimal ones. */
function looksDecimal(tokens: readonly string[]): boolean {
  return tokens.length > 0 && tokens.every((token) => DECIMAL_TOKEN.test(token)) && tokens.some((token) => token.length !== 2)
}

function decimalBytes(tokens: readonly string[]): ByteText {
  const bytes = new Uint8Array(tokens.length)
  for (const [index, token] of tokens.entries()) {
    const value = Number(token)
    // Java has signed bytes.
    if (value < -128 || value > 255) return { ok: false, message: `${token} is not the value of a byte` }
    bytes[index] = value
  }
  return { ok: true, bytes, spelling: 'decimal numbers' }
}

function hexBytes(parts: readonly string[]): ByteText {
  const digits = parts.map((part) => HEX_TOKEN.exec(part)![1]!)
  // Printed without leading zeros (`0x0`, `10 c 0 4`), a byte is one digit.
  const text = digits.map((part) => (part.length === 1 ? `0${part}` : part)).join('')
  const bytes = Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(2 * index, 2 * index + 2), 16))
  return { ok: true, bytes, spelling: 'hex' }
}

// ---- String literals

/** An escape that only a string literal has. */
const LITERAL_ESCAPE = /\\(?:x[0-9a-f]{2}|[0-7]{1,3}|u00[0-9a-f]{2})/i
const QUOTED = /^(?:[bBrRuU]{0,2})(["'`])([\s\S]*)\1[;,)\s]*$/
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, '\\': 92, '"': 34, "'": 39, '`': 96, e: 27 }
const LITERAL_PART = /\\x([0-9a-fA-F]{1,2})|\\u00([0-9a-fA-F]{2})|\\([0-7]{1,3})|\\([\s\S])|([^\\])/gu

/** C, Python, JavaScript: escapes for some bytes, characters for the others. Escapes alone may be apart: `\x10, \x0c`. */
function literalBytes(content: string): ByteText {
  const quoted = QUOTED.exec(content)
  const inside = quoted?.[2] ?? content
  const separated = quoted === null && /^(?:\\x[0-9a-f]{1,2}|[\s,;])+$/i.test(inside)
  const bytes: number[] = []
  for (const [, hex, unicode, octal, escape, character] of (separated ? inside.replace(/[\s,;]/g, '') : inside).matchAll(LITERAL_PART)) {
    if (hex !== undefined || unicode !== undefined) bytes.push(parseInt(hex ?? unicode!, 16))
    else if (octal !== undefined) bytes.push(parseInt(octal, 8) & 0xff)
    else if (character !== undefined) bytes.push(...new TextEncoder().encode(character))
    else if (ESCAPES[escape!] !== undefined) bytes.push(ESCAPES[escape!]!)
    else return { ok: false, message: `\\${escape!} is not an escape of a string literal` }
  }
  return { ok: true, bytes: Uint8Array.from(bytes), spelling: 'a string literal' }
}

// ---- Base64

/** RFC 4648 §4 and §5, with or without padding, in one or several lines. */
function base64Bytes(content: string): ByteText | null {
  // Words are apart, base64 is not.
  if (/[ \t]/.test(content)) return null
  const compact = content.replace(/\s+/g, '')
  const digits = compact.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/_-]+$/.test(digits) || digits.length % 4 === 1) return null
  if (compact.length !== digits.length && compact.length % 4 !== 0) return null
  return { ok: true, bytes: new Uint8Array(Buffer.from(digits.replaceAll('-', '+').replaceAll('_', '/'), 'base64')), spelling: 'base64' }
}

// ---- Neither

function oddDigits(content: string): ByteText | null {
  const digits = content.replace(/[\s,;:]/g, '').replace(/^0x/i, '')
  if (!/^[0-9a-f]+$/i.test(digits) || digits.length % 2 === 0) return null
  return { ok: false, message: `an odd number of hex digits (${digits.length}): one is missing, or one too many` }
}

function unreadable(content: string): ByteText {
  const foreign = /[^0-9a-fx\s,;:]/i.exec(content)
  return { ok: false, message: foreign === null ? 'this is not hex' : `this is neither hex nor base64: "${foreign[0]}" at character ${foreign.index + 1}` }
}
