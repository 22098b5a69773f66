import { toHex } from '../bytes/hex.ts'
import { printable } from '../bytes/printable.ts'
import { decodeUtf8, firstIllFormed } from '../bytes/utf8.ts'

/**
 * A payload as text for people: in quotes if it is text, else as `0x` and hex. Only the bytes at hand are looked at; `…` says that there are more.
 * What comes out is safe for a terminal and has no line break.
 */

/** `preview` shows the beginning; the others show all bytes that are kept. */
export type PayloadMode = 'preview' | 'text' | 'json' | 'hex' | 'none'

/** As much of a payload as leaves a line readable. */
const PREVIEW_TEXT = 32
const PREVIEW_HEX = 12

/** `buffer[start..end)` are the bytes at hand of a payload of `length`. Empty where there is nothing to show. */
export function payloadText(buffer: Uint8Array, start: number, end: number, length: number, mode: PayloadMode): string {
  if (mode === 'none' || length === 0) return ''
  if (mode === 'hex') return hexText(buffer, start, end, length, Infinity)
  const limit = mode === 'preview' ? Math.min(end, start + PREVIEW_TEXT) : end
  const whole = limit - start === length
  const stop = whole ? limit : characterEnd(buffer, start, limit)
  if (isPlain(buffer, start, stop) && mode !== 'json') return whole ? `"${decodeUtf8(buffer, start, stop)}"` : `"${decodeUtf8(buffer, start, stop)}"…`
  if (!isText(buffer, start, stop)) return hexText(buffer, start, end, length, mode === 'preview' ? PREVIEW_HEX : Infinity)
  const text = decodeUtf8(buffer, start, stop)
  const compact = mode === 'json' && whole ? layOutJson(text, 0) : null
  if (compact !== null) return printable(compact)
  return `"${printable(text)}"${whole ? '' : '…'}`
}

function hexText(buffer: Uint8Array, start: number, end: number, length: number, most: number): string {
  const stop = Math.min(end, start + most)
  return `0x${toHex(buffer, start, stop)}${stop - start < length ? '…' : ''}`
}

/** Where the last whole character before `end` ends, if these bytes are UTF-8: a cut may fall inside one. */
function characterEnd(buffer: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = buffer[end - back]!
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    return needed > back ? end - back : end
  }
  return end
}

/** ASCII that `printable` would leave as it is: nearly all payloads, at a glance. */
function isPlain(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = buffer[at]!
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return false
  }
  return true
}

const BACKSLASH = 0x5c

/** UTF-8 without control characters but the ones that lay text out. */
export function isText(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = buffer[at]!
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d : byte === 0x7f) return false
  }
  return firstIllFormed(buffer, start, end) < 0
}

/** A string, a bracket or comma or colon, white space, or another token of JSON. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|\s+|[^\s{}[\],:"]+/g

/**
 * JSON on one line (indent 0) or laid out, with each token as it stands: parsing and writing again would change numbers and drop repeated names.
 * Null where it is not JSON.
 */
export function layOutJson(text: string, indent: number): string | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  let laidOut = ''
  let depth = 0
  let opened = false
  const newLine = () => (indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`)
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token.trim() === '') continue
    const closes = token === '}' || token === ']'
    if (closes) depth--
    if (closes ? !opened : opened) laidOut += newLine()
    opened = token === '{' || token === '['
    if (opened) depth++
    laidOut += token
    if (token === ',') laidOut += newLine()
    if (token === ':' && indent > 0) laidOut += ' '
  }
  return laidOut
}
